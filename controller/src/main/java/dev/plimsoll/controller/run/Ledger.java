package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.Leg;
import dev.plimsoll.measurements.AgentEvent;
import dev.plimsoll.measurements.IntervalSnapshot;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.bundle.NodeLine;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.causes.Causes;
import dev.plimsoll.reports.causes.RunSeries;
import dev.plimsoll.reports.results.GeneratorFitness;
import dev.plimsoll.reports.results.IntervalMerger;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunClock;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.Summary;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is written down of a run: the bundle, the merged intervals, the results. The run's thread only.
 *
 * <p>The timeline's zero is the start of the load. Until that is known, events and samples are written with seconds from
 * the run's own start, and are written anew once it is: all events, and the first {@value #MOST_EARLY} samples.
 */
final class Ledger implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final long SUMMARY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int MOST_EARLY = 10_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private final RunBundleWriter writer;
    private final Secrets secrets;
    private final RunObserver observer;
    private final InstantSource clock;
    private final GeneratorFitness.Limits limits;
    private final RunResults results;
    private final RunSeries series = new RunSeries();
    private final List<Function<RunClock, RunEvent>> earlyEvents = new ArrayList<>();
    private final List<NodeSample> earlySamples = new ArrayList<>();
    private final Map<String, Long> offsets = new HashMap<>();
    private RunClock provisional;
    private @Nullable RunClock timeline;
    private @Nullable IntervalMerger merger;
    private long lastSummary = System.nanoTime();

    Ledger(
            RunBundleWriter writer,
            List<Leg> legs,
            Secrets secrets,
            RunObserver observer,
            InstantSource clock,
            GeneratorFitness.Limits limits) {
        this.writer = writer;
        this.limits = limits;
        this.secrets = secrets;
        this.observer = observer;
        this.clock = clock;
        provisional = new RunClock(writer.info().started(), Map.of());
        List<PhaseWindow> windows = new ArrayList<>();
        for (Leg leg : legs) {
            for (Leg.Slot slot : leg.slots()) {
                windows.add(PhaseWindow.of(
                        slot.phase(), leg.index(), leg.round(), slot.start().toNanos() / NANOS_PER_SECOND));
            }
        }
        results = new RunResults(writer.info().run(), windows);
    }

    RunBundleWriter writer() {
        return writer;
    }

    Path directory() {
        return writer.directory();
    }

    /** When the run began, by this process' clock. */
    Instant started() {
        return writer.info().started();
    }

    RunResults results() {
        return results;
    }

    /** What was measured so far, with the generator held against the limits that the verdict has. */
    Summary summary() {
        return results.summary(limits);
    }

    /** These agents are the run's, with those clocks. */
    void agents(List<AgentLink> links) {
        merger = new IntervalMerger(links.stream().map(AgentLink::id).toList(), INTERVAL);
        links.forEach(link -> offsets.put(link.id(), link.offsetMicros()));
        provisional = new RunClock(started(), offsets);
    }

    /** A leg starts at this instant; the first one is the timeline's zero. */
    void legStarts(int leg, Instant start) {
        RunClock known = timeline;
        if (known == null) {
            known = begin(start);
        }
        double t = known.t(start);
        results.legStarts(leg, t);
        if (merger != null) {
            merger.legStarts(leg, t);
        }
    }

    private RunClock begin(Instant zero) {
        RunClock known = new RunClock(zero, offsets);
        timeline = known;
        List<NodeLine> nodes = new ArrayList<>();
        for (NodeSample sample : earlySamples) {
            double t = known.t(sample.agent(), sample.wallMicros());
            results.add(sample, t);
            nodes.add(NodeLine.of(sample, t));
        }
        List<RunEvent> events =
                earlyEvents.stream().map(event -> event.apply(known)).toList();
        earlyEvents.clear();
        earlySamples.clear();
        writer.retime(events, nodes);
        return known;
    }

    /** Seconds since the load began; 0 before. */
    double now() {
        return timeline == null ? 0 : timeline.t(clock.instant());
    }

    /** Takes a snapshot, and gives the intervals that are complete with it. */
    List<MergedInterval> interval(IntervalSnapshot snapshot) {
        if (merger == null || !snapshot.run().equals(results.run())) {
            event("protocol", "an interval from agent " + snapshot.agent() + " is of no known leg and was left out");
            return List.of();
        }
        try {
            return keep(merger.add(snapshot));
        } catch (IllegalArgumentException e) {
            event("protocol", "an interval from agent " + snapshot.agent() + " was left out: " + e.getMessage());
            return List.of();
        }
    }

    List<MergedInterval> legEnded(String agent, int leg, int intervals) {
        if (merger == null) {
            return List.of();
        }
        try {
            return keep(merger.legEnded(agent, leg, intervals));
        } catch (IllegalArgumentException e) {
            event("protocol", "agent " + agent + " ended a leg that was not begun: " + e.getMessage());
            return List.of();
        }
    }

    void agentLost(AgentLink link, String sentence) {
        results.agentLost(link.facts().label());
        List<MergedInterval> complete = merger == null ? List.of() : merger.lost(link.id());
        event(
                "agent_lost",
                sentence,
                Map.of("agent", link.id(), "label", link.facts().label()));
        keep(complete);
    }

    /** Writes what still waits: for other agents' intervals, or for load where none was sent. */
    void complete() {
        if (timeline == null) {
            begin(started());
        }
        if (merger != null) {
            keep(merger.flush());
        }
    }

    private List<MergedInterval> keep(List<MergedInterval> complete) {
        List<String> problems = new ArrayList<>();
        List<MergedInterval> kept = new ArrayList<>();
        for (MergedInterval interval : complete) {
            try {
                results.add(interval);
                series.add(interval);
                kept.add(interval);
            } catch (IllegalArgumentException e) {
                problems.add("an interval was left out: " + e.getMessage());
            }
        }
        if (merger != null) {
            problems.addAll(merger.problems());
        }
        /* What is measured is known by now, whatever can be written. */
        kept.forEach(interval -> writer.interval(interval, results));
        problems.forEach(problem -> event("interval", problem));
        /* A run whose intervals stay away has nothing new to sum up. */
        long nanos = System.nanoTime();
        if (nanos - lastSummary > SUMMARY_NANOS) {
            lastSummary = nanos;
            writer.summary(summary());
        }
        return kept;
    }

    void sample(NodeSample sample) {
        Map<String, Reading> readings = new LinkedHashMap<>();
        sample.readings().forEach((name, reading) -> readings.put(secrets.mask(name), mask(reading)));
        NodeSample masked = new NodeSample(
                secrets.mask(sample.node()), sample.probe(), sample.agent(), sample.wallMicros(), readings);
        RunClock known = timeline;
        double t = (known == null ? provisional : known).t(masked.agent(), masked.wallMicros());
        if (known != null) {
            results.add(masked, t);
        } else if (earlySamples.size() < MOST_EARLY) {
            earlySamples.add(masked);
        }
        writer.node(masked, t);
    }

    private Reading mask(Reading reading) {
        return switch (reading) {
            case Reading.Value value -> value;
            case Reading.NotAvailable none -> new Reading.NotAvailable(secrets.mask(none.reason()));
            case Reading.Failed failed -> new Reading.Failed(secrets.mask(failed.reason()));
        };
    }

    void event(AgentEvent event) {
        Map<String, Object> detail = new LinkedHashMap<>(event.detail());
        detail.put("agent", event.agent());
        Map<String, Object> masked = secrets.mask(detail);
        String sentence = secrets.mask(event.sentence());
        write(known -> new RunEvent(known.t(event.agent(), event.wallMicros()), event.type(), sentence, masked));
    }

    void event(String type, String sentence) {
        event(type, sentence, Map.of());
    }

    void event(String type, String sentence, Map<String, Object> detail) {
        Instant now = clock.instant();
        String masked = secrets.mask(sentence);
        Map<String, Object> details = secrets.mask(detail);
        write(known -> new RunEvent(known.t(now), type, masked, details));
    }

    private void write(Function<RunClock, RunEvent> placed) {
        RunClock known = timeline;
        if (known == null) {
            earlyEvents.add(placed);
        }
        RunEvent event = placed.apply(known == null ? provisional : known);
        observer.event(event);
        writer.event(event);
    }

    /** What moved in the run, and with what; for its end, when everything is known. */
    List<RunEvent> moved() {
        return Causes.of(results, series).stream()
                .map(found -> new RunEvent(
                        found.t(), found.type(), secrets.mask(found.sentence()), secrets.mask(found.detail())))
                .toList();
    }

    /** Writes events that nobody is told of while the run goes on. */
    void write(List<RunEvent> events) {
        events.forEach(writer::event);
    }

    /** Writes {@code run.json} anew. */
    void update(RunInfo info) {
        writer.update(info);
    }

    @Override
    public void close() {
        writer.close();
    }
}
