package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.measurements.AgentEvent;
import dev.plimsoll.measurements.IntervalSnapshot;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What an agent told of one leg. Checks with each interval that no request is lost or counted twice. */
final class LegReports {
    final List<IntervalSnapshot> intervals = new ArrayList<>();
    final List<AgentEvent> events = new ArrayList<>();
    private final Map<String, RequestCounts> counts = new HashMap<>();
    private final Map<String, Map<String, Histogram>> histograms = new HashMap<>();
    private final Map<String, Long> inFlight = new HashMap<>();

    /** Adds a report; says whether it is the leg's end. */
    boolean add(Report report) {
        switch (report) {
            case Report.Interval interval -> add(interval.snapshot());
            case Report.Event event -> events.add(event.event());
            case Report.LegEnded ended -> {
                assertEquals(intervals.size(), ended.intervals());
                return true;
            }
            default -> {}
        }
        return false;
    }

    private void add(IntervalSnapshot snapshot) {
        assertEquals(intervals.size(), snapshot.index(), "intervals come in order");
        intervals.add(snapshot);
        inFlight.replaceAll((phase, before) -> 0L);
        for (RequestInterval part : snapshot.requests()) {
            String phase = part.key().phase();
            counts.merge(phase, part.counts(), RequestCounts::plus);
            inFlight.merge(phase, part.inFlight(), Long::sum);
            Map<String, Histogram> sums = histograms.computeIfAbsent(phase, key -> new HashMap<>());
            part.histograms()
                    .forEach((metric, values) -> sums.merge(metric, values, (sum, more) -> {
                        sum.add(more);
                        return sum;
                    }));
        }
        counts.forEach((phase, of) -> assertEquals(
                of.scheduled(),
                of.succeeded() + of.failed() + inFlight.getOrDefault(phase, 0L),
                () -> "scheduled = succeeded + failed + in flight, in " + phase + " after interval " + snapshot.index()
                        + ": " + of));
    }

    RequestCounts counts(String phase) {
        return counts.getOrDefault(phase, RequestCounts.NONE);
    }

    Histogram histogram(String phase, String metric) {
        Histogram found = histograms.getOrDefault(phase, Map.of()).get(metric);
        return found == null ? new Histogram(3) : found;
    }

    boolean hasEvent(String type) {
        return events.stream().anyMatch(event -> event.type().equals(type));
    }
}
