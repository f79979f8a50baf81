package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.LookRequest;
import dev.plimsoll.agent.protocol.PagesRequest;
import dev.plimsoll.agent.protocol.PagesRequest.Exporter;
import dev.plimsoll.agent.protocol.PagesRequest.Page;
import dev.plimsoll.measurements.MachineFacts;
import dev.plimsoll.reports.preflight.Machine;
import dev.plimsoll.scenarios.Node;
import dev.plimsoll.scenarios.ProbeSpec;
import dev.plimsoll.scenarios.Scenario;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who looks at which machine of a scenario. A node is looked at by the agent that it names; without one, by the first
 * agent, if a probe of it watches the agent's own machine, or else by the pages of its exporters. Every machine that load
 * comes from is looked at once.
 *
 * @param looks each look that is to be had at an agent's own machine
 * @param pages each look that the first agent is to have at pages
 * @param unseen nodes that nobody can look at, and why
 */
public record PreflightPlan(List<Look> looks, List<Pages> pages, Map<String, String> unseen) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Copies the collections. */
    public PreflightPlan {
        looks = List.copyOf(looks);
        pages = List.copyOf(pages);
        unseen = Collections.unmodifiableMap(new LinkedHashMap<>(unseen));
    }

    /**
     * Where a look can be had.
     *
     * @param id of the agent there
     * @param label by which scenarios know it
     * @param host the machine's name
     */
    public record Place(String id, String label, String host) {}

    /**
     * A look at one machine.
     *
     * @param place where
     * @param serves nodes of the scenario that the machine is
     * @param generates whether load comes from it
     * @param generator its name where it is no node
     * @param request what is to be looked up
     */
    public record Look(Place place, List<String> serves, boolean generates, String generator, LookRequest request) {
        /** Copies the list. */
        public Look {
            serves = List.copyOf(serves);
        }

        /** The machine under each of its names. */
        public List<Machine> machines(MachineFacts facts) {
            if (serves.isEmpty()) {
                return List.of(new Machine(generator, false, true, facts));
            }
            List<Machine> machines = new ArrayList<>();
            for (String node : serves) {
                machines.add(new Machine(node, true, generates && machines.isEmpty(), facts));
            }
            return machines;
        }
    }

    /**
     * A look at a node by its exporters' pages.
     *
     * @param node of the scenario
     * @param place where the pages are asked for
     * @param exporters for a person, such as {@code node-exporter, dcgm}
     * @param request what is to be looked up
     */
    public record Pages(String node, Place place, String exporters, PagesRequest request) {
        static Optional<Pages> of(Node node, Optional<String> model, Place place) {
            List<Page> pages = new ArrayList<>();
            List<String> exporters = new ArrayList<>();
            for (ProbeSpec probe : node.probes()) {
                switch (probe) {
                    case ProbeSpec.NodeExporter exporter ->
                        pages.add(new Page(Exporter.NODE, exporter.url().toString()));
                    case ProbeSpec.Dcgm dcgm ->
                        pages.add(new Page(Exporter.DCGM, dcgm.url().toString()));
                    default -> {
                        continue;
                    }
                }
                exporters.add(probe.type());
            }
            return pages.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Pages(
                            node.name(),
                            place,
                            String.join(", ", exporters),
                            new PagesRequest(node.name(), model, pages)));
        }
    }

    /**
     * Of a scenario.
     *
     * @param places all that can look, the first one first; load comes from each
     * @param versions whether versions matter
     */
    public static PreflightPlan of(Scenario scenario, List<Place> places, boolean versions) {
        Map<String, String> unseen = new LinkedHashMap<>();
        List<Pages> pages = new ArrayList<>();
        Map<Place, Set<String>> serves = new LinkedHashMap<>();
        for (Node node : scenario.nodes()) {
            Optional<Place> place = place(node, places);
            place.ifPresent(where ->
                    serves.computeIfAbsent(where, any -> new LinkedHashSet<>()).add(node.name()));
            if (place.isEmpty() && node.agent().isPresent()) {
                unseen.put(node.name(), "no agent \"" + node.agent().get() + "\" is here");
            } else if (place.isEmpty()) {
                Optional<Pages> found = places.stream()
                        .findFirst()
                        .flatMap(first -> Pages.of(node, scenario.preflight().model(), first));
                found.ifPresent(pages::add);
                if (found.isEmpty()) {
                    unseen.put(
                            node.name(),
                            "it is watched from elsewhere only, by pages that tell nothing of its machine");
                }
            }
        }
        Map<String, Place> generators = new LinkedHashMap<>();
        places.forEach(place -> generators.putIfAbsent(place.host(), place));
        // A node's own agent looks for its host, too.
        serves.keySet().forEach(place -> generators.put(place.host(), place));
        List<String> targets = scenario.target().urls().stream()
                .map(PreflightPlan::hostAndPort)
                .distinct()
                .toList();
        List<Look> looks = new ArrayList<>();
        Set<Place> all = new LinkedHashSet<>(serves.keySet());
        all.addAll(generators.values());
        for (Place place : all) {
            List<String> nodes = List.copyOf(serves.getOrDefault(place, Set.of()));
            boolean generates = place.equals(generators.get(place.host()));
            LookRequest request = new LookRequest(
                    nodes.isEmpty() ? Optional.empty() : scenario.preflight().model(),
                    scenario.preflight().python(),
                    versions && !nodes.isEmpty(),
                    generates ? targets : List.of());
            String name = generators.size() == 1 ? "generator" : "generator " + place.host();
            looks.add(new Look(place, nodes, generates, name, request));
        }
        return new PreflightPlan(looks, pages, unseen);
    }

    private static Optional<Place> place(Node node, List<Place> places) {
        if (node.agent().isPresent()) {
            return places.stream()
                    .filter(place -> node.agent().get().equals(place.label()))
                    .findFirst();
        }
        boolean own = node.probes().stream().anyMatch(PreflightPlan::watchesOwnMachine);
        return own ? places.stream().findFirst() : Optional.empty();
    }

    private static boolean watchesOwnMachine(ProbeSpec probe) {
        return switch (probe) {
            case ProbeSpec.NvidiaSmi smi -> true;
            case ProbeSpec.AmdSmi smi -> true;
            case ProbeSpec.RocmSmi smi -> true;
            case ProbeSpec.Local local -> true;
            case ProbeSpec.Jstat jstat -> true;
            case ProbeSpec.Jfr jfr -> true;
            default -> false;
        };
    }

    /** The nodes whose GPUs' links a probe sees while load runs. */
    static Set<String> seenUnderLoad(Scenario scenario) {
        return scenario.nodes().stream()
                .filter(node -> node.probes().stream().anyMatch(ProbeSpec.NvidiaSmi.class::isInstance))
                .map(Node::name)
                .collect(Collectors.toSet());
    }

    /** Where a URL connects to. */
    public static String hostAndPort(URI url) {
        int port = url.getPort() >= 0 ? url.getPort() : "https".equals(url.getScheme()) ? HTTPS_PORT : HTTP_PORT;
        return url.getHost() + ":" + port;
    }
}
