package dev.plimsoll.reports.results;

import dev.plimsoll.measurements.IntervalSnapshot;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * Adds the snapshots of all agents, interval by interval.
 *
 * <p>An interval is given out once every living agent has delivered it or is done with the leg, and intervals of a leg
 * are given out in order. What a lost agent had delivered stays in; only what it had not is missing. A snapshot that
 * comes twice, too late or from a stranger is left out and told by {@link #problems()}.
 *
 * <p>The histograms of the first snapshot of an interval are added to and handed on: the merger owns what it is given.
 * Not thread-safe.
 */
public final class IntervalMerger {
    private static final double MICROS_PER_SECOND = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Set<String> agents;
    private final Set<String> lost = new HashSet<>();
    private final double intervalSeconds;
    private final Map<Integer, OpenLeg> legs = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * A merger of these agents' snapshots.
     *
     * @param agents their ids
     * @param interval the length of an interval
     */
    public IntervalMerger(Collection<String> agents, Duration interval) {
        this.agents = Set.copyOf(agents);
        if (this.agents.isEmpty() || !interval.isPositive()) {
            throw new IllegalArgumentException(
                    "a merger has at least one agent and an interval above 0s, not " + agents + " and " + interval);
        }
        intervalSeconds = interval.toNanos() / NANOS_PER_SECOND;
    }

    /** Makes a leg known that starts at this instant of the run's timeline, in seconds since the load began. */
    public void legStarts(int leg, double t) {
        legs.put(leg, new OpenLeg(leg, t));
    }

    /**
     * Takes a snapshot.
     *
     * @return the intervals that are complete now
     * @throws IllegalArgumentException for a leg that was not started
     */
    public List<MergedInterval> add(IntervalSnapshot snapshot) {
        OpenLeg leg = leg(snapshot.leg());
        String what = "interval " + snapshot.index() + " of leg " + snapshot.leg() + " from agent " + snapshot.agent();
        if (!agents.contains(snapshot.agent())) {
            problems.add(what + " was left out: that agent is not part of the run");
        } else if (snapshot.index() < leg.next) {
            problems.add(what + " was left out: it came after that interval was complete");
        } else if (leg.pending
                        .computeIfAbsent(snapshot.index(), i -> new LinkedHashMap<>())
                        .putIfAbsent(snapshot.agent(), snapshot)
                != null) {
            problems.add(what + " came twice; the second was left out");
        }
        if (snapshot.last() && agents.contains(snapshot.agent())) {
            leg.lastIndex.put(snapshot.agent(), snapshot.index());
        }
        return leg.complete(false);
    }

    /** Goes on without an agent. What it delivered stays in. Gives the intervals that are complete now. */
    public List<MergedInterval> lost(String agent) {
        List<MergedInterval> complete = new ArrayList<>();
        if (agents.contains(agent) && lost.add(agent)) {
            legs.values().forEach(leg -> complete.addAll(leg.complete(false)));
        }
        return complete;
    }

    /**
     * An agent is done with a leg, and says how many snapshots it sent; those that did not arrive are no longer waited
     * for. Gives the intervals that are complete now.
     */
    public List<MergedInterval> legEnded(String agent, int leg, int intervals) {
        OpenLeg open = leg(leg);
        if (!agents.contains(agent) || !open.closed.add(agent)) {
            return List.of();
        }
        int arrived = open.arrived.getOrDefault(agent, 0);
        for (Map<String, IntervalSnapshot> pending : open.pending.values()) {
            arrived += pending.containsKey(agent) ? 1 : 0;
        }
        if (arrived < intervals) {
            problems.add((intervals - arrived) + " of " + intervals + " intervals of leg " + leg + " from agent "
                    + agent + " never arrived");
        }
        return open.complete(false);
    }

    /** Gives out what is left of all legs, complete or not, and tells what is missing. For the end of a run. */
    public List<MergedInterval> flush() {
        List<MergedInterval> rest = new ArrayList<>();
        legs.values().forEach(leg -> rest.addAll(leg.complete(true)));
        return rest;
    }

    /** What went wrong since the last call, a sentence each. */
    public List<String> problems() {
        List<String> told = List.copyOf(problems);
        problems.clear();
        return told;
    }

    private OpenLeg leg(int index) {
        OpenLeg leg = legs.get(index);
        if (leg == null) {
            throw new IllegalArgumentException("leg " + index + " was not started");
        }
        return leg;
    }

    /** The snapshots of one leg that wait for others. */
    private final class OpenLeg {
        private final int index;
        private final double start;
        private final TreeMap<Integer, Map<String, IntervalSnapshot>> pending = new TreeMap<>();
        private final Map<String, Integer> lastIndex = new HashMap<>();
        private final Map<String, Integer> arrived = new HashMap<>();
        private final Set<String> closed = new HashSet<>();
        private int next;

        OpenLeg(int index, double start) {
            this.index = index;
            this.start = start;
        }

        List<MergedInterval> complete(boolean force) {
            List<MergedInterval> complete = new ArrayList<>();
            while (!pending.isEmpty()) {
                Map<String, IntervalSnapshot> parts = pending.getOrDefault(next, Map.of());
                List<String> awaited = agents.stream()
                        .filter(agent -> !lost.contains(agent) && !parts.containsKey(agent) && !isDone(agent))
                        .sorted()
                        .toList();
                if (!awaited.isEmpty()) {
                    if (!force) {
                        break;
                    }
                    problems.add(
                            "interval " + next + " of leg " + index + " lacks agent " + String.join(", ", awaited));
                }
                pending.remove(next);
                if (!parts.isEmpty()) {
                    complete.add(merge(next, parts));
                    parts.keySet().forEach(agent -> arrived.merge(agent, 1, Integer::sum));
                }
                next++;
            }
            return complete;
        }

        private boolean isDone(String agent) {
            return closed.contains(agent) || next > lastIndex.getOrDefault(agent, Integer.MAX_VALUE);
        }

        private MergedInterval merge(int interval, Map<String, IntervalSnapshot> parts) {
            long longest = 0;
            Map<SeriesKey, Sum> sums = new LinkedHashMap<>();
            Histogram lag = new Histogram(parts.values().iterator().next().eventLoopLag());
            Map<String, Reading> generator = new HashMap<>();
            for (IntervalSnapshot part : parts.values()) {
                longest = Math.max(longest, part.lengthMicros());
                part.requests()
                        .forEach(request -> sums.computeIfAbsent(request.key(), k -> new Sum())
                                .add(request));
                lag.add(part.eventLoopLag());
                part.generator()
                        .forEach((name, reading) -> generator.merge(name, reading, (a, b) -> worse(name, a, b)));
            }
            List<RequestInterval> requests = new ArrayList<>();
            sums.forEach((key, sum) -> requests.add(sum.as(key)));
            int present = (int) agents.stream()
                    .filter(agent -> parts.containsKey(agent) || (!lost.contains(agent) && isDone(agent)))
                    .count();
            return new MergedInterval(
                    index,
                    interval,
                    start + interval * intervalSeconds,
                    longest / MICROS_PER_SECOND,
                    present,
                    requests,
                    lag,
                    generator);
        }
    }

    /** A limit is worst where it is smallest; everything else where it is largest. A value beats having none. */
    private static Reading worse(String name, Reading a, Reading b) {
        if (a instanceof Reading.Value first && b instanceof Reading.Value second) {
            boolean firstIsLarger = first.value() >= second.value();
            return firstIsLarger != name.endsWith(".limit") ? first : second;
        }
        return a instanceof Reading.Value ? a : b;
    }

    /** One series of one interval, added up. */
    private static final class Sum {
        private RequestCounts counts = RequestCounts.NONE;
        private long inFlight;
        private final Map<String, Histogram> histograms = new LinkedHashMap<>();

        void add(RequestInterval part) {
            counts = counts.plus(part.counts());
            inFlight += part.inFlight();
            part.histograms().forEach((metric, histogram) -> {
                Histogram sum = histograms.get(metric);
                if (sum == null) {
                    histograms.put(metric, histogram);
                } else {
                    sum.add(histogram);
                }
            });
        }

        RequestInterval as(SeriesKey key) {
            return new RequestInterval(key, counts, inFlight, histograms);
        }
    }
}
