package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.reports.results.ValueCounts;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What clients saw over time, all agents and requests together, in columns of equal width.
 *
 * @param width of a column, in seconds
 * @param interval length of a measured interval, in seconds; a column holds one or more
 * @param columns in order; stretches without load have none
 * @param bands the phases
 * @param errors when failures of a class were seen
 */
public record Timeline(
        double width, double interval, List<Column> columns, List<Band> bands, Map<ErrorClass, Span> errors) {
    /** Copies the collections. */
    public Timeline {
        columns = List.copyOf(columns);
        bands = List.copyOf(bands);
        errors = Map.copyOf(errors);
    }

    /** The end of the last column, in seconds since the load began; 0 where there is none. */
    public double end() {
        double end = 0;
        for (Column column : columns) {
            end = Math.max(end, column.t() + column.seconds());
        }
        return end;
    }

    /** All values of a metric, added over the columns. */
    public boolean has(String metric) {
        return columns.stream().anyMatch(c -> c.time(metric).total() > 0);
    }

    /**
     * What happened in one column.
     *
     * @param t its start, in seconds since the load began
     * @param seconds how much of it was measured
     * @param scheduled requests the load model wanted sent
     * @param sent requests handed to a socket
     * @param succeeded requests that ended well
     * @param failed requests that ended otherwise
     * @param outputTokens received
     * @param inFlightMin the fewest requests in flight at an interval's end
     * @param inFlightMax the most
     * @param agents the fewest agents that reported
     * @param times merged values by metric
     * @param generator the worst readings of any agent
     */
    public record Column(
            double t,
            double seconds,
            long scheduled,
            long sent,
            long succeeded,
            long failed,
            long outputTokens,
            long inFlightMin,
            long inFlightMax,
            int agents,
            Map<String, ValueCounts> times,
            Map<String, Double> generator) {
        /** Copies the maps. */
        public Column {
            times = Map.copyOf(times);
            generator = Map.copyOf(generator);
        }

        /** The values of a metric. */
        public ValueCounts time(String metric) {
            return times.getOrDefault(metric, ValueCounts.NONE);
        }

        /** This column and the next as one. */
        Column plus(Column next) {
            Map<String, ValueCounts> bothTimes = new LinkedHashMap<>(times);
            next.times.forEach((name, values) -> bothTimes.merge(name, values, ValueCounts::plus));
            Map<String, Double> worst = new LinkedHashMap<>(generator);
            next.generator.forEach((name, value) -> worst.merge(name, value, Math::max));
            return new Column(
                    Math.min(t, next.t),
                    seconds + next.seconds,
                    scheduled + next.scheduled,
                    sent + next.sent,
                    succeeded + next.succeeded,
                    failed + next.failed,
                    outputTokens + next.outputTokens,
                    Math.min(inFlightMin, next.inFlightMin),
                    Math.max(inFlightMax, next.inFlightMax),
                    Math.min(agents, next.agents),
                    bothTimes,
                    worst);
        }
    }

    /**
     * A phase on the timeline.
     *
     * @param phase its name
     * @param measured whether it counts
     * @param from its first request was scheduled in the interval that begins here, in seconds
     * @param to its last one was scheduled before this
     */
    public record Band(String phase, boolean measured, double from, double to) {}

    /**
     * When something was seen.
     *
     * @param first start of the first interval with it, in seconds
     * @param last end of the last one
     */
    public record Span(double first, double last) {
        /** Both. */
        Span plus(Span other) {
            return new Span(Math.min(first, other.first), Math.max(last, other.last));
        }
    }

    /** No load at all. */
    static Timeline none() {
        return new Timeline(1, 1, List.of(), List.of(), Collections.emptyMap());
    }
}
