package dev.plimsoll.reports.results;

import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.HdrHistogram.Histogram;

/**
 * Everything a run measured so far, all agents together: what is judged, summed up and compared.
 *
 * <p>Requests are kept by phase, leg and request in {@link Stratum}s of bounded size, without losing a value; a total
 * histogram is the sum of its batches. Node samples are kept as series. Not thread-safe.
 */
public final class RunResults {
    /** The pseudo-node that carries the generator's own readings. */
    public static final String GENERATOR = "generator";
    /** The metric of requests scheduled and not ended. */
    public static final String IN_FLIGHT = "in_flight";

    private final String run;
    private final Map<Integer, Double> legStarts = new TreeMap<>();
    private final Map<StratumKey, PhaseWindow> windows = new LinkedHashMap<>();
    private final Map<StratumKey, Stratum> strata = new LinkedHashMap<>();
    private final Map<String, Map<String, NodeSeries>> nodes = new LinkedHashMap<>();
    private final Map<String, NodeSeries> generator = new LinkedHashMap<>();
    private final Map<String, NodeSeries> inFlight = new LinkedHashMap<>();
    private final NodeSeries inFlightOfAll = new NodeSeries();
    private final List<String> lostAgents = new ArrayList<>();
    private final Histogram eventLoopLag = Histograms.create(Metrics.LATENCY);
    private int intervals;

    /**
     * Results of a run that has not begun.
     *
     * @param run the run's id
     * @param windows the phases of all legs as planned, in order
     */
    public RunResults(String run, List<PhaseWindow> windows) {
        this.run = run;
        windows.forEach(this::plan);
    }

    private record StratumKey(int leg, int round, String phase) {
        static StratumKey of(PhaseWindow window) {
            return new StratumKey(window.leg(), window.round(), window.phase());
        }
    }

    /** The run's id. */
    public String run() {
        return run;
    }

    /** Plans a further window, or plans one anew: a phase that was extended, for example. */
    public void plan(PhaseWindow window) {
        StratumKey key = StratumKey.of(window);
        windows.put(key, window);
        Stratum stratum = strata.get(key);
        if (stratum != null) {
            stratum.window(window);
        }
    }

    /** A leg starts at this instant, in seconds since the load began. */
    public void legStarts(int leg, double t) {
        legStarts.put(leg, t);
    }

    /** Whether a leg was started. */
    public boolean hasStarted(int leg) {
        return legStarts.containsKey(leg);
    }

    /**
     * When a leg started, in seconds since the load began.
     *
     * @throws IllegalArgumentException for a leg that was not started
     */
    public double legStart(int leg) {
        Double start = legStarts.get(leg);
        if (start == null) {
            throw new IllegalArgumentException("leg " + leg + " was not started");
        }
        return start;
    }

    /** The phases of all legs, run or not, in the order they were planned. */
    public List<PhaseWindow> plannedWindows() {
        return List.copyOf(windows.values());
    }

    /** A leg schedules no more from this instant, in seconds since the leg's start: its windows end there. */
    public void legStopped(int leg, double seconds) {
        for (PhaseWindow window : List.copyOf(windows.values())) {
            if (window.leg() == leg) {
                plan(window.stoppedAt(seconds));
            }
        }
    }

    /** The agent of that label was lost. */
    public void agentLost(String label) {
        lostAgents.add(label);
    }

    /**
     * Adds an interval. Intervals of a leg come in order.
     *
     * @throws IllegalArgumentException for a leg that was not started or a phase that was not planned
     */
    public void add(MergedInterval interval) {
        double from = interval.t() - legStart(interval.leg());
        intervals++;
        Map<StratumKey, List<RequestInterval>> parts = new LinkedHashMap<>();
        for (PhaseWindow window : windows.values()) {
            if (window.leg() == interval.leg() && window.overlap(from, from + interval.seconds()) > 0) {
                parts.put(StratumKey.of(window), new ArrayList<>());
            }
        }
        for (RequestInterval request : interval.requests()) {
            SeriesKey key = request.key();
            parts.computeIfAbsent(new StratumKey(interval.leg(), key.round(), key.phase()), k -> new ArrayList<>())
                    .add(request);
        }
        parts.forEach((key, requests) -> {
            PhaseWindow window = windows.get(key);
            if (window == null) {
                throw new IllegalArgumentException(
                        "phase " + key.phase() + " of leg " + key.leg() + " was not planned");
            }
            strata.computeIfAbsent(key, k -> new Stratum(window))
                    .add(window.overlap(from, from + interval.seconds()), requests);
        });
        addReadings(interval);
    }

    private void addReadings(MergedInterval interval) {
        double from = interval.t() - legStart(interval.leg());
        boolean measured = windows.values().stream()
                .anyMatch(window -> window.measured()
                        && window.leg() == interval.leg()
                        && window.overlap(from, from + interval.seconds()) > 0);
        if (measured) {
            eventLoopLag.add(interval.eventLoopLag());
        }
        interval.generator()
                .forEach((name, reading) ->
                        generator.computeIfAbsent(name, n -> new NodeSeries()).add(interval.t(), reading));
        Map<String, Long> flying = new HashMap<>();
        long all = 0;
        for (RequestInterval request : interval.requests()) {
            flying.merge(request.key().request(), request.inFlight(), Long::sum);
            all += request.inFlight();
        }
        flying.forEach((request, count) ->
                inFlight.computeIfAbsent(request, r -> new NodeSeries()).add(interval.t(), Reading.of(count)));
        inFlightOfAll.add(interval.t(), Reading.of(all));
    }

    /** Adds a node's sample, taken at this instant of the run's timeline in seconds ({@link RunClock#t}). */
    public void add(NodeSample sample, double t) {
        Map<String, NodeSeries> series = nodes.computeIfAbsent(sample.node(), n -> new LinkedHashMap<>());
        sample.readings()
                .forEach((name, reading) ->
                        series.computeIfAbsent(name, n -> new NodeSeries()).add(t, reading));
    }

    /** How many intervals were added. */
    public int intervals() {
        return intervals;
    }

    /** The labels of agents that were lost. */
    public List<String> lostAgents() {
        return List.copyOf(lostAgents);
    }

    /** The phases that have begun, in order of time. */
    public List<Stratum> strata() {
        return List.copyOf(strata.values());
    }

    /** The phases that have begun: that one, or all that are measured. */
    public List<Stratum> strata(Optional<String> phase) {
        return strata.values().stream()
                .filter(stratum -> isWanted(stratum.window(), phase))
                .toList();
    }

    /** The planned windows of that phase, or of all that are measured, run or not. */
    public List<PhaseWindow> windows(Optional<String> phase) {
        return windows.values().stream()
                .filter(window -> isWanted(window, phase))
                .toList();
    }

    private static boolean isWanted(PhaseWindow window, Optional<String> phase) {
        return phase.map(name -> name.equals(window.phase())).orElse(window.measured());
    }

    /** Names of the requests that were seen, in order of the alphabet. */
    public Set<String> requests() {
        Set<String> names = new TreeSet<>();
        strata.values()
                .forEach(stratum -> stratum.batches()
                        .forEach(batch -> names.addAll(batch.requests().keySet())));
        return names;
    }

    /** Names of the phases that have begun, in order of time. */
    public Set<String> phases() {
        Set<String> names = new LinkedHashSet<>();
        strata.values().forEach(stratum -> names.add(stratum.window().phase()));
        return names;
    }

    /** Everything of that phase, or of all that are measured, together. */
    public Batch total(Optional<String> phase) {
        Batch sum = new Batch(0, Map.of());
        for (Stratum stratum : strata(phase)) {
            sum = sum.plus(stratum.total());
        }
        return sum;
    }

    /** The merged histogram of a metric, of one phase or all measured ones, of one request or all; may be empty. */
    public Histogram histogram(Optional<String> phase, Optional<String> request, Metric metric) {
        Histogram histogram = Histograms.create(metric);
        for (Stratum stratum : strata(phase)) {
            stratum.total().values(request, metric).addTo(histogram);
        }
        return histogram;
    }

    /** How late timers fired on all agents' event loops while measured phases ran, in nanoseconds. */
    public Histogram eventLoopLag() {
        return eventLoopLag.copy();
    }

    /** Where that phase, or all measured ones, lie on the run's timeline, as far as they have begun. */
    public List<NodeSeries.Stretch> stretches(Optional<String> phase) {
        List<NodeSeries.Stretch> found = new ArrayList<>();
        for (PhaseWindow window : windows(phase)) {
            Double legStart = legStarts.get(window.leg());
            if (legStart != null && window.seconds() > 0) {
                found.add(new NodeSeries.Stretch(legStart + window.start(), legStart + window.end()));
            }
        }
        return found;
    }

    /** Names of the nodes that were sampled, in the order they came. */
    public Collection<String> nodes() {
        return List.copyOf(nodes.keySet());
    }

    /** The metrics that a node's probes spoke of, with their series. */
    public Map<String, NodeSeries> series(String node) {
        return Map.copyOf(nodes.getOrDefault(node, Map.of()));
    }

    /**
     * The series of a metric that is not one of requests, by the name of the node, of the request for {@code in_flight}
     * (empty: all requests together), or {@value #GENERATOR}.
     */
    public Map<String, NodeSeries> seriesOf(String metric) {
        Map<String, NodeSeries> found = new LinkedHashMap<>();
        if (metric.equals(IN_FLIGHT)) {
            found.put("", inFlightOfAll);
            found.putAll(inFlight);
        }
        NodeSeries own = generator.get(metric);
        if (own != null) {
            found.put(GENERATOR, own);
        }
        nodes.forEach((node, series) -> {
            NodeSeries one = series.get(metric);
            if (one != null) {
                found.put(node, one);
            }
        });
        return found;
    }

    /** The figures as {@code summary.json} has them, with the default limits for the generator. */
    public Summary summary() {
        return summary(GeneratorFitness.Limits.DEFAULT);
    }

    /** The figures as {@code summary.json} has them. */
    public Summary summary(GeneratorFitness.Limits limits) {
        return new SummaryBuilder(this).build(limits);
    }
}
