package dev.plimsoll.reports.bundle;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.ValueCounts;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A line of {@code intervals.ndjson}: what all agents together measured in one interval. It holds everything but the
 * histograms, which are in {@code histograms.hlog} under the same start.
 *
 * @param leg which leg
 * @param index which interval of it
 * @param t its start, in seconds since the load began
 * @param seconds its length
 * @param legT the leg's start, in seconds since the load began
 * @param agents how many agents are in it
 * @param phases the leg's phases that scheduled requests in it, or had some in flight
 * @param series a part for each request of each phase
 * @param all all requests together
 * @param generator the worst reading of any agent, by metric name
 */
public record IntervalLine(
        int leg,
        int index,
        double t,
        double seconds,
        @JsonProperty("leg_t") double legT,
        int agents,
        List<PhasePart> phases,
        List<Series> series,
        All all,
        Map<String, Reading> generator) {
    private static final double MICROS_PER_MILLI = 1e3;

    /** Copies the collections. */
    public IntervalLine {
        phases = List.copyOf(phases);
        series = List.copyOf(series);
        generator = Map.copyOf(generator);
    }

    /**
     * A phase in this interval.
     *
     * @param name its name
     * @param round which round of the measured phases
     * @param measured whether it counts
     * @param openLoop whether arrivals come by the clock
     * @param steady whether the load is the same all along
     * @param start its start, in seconds from the leg's start
     * @param duration how long it schedules requests, as far as was known then
     * @param seconds how much of it lies in this interval
     */
    public record PhasePart(
            String name,
            int round,
            boolean measured,
            @JsonProperty("open_loop") boolean openLoop,
            boolean steady,
            double start,
            double duration,
            double seconds) {
        PhaseWindow window(int leg) {
            return new PhaseWindow(leg, round, name, measured, openLoop, steady, start, duration);
        }
    }

    /**
     * A request of a phase in this interval.
     *
     * @param round which round
     * @param phase the phase that scheduled it
     * @param request its name
     * @param counts how many
     * @param inFlight scheduled and not ended, at the end of the interval
     * @param metrics figures by metric name
     */
    public record Series(
            int round,
            String phase,
            String request,
            Counts counts,
            @JsonProperty("in_flight") long inFlight,
            Map<String, Figures> metrics) {}

    /**
     * All requests of this interval together.
     *
     * @param counts how many
     * @param inFlight scheduled and not ended, at the end of the interval
     * @param metrics figures by metric name, from added histograms
     */
    public record All(
            Counts counts, @JsonProperty("in_flight") long inFlight, Map<String, Figures> metrics) {}

    /**
     * Counts, as {@link RequestCounts} defines them.
     *
     * @param scheduled wanted by the load model
     * @param sent handed to a socket
     * @param succeeded ended well
     * @param failed ended otherwise
     * @param good met every objective
     * @param errors failures by class
     * @param outOfRange values no histogram could hold
     * @param windowEnded successful requests that ended in the window
     * @param windowSent requests sent in the window
     * @param windowInputTokens prompt tokens of requests that ended in the window
     * @param windowOutputTokens output tokens received in the window
     * @param windowBytes bytes of the answers that ended in the window
     */
    public record Counts(
            long scheduled,
            long sent,
            long succeeded,
            long failed,
            long good,
            Map<String, Long> errors,
            @JsonProperty("out_of_range") long outOfRange,
            @JsonProperty("window_ended") long windowEnded,
            @JsonProperty("window_sent") long windowSent,
            @JsonProperty("window_input_tokens") long windowInputTokens,
            @JsonProperty("window_output_tokens") long windowOutputTokens,
            @JsonProperty("window_bytes") long windowBytes) {
        static Counts of(RequestCounts counts) {
            Map<String, Long> errors = new TreeMap<>();
            counts.errors().forEach((errorClass, count) -> errors.put(errorClass.label(), count));
            return new Counts(
                    counts.scheduled(),
                    counts.sent(),
                    counts.succeeded(),
                    counts.failed(),
                    counts.good(),
                    errors,
                    counts.outOfRange(),
                    counts.windowEnded(),
                    counts.windowSent(),
                    counts.windowInputTokens(),
                    counts.windowOutputTokens(),
                    counts.windowBytes());
        }

        RequestCounts toRequestCounts() {
            Map<ErrorClass, Long> byClass = new EnumMap<>(ErrorClass.class);
            for (ErrorClass errorClass : ErrorClass.values()) {
                Long count = errors.get(errorClass.label());
                if (count != null) {
                    byClass.put(errorClass, count);
                }
            }
            return new RequestCounts(
                    scheduled,
                    sent,
                    succeeded,
                    failed,
                    good,
                    byClass,
                    outOfRange,
                    windowEnded,
                    windowSent,
                    windowInputTokens,
                    windowOutputTokens,
                    windowBytes);
        }
    }

    /**
     * The figures of a metric that charts need, in the metric's unit, times to the microsecond.
     *
     * @param count how many values
     * @param mean arithmetic mean
     * @param p50 median
     * @param p90 90th percentile
     * @param p99 99th percentile
     * @param max largest value
     */
    public record Figures(long count, double mean, double p50, double p90, double p99, double max) {
        static Figures of(ValueCounts values, Metric metric) {
            double scale = Histograms.scale(metric);
            return new Figures(
                    values.total(),
                    rounded(values.sum() / values.total() / scale),
                    rounded(values.quantile(0.5) / scale),
                    rounded(values.quantile(0.9) / scale),
                    rounded(values.quantile(0.99) / scale),
                    rounded(values.quantile(1) / scale));
        }

        private static double rounded(double value) {
            return Math.round(value * MICROS_PER_MILLI) / MICROS_PER_MILLI;
        }
    }

    /** The line of an interval whose leg and phases the results know. */
    public static IntervalLine of(MergedInterval interval, RunResults results) {
        double legT = results.legStart(interval.leg());
        double from = interval.t() - legT;
        List<PhasePart> phases = new ArrayList<>();
        for (PhaseWindow window : results.plannedWindows()) {
            double overlap = window.overlap(from, from + interval.seconds());
            boolean hasRequests = interval.requests().stream()
                    .anyMatch(request -> request.key().phase().equals(window.phase())
                            && request.key().round() == window.round());
            if (window.leg() == interval.leg() && (overlap > 0 || hasRequests)) {
                phases.add(new PhasePart(
                        window.phase(),
                        window.round(),
                        window.measured(),
                        window.openLoop(),
                        window.steady(),
                        window.start(),
                        window.seconds(),
                        overlap));
            }
        }
        List<Series> series = new ArrayList<>();
        RequestCounts counts = RequestCounts.NONE;
        long inFlight = 0;
        Map<String, ValueCounts> all = new TreeMap<>();
        for (RequestInterval request : interval.requests()) {
            Map<String, ValueCounts> values = new TreeMap<>();
            request.histograms().forEach((metric, histogram) -> values.put(metric, ValueCounts.of(histogram)));
            series.add(new Series(
                    request.key().round(),
                    request.key().phase(),
                    request.key().request(),
                    Counts.of(request.counts()),
                    request.inFlight(),
                    figures(values)));
            counts = counts.plus(request.counts());
            inFlight += request.inFlight();
            values.forEach((metric, one) -> all.merge(metric, one, ValueCounts::plus));
        }
        return new IntervalLine(
                interval.leg(),
                interval.index(),
                interval.t(),
                interval.seconds(),
                legT,
                interval.agents(),
                phases,
                series,
                new All(Counts.of(counts), inFlight, figures(all)),
                interval.generator());
    }

    private static Map<String, Figures> figures(Map<String, ValueCounts> values) {
        Map<String, Figures> figures = new LinkedHashMap<>();
        values.forEach((name, counts) -> {
            Optional<Metric> metric = Metrics.find(name);
            if (metric.isPresent() && counts.total() > 0) {
                figures.put(name, Figures.of(counts, metric.get()));
            }
        });
        return figures;
    }
}
