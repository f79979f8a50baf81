package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.Leg;
import dev.plimsoll.measurements.AgentEvent;
import dev.plimsoll.measurements.IntervalSnapshot;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.results.IntervalMerger;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunClock;
import dev.plimsoll.reports.results.RunResults;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is written down of a run: the bundle, the merged intervals, the results. The run's thread only.
 *
 * <p>The timeline's zero is the start of the load. Events and samples before it are held back until it is known, a
 * bounded number of them.
 */
final class Ledger implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final long SUMMARY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int MOST_HELD = 10_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private final RunBundleWriter writer;
    private final Secrets secrets;
    private final RunObserver observer;
    private final InstantSource clock;
    private final RunResults results;
    private final List<Consumer<RunClock>> held = new ArrayList<>();
    private final Map<String, Long> offsets = new HashMap<>();
    private @Nullable RunClock timeline;
    private @Nullable IntervalMerger merger;
    private long lastSummary = System.nanoTime();

    Ledger(RunBundleWriter writer, List<Leg> legs, Secrets secrets, RunObserver observer, InstantSource clock) {
        this.writer = writer;
        this.secrets = secrets;
        this.observer = observer;
        this.clock = clock;
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

    RunResults results() {
        return results;
    }

    /** These agents are the run's, with those clocks. */
    void agents(List<AgentLink> links) {
        merger = new IntervalMerger(links.stream().map(AgentLink::id).toList(), INTERVAL);
        links.forEach(link -> offsets.put(link.id(), link.offsetMicros()));
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
        List<Consumer<RunClock>> early = List.copyOf(held);
        held.clear();
        early.forEach(line -> line.accept(known));
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
        results.agentLost(link.id());
        event(
                "agent_lost",
                sentence,
                Map.of("agent", link.id(), "label", link.facts().label()));
        if (merger != null) {
            keep(merger.lost(link.id()));
        }
    }

    /** Gives out what still waits for others. */
    void flush() {
        if (merger != null) {
            keep(merger.flush());
        }
    }

    private List<MergedInterval> keep(List<MergedInterval> complete) {
        if (merger != null) {
            merger.problems().forEach(problem -> event("interval", problem));
        }
        List<MergedInterval> kept = new ArrayList<>();
        for (MergedInterval interval : complete) {
            try {
                results.add(interval);
            } catch (IllegalArgumentException e) {
                event("protocol", "an interval was left out: " + e.getMessage());
                continue;
            }
            writer.interval(interval, results);
            kept.add(interval);
        }
        long nanos = System.nanoTime();
        if (nanos - lastSummary > SUMMARY_NANOS) {
            lastSummary = nanos;
            writer.summary(results.summary());
        }
        return kept;
    }

    void sample(NodeSample sample) {
        Map<String, Reading> readings = new LinkedHashMap<>();
        sample.readings().forEach((name, reading) -> readings.put(secrets.mask(name), mask(reading)));
        NodeSample masked = new NodeSample(
                secrets.mask(sample.node()), sample.probe(), sample.agent(), sample.wallMicros(), readings);
        onTimeline(known -> {
            double t = known.t(masked.agent(), masked.wallMicros());
            results.add(masked, t);
            writer.node(masked, t);
        });
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
        onTimeline(known ->
                write(new RunEvent(known.t(event.agent(), event.wallMicros()), event.type(), sentence, masked)));
    }

    void event(String type, String sentence) {
        event(type, sentence, Map.of());
    }

    void event(String type, String sentence, Map<String, Object> detail) {
        Instant now = clock.instant();
        String masked = secrets.mask(sentence);
        Map<String, Object> details = secrets.mask(detail);
        onTimeline(known -> write(new RunEvent(known.t(now), type, masked, details)));
    }

    private void write(RunEvent event) {
        writer.event(event);
        observer.event(event);
    }

    private void onTimeline(Consumer<RunClock> line) {
        if (timeline != null) {
            line.accept(timeline);
        } else if (held.size() < MOST_HELD) {
            held.add(line);
        }
    }

    /** Ends the holding back where no load was sent: the run's own start is the zero then. */
    void noLoad() {
        if (timeline == null) {
            begin(writer.info().started());
        }
    }

    /** Writes {@code run.json} anew. */
    void update(RunInfo.Status status, String reason, Progressing facts) {
        RunInfo was = writer.info();
        writer.update(new RunInfo(
                was.format(),
                was.run(),
                was.scenario(),
                status,
                secrets.mask(reason),
                was.started(),
                facts.ended(),
                facts.loadStarted(),
                was.plimsoll(),
                facts.transport(),
                facts.agents(),
                facts.target(),
                secrets.mask(facts.notes())));
    }

    /** What changes in {@code run.json} as a run goes. */
    record Progressing(
            Optional<Instant> ended,
            Optional<Instant> loadStarted,
            String transport,
            List<RunInfo.AgentRef> agents,
            RunInfo.TargetRef target,
            List<String> notes) {}

    @Override
    public void close() {
        writer.close();
    }
}
