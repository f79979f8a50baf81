package dev.plimsoll.reports.results;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * What happened in one stretch of a phase: one interval, or several that follow one another. Immutable.
 *
 * @param seconds of the phase's window that it covers
 * @param requests what happened, by name of the request
 */
public record Batch(double seconds, Map<String, Part> requests) {
    /** Copies the map. */
    public Batch {
        requests = Map.copyOf(requests);
    }

    /**
     * The part of one request of the workload.
     *
     * @param counts how many
     * @param values by metric name; a metric without values is left out
     */
    public record Part(RequestCounts counts, Map<String, ValueCounts> values) {
        /** Nothing. */
        public static final Part NONE = new Part(RequestCounts.NONE, Map.of());

        /** Copies the map. */
        public Part {
            values = Map.copyOf(values);
        }

        static Part of(RequestInterval interval) {
            Map<String, ValueCounts> values = new HashMap<>();
            for (Map.Entry<String, Histogram> entry : interval.histograms().entrySet()) {
                if (entry.getValue().getTotalCount() > 0) {
                    values.put(entry.getKey(), ValueCounts.of(entry.getValue()));
                }
            }
            return new Part(interval.counts(), values);
        }

        Part plus(Part other) {
            Map<String, ValueCounts> sum = new HashMap<>(values);
            other.values.forEach((metric, counts) -> sum.merge(metric, counts, ValueCounts::plus));
            return new Part(counts.plus(other.counts), sum);
        }

        /** The values of a metric; none when it has none. */
        public ValueCounts values(Metric metric) {
            return values.getOrDefault(metric.name(), ValueCounts.NONE);
        }
    }

    /** The part of one request, or of all together. */
    public Part part(Optional<String> request) {
        if (request.isPresent()) {
            return requests.getOrDefault(request.get(), Part.NONE);
        }
        Part sum = Part.NONE;
        for (Part part : requests.values()) {
            sum = sum.plus(part);
        }
        return sum;
    }

    /** How many of one request, or of all together. */
    public RequestCounts counts(Optional<String> request) {
        if (request.isPresent()) {
            return requests.getOrDefault(request.get(), Part.NONE).counts();
        }
        RequestCounts sum = RequestCounts.NONE;
        for (Part part : requests.values()) {
            sum = sum.plus(part.counts());
        }
        return sum;
    }

    /** The values of a metric of one request, or of all together. */
    public ValueCounts values(Optional<String> request, Metric metric) {
        if (request.isPresent()) {
            return requests.getOrDefault(request.get(), Part.NONE).values(metric);
        }
        ValueCounts sum = ValueCounts.NONE;
        for (Part part : requests.values()) {
            sum = sum.plus(part.values(metric));
        }
        return sum;
    }

    /** Both together. */
    public Batch plus(Batch other) {
        Map<String, Part> sum = new HashMap<>(requests);
        other.requests.forEach((request, part) -> sum.merge(request, part, Part::plus));
        return new Batch(seconds + other.seconds, sum);
    }
}
