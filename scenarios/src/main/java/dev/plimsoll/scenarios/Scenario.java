package dev.plimsoll.scenarios;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One scenario, complete and checked.
 *
 * @param name names the scenario in bundles and baselines
 * @param description for people; may be empty
 * @param target where requests go, and how
 * @param workload what is sent, one entry or more; entries are drawn by weight
 * @param phases when it is sent, one after the other; at least one is measured
 * @param repeat rounds of the measured phases, from 1
 * @param seed of arrivals and prompts
 * @param objectives what makes a request good
 * @param nodes what is watched meanwhile
 * @param preflight what the machines must be like
 * @param gate what decides; absent in a scenario that only loads
 */
public record Scenario(
        String name,
        String description,
        Target target,
        List<RequestSpec> workload,
        List<Phase> phases,
        int repeat,
        long seed,
        Objectives objectives,
        List<Node> nodes,
        Preflight preflight,
        Optional<Gate> gate) {
    /** With nothing asked of the machines. */
    public Scenario(
            String name,
            String description,
            Target target,
            List<RequestSpec> workload,
            List<Phase> phases,
            int repeat,
            long seed,
            Objectives objectives,
            List<Node> nodes,
            Optional<Gate> gate) {
        this(name, description, target, workload, phases, repeat, seed, objectives, nodes, Preflight.DEFAULT, gate);
    }

    /** Checks the components. */
    public Scenario {
        Rule.require(
                name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,79}"),
                "name is up to 80 letters, digits, dots, dashes and underscores",
                "\"" + name + "\"");
        workload = List.copyOf(workload);
        phases = List.copyOf(phases);
        nodes = List.copyOf(nodes);
        Rule.require(!workload.isEmpty(), "workload has at least one request", "[]");
        Rule.require(phases.stream().anyMatch(Phase::measure), "at least one phase is measured", "none");
        Rule.require(repeat >= 1, "repeat is at least 1", repeat);
        unique("workload", workload.stream().map(RequestSpec::name).toList());
        unique("phases", phases.stream().map(Phase::name).toList());
        unique("nodes", nodes.stream().map(Node::name).toList());
        for (RequestSpec request : workload) {
            Rule.require(
                    (target.api() == Api.HTTP) == (request.work() instanceof Work.Http),
                    "a workload entry has `request` exactly when target.api is http",
                    request.name() + " with api " + target.api().label());
        }
    }

    private static void unique(String what, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            Rule.require(seen.add(name), what + " have different names", "\"" + name + "\" twice");
        }
    }
}
