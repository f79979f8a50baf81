package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.preflight.Check;
import dev.plimsoll.reports.preflight.Examination;
import dev.plimsoll.reports.preflight.LinkWatch;
import dev.plimsoll.reports.preflight.Outcome;
import dev.plimsoll.reports.preflight.PreflightReport;
import dev.plimsoll.reports.preflight.VersionsLock;
import dev.plimsoll.scenarios.Scenario;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The look at a run's machines before any load. Every agent looks at its own machine, at the same time. A failure ends the
 * run without a verdict on the release: a machine that is not fit tells nothing about it. The run's thread only.
 */
final class PreflightRound {
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
        MachineRound round = MachineRound.of(crew, scenario, !lock.versions().isEmpty());
        round.seen().forEach(underLoad::looked);
        report = round.report(examination);
        tell(report.checks());
    }

    /** Looks at what the target tells of itself. */
    void target(TargetFacts facts) throws RunEnded {
        List<Check> checks = examination.target(
                facts.vllmVersion().map(Fact::of).orElseGet(() -> Fact.absent("the target does not tell its version")));
        report = report.plus(checks);
        tell(checks);
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
