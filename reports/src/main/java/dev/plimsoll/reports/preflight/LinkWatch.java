package dev.plimsoll.reports.preflight;

import dev.plimsoll.measurements.GpuFact;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.scenarios.PreflightCheck;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PCIe links while load runs. An idle link steps down by design, so only then does it show what it can do.
 *
 * <p>A link falls short when a GPU was at work ({@value #AT_WORK} % and more) and its link below what GPU and slot can do in
 * every sample of {@value #LONG_ENOUGH} s, and of {@value #FEWEST_SAMPLES} samples at least: one sample is not enough on
 * boards that flap. It is at its full when as many say so, at work or not. What falls short is told of every node, what is at
 * its full only where that was an open question. Not thread-safe.
 */
public final class LinkWatch {
    private static final List<PreflightCheck> CHECKS =
            List.of(PreflightCheck.GPU_PCIE_GENERATION, PreflightCheck.GPU_PCIE_WIDTH);
    private static final String PROBE = "nvidia-smi";
    private static final double AT_WORK = 20;
    private static final double LONG_ENOUGH = 3;
    private static final int FEWEST_SAMPLES = 3;
    private static final double MICROS_PER_SECOND = 1e6;
    private static final int HALF = 2;
    private static final String UTILIZATION = "utilization";
    private static final Pattern OF_GPU = Pattern.compile("gpu\\.(?:(\\d+)\\.)?pcie\\.(?:generation|width)");

    /** Kinds of GPUs that often have half of the lanes that they tell of: T4s in clouds, laptops' and gamers' boards. */
    private static final Pattern WIRED_BY_HALF = Pattern.compile("\\bT4\\b|GeForce|Laptop|Max-Q|Mobile");

    private final Examination examination;
    private final Map<String, List<String>> products = new HashMap<>();
    private final Map<String, Set<PreflightCheck>> open = new LinkedHashMap<>();
    private final Map<String, Map<PreflightCheck, Map<Integer, Link>>> links = new LinkedHashMap<>();
    private final Map<String, Set<Integer>> told = new HashMap<>();

    /** Without a look before the load: nothing is an open question. */
    public LinkWatch(Examination examination) {
        this.examination = examination;
    }

    /** A machine was looked at before the load: what the examination leaves open is answered here. */
    public void looked(Machine machine) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < machine.facts().gpus().size(); i++) {
            names.add(machine.facts().of(i, GpuFact.NAME).value());
        }
        products.put(machine.node(), names);
        open.put(machine.node(), new LinkedHashSet<>(examination.open(machine)));
    }

    /** One GPU's link, as far as one of the two checks goes. */
    private static final class Link {
        private double now;
        private double most;
        private boolean full;
        private long since;
        private long last;
        private int samples;
        private boolean seenFull;

        void add(double value, double limit, boolean atWork, long micros) {
            now = value;
            most = limit;
            boolean reached = value >= limit;
            seenFull |= reached;
            if (!reached && !atWork) {
                samples = 0;
                return;
            }
            if (samples == 0 || reached != full) {
                full = reached;
                since = micros;
                samples = 0;
            }
            samples++;
            last = micros;
        }

        private boolean isSure() {
            return samples >= FEWEST_SAMPLES && (last - since) / MICROS_PER_SECOND >= LONG_ENOUGH;
        }

        boolean fallsShort() {
            return !full && isSure();
        }

        boolean isFull() {
            return full && isSure();
        }
    }

    /**
     * Takes a sample that was taken while load ran; gives the checks that it answers. Only {@code nvidia-smi} looks at the link
     * each time: an exporter may repeat one look many times.
     */
    public List<Check> add(NodeSample sample) {
        if (!sample.probe().equals(PROBE)) {
            return List.of();
        }
        Map<Integer, String> prefixes = prefixes(sample);
        List<Check> answers = new ArrayList<>();
        for (PreflightCheck check : CHECKS) {
            prefixes.forEach((gpu, prefix) -> add(sample, check, gpu, prefix));
            answer(sample.node(), check).ifPresent(answers::add);
        }
        return answers;
    }

    /** The GPUs that a sample tells of, and how their metrics begin; a node with one has only the node's. */
    private static Map<Integer, String> prefixes(NodeSample sample) {
        Set<Integer> several = new TreeSet<>();
        boolean one = false;
        for (String metric : sample.readings().keySet()) {
            Matcher matcher = OF_GPU.matcher(metric);
            if (matcher.matches()) {
                one = true;
                if (matcher.group(1) != null) {
                    several.add(Integer.valueOf(matcher.group(1)));
                }
            }
        }
        Map<Integer, String> prefixes = new LinkedHashMap<>();
        several.forEach(gpu -> prefixes.put(gpu, "gpu." + gpu + "."));
        return one && several.isEmpty() ? Map.of(0, "gpu.") : prefixes;
    }

    private void add(NodeSample sample, PreflightCheck check, int gpu, String prefix) {
        String metric = prefix + check.id().substring("gpu.".length());
        OptionalDouble now = number(sample, metric);
        OptionalDouble most = number(sample, metric + ".limit");
        if (now.isPresent() && most.isPresent()) {
            boolean atWork = number(sample, prefix + UTILIZATION).orElse(0) >= AT_WORK;
            links.computeIfAbsent(sample.node(), node -> new EnumMap<>(PreflightCheck.class))
                    .computeIfAbsent(check, one -> new LinkedHashMap<>())
                    .computeIfAbsent(gpu, one -> new Link())
                    .add(now.getAsDouble(), most.getAsDouble(), atWork, sample.wallMicros());
        }
    }

    private static OptionalDouble number(NodeSample sample, String metric) {
        Reading reading = sample.readings().get(metric);
        return reading == null ? OptionalDouble.empty() : reading.asDouble();
    }

    private Optional<Check> answer(String node, PreflightCheck check) {
        Map<Integer, Link> found = links.getOrDefault(node, Map.of()).getOrDefault(check, Map.of());
        Set<Integer> fallen = new HashSet<>();
        found.forEach((gpu, link) -> {
            if (link.fallsShort()) {
                fallen.add(gpu);
            }
        });
        Set<Integer> before = told.computeIfAbsent(node + " " + check.id(), one -> new HashSet<>());
        if (before.addAll(fallen)) {
            close(node, check);
            return Optional.of(check(node, check, found));
        }
        boolean full = !found.isEmpty() && found.values().stream().allMatch(Link::isFull);
        return full && close(node, check) ? Optional.of(check(node, check, found)) : Optional.empty();
    }

    private boolean close(String node, PreflightCheck check) {
        return open.getOrDefault(node, new HashSet<>()).remove(check);
    }

    /** The load is over: what is still open, with what is known of it by now. */
    public List<Check> rest() {
        List<Check> rest = new ArrayList<>();
        open.forEach((node, checks) -> checks.forEach(check ->
                rest.add(check(node, check, links.getOrDefault(node, Map.of()).getOrDefault(check, Map.of())))));
        open.clear();
        return rest;
    }

    private Check check(String node, PreflightCheck check, Map<Integer, Link> found) {
        Map<Integer, GpuFinding> findings = new LinkedHashMap<>();
        found.forEach((gpu, link) -> findings.put(gpu, finding(node, check, gpu, link)));
        GpuFinding together = findings.isEmpty()
                ? GpuFinding.unknown("no probe told of the link while load ran")
                : GpuFinding.together(findings);
        Reason reason = Reason.of(check);
        return examination.weighed(new Check(
                check.id(),
                node,
                together.outcome(),
                together.found(),
                GpuChecks.wish(check),
                reason.why(),
                reason.repairUnderLoad()));
    }

    private GpuFinding finding(String node, PreflightCheck check, int gpu, Link link) {
        boolean lanes = check == PreflightCheck.GPU_PCIE_WIDTH;
        String found = lanes
                ? "x" + Quantities.plain(link.now) + " of x" + Quantities.plain(link.most)
                : "generation " + Quantities.plain(link.now) + " of " + Quantities.plain(link.most);
        if (link.fallsShort()) {
            boolean soSold = lanes
                    && link.now * HALF == link.most
                    && WIRED_BY_HALF.matcher(product(node, gpu)).find();
            return soSold
                    ? GpuFinding.warn(found + " under load, as such GPUs are often wired")
                    : GpuFinding.fail(found + " under load");
        }
        if (link.seenFull) {
            return GpuFinding.ok(
                    (link.now >= link.most ? found : found.replaceFirst("\\d+", Quantities.plain(link.most)))
                            + " under load");
        }
        return new GpuFinding(Outcome.UNKNOWN, found + ", and the GPU was not at work for long enough to tell");
    }

    private String product(String node, int gpu) {
        List<String> names = products.getOrDefault(node, List.of());
        return gpu < names.size() ? names.get(gpu) : "";
    }
}
