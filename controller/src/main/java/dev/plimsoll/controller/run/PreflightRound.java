package dev.plimsoll.controller.run;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.preflight.Check;
import dev.plimsoll.reports.preflight.Examination;
import dev.plimsoll.reports.preflight.LinkWatch;
import dev.plimsoll.reports.preflight.Machine;
import dev.plimsoll.reports.preflight.Outcome;
import dev.plimsoll.reports.preflight.PreflightReport;
import dev.plimsoll.reports.preflight.VersionsLock;
import dev.plimsoll.scenarios.Scenario;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The look at a run's machines before any load. Every agent looks at its own machine, at the same time. A failure ends the
 * run without a verdict on the release: a machine that is not fit tells nothing about it. The run's thread only.
 */
final class PreflightRound {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final String FILE = "preflight.json";

    private final Scenario scenario;
    private final VersionsLock lock;
    private final Examination examination;
    private final LinkWatch underLoad;
    private final Ledger ledger;
    private final Secrets secrets;
    private PreflightReport report = new PreflightReport(List.of());

    PreflightRound(Scenario scenario, VersionsLock lock, Ledger ledger, Secrets secrets) {
        this.scenario = scenario;
        this.lock = lock;
        examination = new Examination(scenario.preflight(), lock, PreflightPlan.seenUnderLoad(scenario));
        underLoad = new LinkWatch(examination);
        this.ledger = ledger;
        this.secrets = secrets;
    }

    /** Looks at the machines of all agents. */
    void machines(Crew crew) throws RunEnded, InterruptedException {
        Map<String, AgentLink> links = new LinkedHashMap<>();
        crew.links().forEach(link -> links.put(link.facts().id(), link));
        List<PreflightPlan.Place> places = crew.links().stream()
                .map(AgentLink::facts)
                .map(PreflightRound::place)
                .toList();
        boolean versions = !lock.versions().isEmpty();
        PreflightPlan plan = PreflightPlan.of(scenario, places, versions);
        Map<AgentLink, PreflightPlan.Look> looks = new LinkedHashMap<>();
        for (PreflightPlan.Look look : plan.looks()) {
            AgentLink link = links.get(look.place().id());
            if (link != null) {
                looks.put(link, look);
            }
        }
        Map<AgentLink, Answer> answers = crew.ask(
                looks.keySet(),
                link -> new Command.Look(requireNonNull(looks.get(link)).request()),
                LIMIT);
        List<Check> checks = new ArrayList<>();
        for (Map.Entry<AgentLink, PreflightPlan.Look> one : looks.entrySet()) {
            if (!(answers.get(one.getKey()) instanceof Answer.Looked looked)) {
                throw RunEnded.aborted("an agent answered Look with something else");
            }
            for (Machine machine : one.getValue().machines(looked.facts())) {
                checks.addAll(examination.machine(machine));
                underLoad.looked(machine);
            }
        }
        plan.unseen().forEach((node, why) -> checks.addAll(examination.unseen(node, why)));
        PreflightReport all = new PreflightReport(checks);
        tell(all.plus(examination.unmet(all)).checks());
    }

    private static PreflightPlan.Place place(AgentFacts agent) {
        return new PreflightPlan.Place(agent.id(), agent.label(), agent.host());
    }

    /** Looks at what the target tells of itself. */
    void target(TargetFacts facts) throws RunEnded {
        tell(examination.target(facts.vllmVersion()
                .map(Fact::of)
                .orElseGet(() -> Fact.absent("the target does not tell its version"))));
    }

    /** What load will answer. */
    LinkWatch underLoad() {
        return underLoad;
    }

    /** Keeps what load answered. */
    void answered(List<Check> answers) {
        report = report.with(answers);
        keep();
    }

    private void keep() {
        ledger.writer().file(FILE, secrets.mask(BundleJson.file(report)));
    }

    /** Keeps and tells what is new; ends the run where it is a failure. */
    private void tell(List<Check> checks) throws RunEnded {
        report = report.plus(checks);
        keep();
        PreflightReport fresh = new PreflightReport(checks);
        List<Check> failures = fresh.of(Outcome.FAIL);
        if (!failures.isEmpty()) {
            throw RunEnded.aborted("not fit to be measured, so no load was sent: "
                    + failures.stream().map(Check::sentence).collect(Collectors.joining("; "))
                    + " (plimsoll preflight tells how to repair it; --no-preflight measures all the same)");
        }
        List<Check> warnings = fresh.of(Outcome.WARN);
        if (!warnings.isEmpty()) {
            ledger.event(
                    "preflight",
                    "preflight: " + fresh.counts() + " ("
                            + warnings.stream().map(Check::id).distinct().collect(Collectors.joining(", "))
                            + "); see preflight.json, or: plimsoll preflight",
                    Map.of("warnings", warnings.stream().map(Check::sentence).toList()));
        }
    }
}
