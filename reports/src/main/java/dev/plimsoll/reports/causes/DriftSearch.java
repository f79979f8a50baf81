package dev.plimsoll.reports.causes;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.NodeSeries;
import dev.plimsoll.reports.results.RunResults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares the first and the last part of a long phase: clocks, temperature, power, throttling, tokens and latency.
 *
 * <p>A phase of {@value #LEAST_SECONDS} s or more is a soak run. Its parts are a sixth of it each, and 10 minutes at most.
 * Nothing is said where the load was not the same in both. A difference counts when it is large enough to matter and at
 * least {@value #DEVIATIONS} standard deviations of such a difference, correlation in time included ({@link Noise}).
 */
final class DriftSearch {
    /** The shortest phase that is looked at. */
    static final double LEAST_SECONDS = 600;

    private static final double LONGEST_PART_SECONDS = 600;
    private static final double PARTS = 6;
    private static final double DEVIATIONS = 3;
    private static final double EQUAL_LOAD = 0.02;
    private static final double CLOCK_DROP = 0.02;
    private static final double HOTTER_CELSIUS = 5;
    private static final double THROTTLED_PERCENT = 2;
    private static final double CAPPED_PERCENT = 10;
    private static final double OUTPUT_DROP = 0.03;
    private static final double LATENCY_RISE = 0.1;
    private static final Pattern OF_ONE_GPU = Pattern.compile("gpu\\.([0-9]+(?:_[0-9]+)?)\\.clock\\.sm");

    private final Grid grid;
    private final RunResults results;
    private final int part;

    private DriftSearch(Grid grid, RunResults results) {
        this.grid = grid;
        this.results = results;
        double seconds = Math.min(LONGEST_PART_SECONDS, grid.size() * grid.step() / PARTS);
        part = (int) (seconds / grid.step());
    }

    /** The drifts of a phase; none of one that is short or whose load changed. */
    static List<Drift> search(Grid grid, RunResults results) {
        DriftSearch search = new DriftSearch(grid, results);
        boolean isSoak = grid.window().steady() && grid.window().seconds() >= LEAST_SECONDS;
        return isSoak && search.hasEqualLoad() ? search.drifts() : List.of();
    }

    /**
     * A quantity in both parts.
     *
     * @param first its mean in the first one
     * @param last its mean in the last one
     * @param significant whether they differ by more than chance
     */
    private record Change(double first, double last, boolean significant) {
        double ratio() {
            return last / first - 1;
        }

        double difference() {
            return last - first;
        }
    }

    /**
     * One GPU, or all of a node.
     *
     * @param prefix how its metrics begin
     * @param label what it is called in a sentence; empty for all
     */
    private record Gpu(String prefix, String label) {}

    private boolean hasEqualLoad() {
        if (!grid.window().openLoop()) {
            return true;
        }
        double[] scheduled = grid.values(Moment::scheduled);
        double first = sum(scheduled, 0, part);
        double last = sum(scheduled, scheduled.length - part, scheduled.length);
        double chance = DEVIATIONS * Math.sqrt(first + last);
        return first > 0 && Math.abs(last - first) <= Math.max(EQUAL_LOAD * first, chance);
    }

    private static double sum(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).filter(Double::isFinite).sum();
    }

    private List<Drift> drifts() {
        List<Drift> found = new ArrayList<>();
        List<String> withClocks = new ArrayList<>();
        for (String node : results.nodes()) {
            ofNode(node).ifPresent(found::add);
            if (results.series(node).containsKey("gpu.clock.sm")) {
                withClocks.add(node);
            }
        }
        if (found.isEmpty()) {
            ofClients(withClocks).ifPresent(found::add);
        }
        return found;
    }

    /** The GPU of a node whose clock fell furthest. */
    private Optional<Drift> ofNode(String node) {
        Set<Gpu> gpus = new LinkedHashSet<>();
        for (String name : results.series(node).keySet()) {
            Matcher one = OF_ONE_GPU.matcher(name);
            if (one.matches()) {
                gpus.add(new Gpu("gpu." + one.group(1) + ".", " GPU " + one.group(1)));
            }
        }
        if (gpus.isEmpty()) {
            gpus.add(new Gpu("gpu.", ""));
        }
        Optional<Gpu> worst = Optional.empty();
        double furthest = -CLOCK_DROP;
        int fallen = 0;
        for (Gpu gpu : gpus) {
            Optional<Change> clock = change(node, gpu.prefix() + "clock.sm").filter(Change::significant);
            if (clock.isPresent() && clock.get().ratio() <= -CLOCK_DROP) {
                fallen++;
                if (clock.get().ratio() <= furthest) {
                    furthest = clock.get().ratio();
                    worst = Optional.of(gpu);
                }
            }
        }
        int others = fallen - 1;
        return worst.map(gpu -> ofGpu(node, gpu, others));
    }

    private Drift ofGpu(String node, Gpu gpu, int others) {
        Optional<Change> temperature = change(node, gpu.prefix() + "temperature");
        Optional<Change> throttled = change(node, gpu.prefix() + "throttled");
        Optional<Change> capped = change(node, gpu.prefix() + "throttled.power_cap");
        Drift.Kind kind = Drift.Kind.CLOCK;
        if (rose(temperature, HOTTER_CELSIUS) || rose(throttled, THROTTLED_PERCENT)) {
            kind = Drift.Kind.THERMAL;
        } else if (rose(capped, CAPPED_PERCENT)) {
            kind = Drift.Kind.POWER;
        }
        Map<String, Object> figures = figures();
        List<String> parts = new ArrayList<>();
        for (String metric : List.of("clock.sm", "temperature", "power", "throttled", "throttled.power_cap")) {
            Optional<Change> change = change(node, gpu.prefix() + metric);
            if (change.isPresent()) {
                figures(figures, "gpu." + metric, change.get());
                parts.add("gpu." + metric + " " + fromTo(change.get(), unit("gpu." + metric))
                        + (metric.equals("clock.sm")
                                ? " (" + Sentences.change(change.get().ratio()) + ")"
                                : ""));
            }
        }
        output().ifPresent(change -> {
            figures(figures, outputName(), change);
            parts.add(outputName() + " " + fromTo(change, Unit.PER_SECOND) + " (" + Sentences.change(change.ratio())
                    + ")");
        });
        if (!gpu.label().isEmpty()) {
            figures.put("gpu", gpu.label().substring(" GPU ".length()));
        }
        String name = switch (kind) {
            case THERMAL -> "thermal drift of ";
            case POWER -> "the power limit held clocks down on ";
            default -> "clocks fell, without heat or power limit, on ";
        };
        String more = others > 0 ? ", and " + others + (others == 1 ? " other GPU" : " other GPUs") : "";
        return drift(kind, node, name + node + gpu.label() + more, parts, figures);
    }

    private static boolean rose(Optional<Change> change, double by) {
        return change.filter(Change::significant)
                .filter(one -> one.difference() >= by)
                .isPresent();
    }

    /** What the clients saw, while no clock fell. */
    private Optional<Drift> ofClients(List<String> withClocks) {
        Optional<Change> output = output().filter(Change::significant);
        Optional<Change> latency =
                change(grid.values(m -> m.mean(Metrics.LATENCY.name()))).filter(Change::significant);
        Map<String, Object> figures = figures();
        List<String> parts = new ArrayList<>();
        Drift.Kind kind;
        String name;
        if (output.filter(one -> one.ratio() <= -OUTPUT_DROP).isPresent()) {
            kind = Drift.Kind.THROUGHPUT;
            name = "throughput drifted";
            figures(figures, outputName(), output.get());
            parts.add(outputName() + " " + fromTo(output.get(), Unit.PER_SECOND) + " ("
                    + Sentences.change(output.get().ratio()) + ")");
        } else if (latency.filter(one -> one.ratio() >= LATENCY_RISE).isPresent()) {
            kind = Drift.Kind.LATENCY;
            name = "latency drifted";
            figures(figures, "latency", latency.get());
            parts.add("mean latency " + fromTo(latency.get(), Unit.MILLISECONDS) + " ("
                    + Sentences.change(latency.get().ratio()) + ")");
        } else {
            return Optional.empty();
        }
        for (String node : withClocks) {
            change(node, "gpu.clock.sm").ifPresent(clock -> {
                figures(figures, "gpu.clock.sm", clock);
                parts.add("gpu.clock.sm of " + node + " was the same (" + fromTo(clock, Unit.MEGAHERTZ) + ")");
            });
        }
        if (withClocks.isEmpty()) {
            parts.add("no GPU clock was watched");
        }
        return Optional.of(
                drift(kind, withClocks.size() == 1 ? withClocks.getFirst() : Drift.TARGET, name, parts, figures));
    }

    private Drift drift(Drift.Kind kind, String node, String name, List<String> parts, Map<String, Object> figures) {
        String minutes = Quantities.clock(part * grid.step());
        String sentence = name + ": from the first to the last " + minutes + " of "
                + grid.window().phase() + " ("
                + Quantities.clock(grid.window().seconds()) + ") at equal load, " + String.join(", ", parts);
        double last = grid.t(grid.size() - part);
        return new Drift(last, grid.window().phase(), kind, node, sentence, figures);
    }

    private Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("part_s", Attribution.rounded(part * grid.step()));
        return figures;
    }

    private static void figures(Map<String, Object> figures, String metric, Change change) {
        figures.put(metric + ".first", Attribution.rounded(change.first()));
        figures.put(metric + ".last", Attribution.rounded(change.last()));
        if (change.first() != 0) {
            figures.put(metric + ".change", Attribution.rounded(change.ratio()));
        }
    }

    private static String fromTo(Change change, Unit unit) {
        return "from " + Quantities.value(rounded(change.first()), unit) + " to "
                + Quantities.value(rounded(change.last()), unit);
    }

    /** A mean of many samples has more digits than anybody reads. */
    private static double rounded(double value) {
        return Math.abs(value) >= 10 ? Math.rint(value) : Attribution.rounded(value);
    }

    private boolean hasTokens() {
        return sum(grid.values(Moment::tokens), 0, grid.size()) > 0;
    }

    private String outputName() {
        return hasTokens() ? Metrics.OUTPUT_THROUGHPUT.name() : Metrics.THROUGHPUT.name();
    }

    private Optional<Change> output() {
        return change(
                hasTokens() ? grid.values(m -> m.tokens() / m.seconds()) : grid.values(m -> m.ended() / m.seconds()));
    }

    private static Unit unit(String metric) {
        return Metrics.find(metric).map(Metric::unit).orElse(Unit.COUNT);
    }

    private Optional<Change> change(String node, String metric) {
        NodeSeries series = results.seriesOf(metric).get(node);
        return series == null
                ? Optional.empty()
                : change(
                        Signal.of(Suspect.custom(metric, 0), node, series, grid).values());
    }

    /** A part is compared when most of its intervals have a value. */
    private Optional<Change> change(double[] values) {
        Predicate<double[]> isMostly = some -> 2 * some.length >= part;
        double[] first = finite(Arrays.copyOfRange(values, 0, part));
        double[] last = finite(Arrays.copyOfRange(values, values.length - part, values.length));
        double[] all = finite(values);
        if (part < 2 || !isMostly.test(first) || !isMostly.test(last) || all.length < ShiftScan.FEWEST) {
            return Optional.empty();
        }
        double before = Arrays.stream(first).average().orElseThrow();
        double after = Arrays.stream(last).average().orElseThrow();
        double scale = Math.max(Math.abs(before), Math.abs(after));
        Noise noise = Noise.of(all, all, Math.max(1e-9, 1e-6 * scale));
        double chance = Math.hypot(noise.ofLong(first.length), noise.ofLong(last.length));
        return Optional.of(new Change(before, after, Math.abs(after - before) > DEVIATIONS * chance));
    }

    private static double[] finite(double[] values) {
        return Arrays.stream(values).filter(Double::isFinite).toArray();
    }
}
