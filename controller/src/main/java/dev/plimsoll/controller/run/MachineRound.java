package dev.plimsoll.controller.run;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.measurements.MachineFacts;
import dev.plimsoll.reports.preflight.Check;
import dev.plimsoll.reports.preflight.Examination;
import dev.plimsoll.reports.preflight.Machine;
import dev.plimsoll.reports.preflight.PreflightReport;
import dev.plimsoll.scenarios.Scenario;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A look at the machines of a scenario by the agents that there are: each looks at its own at the same time, and the first one
 * at the pages of nodes that have no agent.
 *
 * @param plan who was to look at what
 * @param machines what was found, by the look
 * @param pages what pages told, by the look
 */
record MachineRound(
        PreflightPlan plan,
        Map<PreflightPlan.Look, MachineFacts> machines,
        Map<PreflightPlan.Pages, MachineFacts> pages) {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    /**
     * Looks.
     *
     * @param versions whether versions matter
     */
    static MachineRound of(Crew crew, Scenario scenario, boolean versions) throws RunEnded, InterruptedException {
        Map<String, AgentLink> links = new LinkedHashMap<>();
        crew.links().forEach(link -> links.put(link.facts().id(), link));
        List<PreflightPlan.Place> places = crew.links().stream()
                .map(AgentLink::facts)
                .map(MachineRound::place)
                .toList();
        PreflightPlan plan = PreflightPlan.of(scenario, places, versions);
        Map<Object, AgentLink> whom = new LinkedHashMap<>();
        Map<Object, Command> commands = new LinkedHashMap<>();
        for (PreflightPlan.Look look : plan.looks()) {
            whom.put(look, requireNonNull(links.get(look.place().id())));
            commands.put(look, new Command.Look(look.request()));
        }
        for (PreflightPlan.Pages look : plan.pages()) {
            whom.put(look, requireNonNull(links.get(look.place().id())));
            commands.put(look, new Command.LookAtPages(look.request()));
        }
        Map<Object, Answer> answers = crew.askOf(
                commands.keySet(),
                look -> requireNonNull(whom.get(look)),
                look -> requireNonNull(commands.get(look)),
                LIMIT);
        Map<PreflightPlan.Look, MachineFacts> machines = new LinkedHashMap<>();
        for (PreflightPlan.Look look : plan.looks()) {
            machines.put(look, facts(answers.get(look)));
        }
        Map<PreflightPlan.Pages, MachineFacts> pages = new LinkedHashMap<>();
        for (PreflightPlan.Pages look : plan.pages()) {
            pages.put(look, facts(answers.get(look)));
        }
        return new MachineRound(plan, machines, pages);
    }

    private static PreflightPlan.Place place(AgentFacts agent) {
        return new PreflightPlan.Place(agent.id(), agent.label(), agent.host());
    }

    private static MachineFacts facts(@Nullable Answer answer) throws RunEnded {
        if (!(answer instanceof Answer.Looked looked)) {
            throw RunEnded.aborted("an agent answered Look with something else");
        }
        return looked.facts();
    }

    /** The machines that an agent looked at, under each of their names. */
    List<Machine> seen() {
        List<Machine> all = new ArrayList<>();
        machines.forEach((look, facts) -> all.addAll(look.machines(facts)));
        return all;
    }

    /** The first machine of the scenario's nodes; absent where none of them was looked at. */
    Optional<MachineFacts> firstNode() {
        return machines.entrySet().stream()
                .filter(one -> !one.getKey().serves().isEmpty())
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** Holds all of it against what is wanted. */
    PreflightReport report(Examination examination) {
        List<Check> checks = new ArrayList<>();
        List<PreflightReport.Seen> nodes = new ArrayList<>();
        machines.forEach((look, facts) -> look.machines(facts).forEach(machine -> {
            checks.addAll(examination.machine(machine));
            nodes.add(new PreflightReport.Seen(
                    machine.node(), facts.host(), "agent " + look.place().label()));
        }));
        pages.forEach((look, facts) -> {
            checks.addAll(examination.pages(look.node(), facts, look.exporters()));
            nodes.add(new PreflightReport.Seen(look.node(), "", "its pages alone (" + look.exporters() + ")"));
        });
        plan.unseen().forEach((node, why) -> {
            checks.addAll(examination.unseen(node, why));
            nodes.add(new PreflightReport.Seen(node, "", "nobody: " + why));
        });
        PreflightReport all = new PreflightReport(checks, nodes);
        return all.plus(examination.unmet(all));
    }
}
