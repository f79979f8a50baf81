package dev.plimsoll.reports.imports;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;

/**
 * Requests of another tool's file, one by one, which become {@link RunResults}: seconds of them are the batches that
 * intervals are made from. One thread.
 *
 * <p>A request counts in the second in which it was sent, as the file knows of no schedule; its tokens count in the second
 * in which it ended.
 */
final class RequestLog {
    /** What no such file tells: a schedule, and objectives. */
    static final Set<String> UNKNOWN = Set.of("request_rate.offered", "request_rate.sent", "goodput", "goodput.ratio");

    private static final double MILLIS_PER_SECOND = 1000;
    private static final String PHASE = "file";
    private static final String REQUEST = "all";

    private final List<Request> requests = new ArrayList<>();

    /**
     * One request.
     *
     * @param start when it was sent, in seconds from any zero
     * @param millis how long it took, in ms
     * @param ok whether it ended well
     * @param inputTokens of its prompt
     * @param outputTokens of its answer
     * @param values of further metrics, in the metric's unit
     */
    record Request(
            double start,
            double millis,
            boolean ok,
            long inputTokens,
            long outputTokens,
            Map<Metric, double[]> values) {
        double end() {
            return start + millis / MILLIS_PER_SECOND;
        }
    }

    void add(Request request) {
        requests.add(request);
    }

    int size() {
        return requests.size();
    }

    /** One second while it is filled. */
    private static final class Second {
        private final Map<String, Histogram> histograms = new HashMap<>();
        private long scheduled;
        private long failed;
        private long ended;
        private long inputTokens;
        private long outputTokens;
        private long outOfRange;

        void record(Metric metric, double value) {
            Histogram histogram = histograms.computeIfAbsent(metric.name(), name -> Histograms.create(metric));
            long raw = Math.round(value * Histograms.scale(metric));
            if (raw >= 0 && raw <= histogram.getHighestTrackableValue()) {
                histogram.recordValue(raw);
            } else {
                outOfRange++;
            }
        }

        RequestInterval interval() {
            RequestCounts counts = new RequestCounts(
                    scheduled,
                    scheduled,
                    scheduled - failed,
                    failed,
                    scheduled - failed,
                    failed == 0 ? Map.of() : Map.of(ErrorClass.PROTOCOL, failed),
                    outOfRange,
                    ended,
                    scheduled,
                    inputTokens,
                    outputTokens,
                    0);
            histograms.values().removeIf(histogram -> histogram.getTotalCount() == 0);
            return new RequestInterval(new SeriesKey(0, PHASE, REQUEST), counts, 0, histograms);
        }
    }

    /**
     * The results.
     *
     * @param run the run's name
     * @param seconds how long the load lasted; where it is not above 0, from the first start to the last end
     */
    RunResults results(String run, double seconds) {
        double from = requests.stream().mapToDouble(Request::start).min().orElse(0);
        double last = requests.stream().mapToDouble(Request::end).max().orElse(from);
        double length = Math.max(1e-3, seconds > 0 ? seconds : last - from);
        Second[] all = new Second[(int) Math.ceil(length)];
        for (int i = 0; i < all.length; i++) {
            all[i] = new Second();
        }
        for (Request request : requests) {
            Second started = all[within(request.start() - from, all.length)];
            started.scheduled++;
            if (!request.ok()) {
                started.failed++;
                continue;
            }
            started.record(Metrics.SERVICE_TIME, request.millis());
            request.values().forEach((metric, values) -> {
                for (double value : values) {
                    started.record(metric, value);
                }
            });
            if (request.outputTokens() > 0) {
                started.record(Metrics.OUTPUT_TOKENS, request.outputTokens());
            }
            if (request.inputTokens() > 0) {
                started.record(Metrics.INPUT_TOKENS, request.inputTokens());
            }
            Second ended = all[within(request.end() - from, all.length)];
            ended.ended++;
            ended.inputTokens += request.inputTokens();
            ended.outputTokens += request.outputTokens();
        }
        RunResults results = new RunResults(run, List.of(new PhaseWindow(0, 0, PHASE, true, false, true, 0, length)));
        results.legStarts(0, 0);
        for (int i = 0; i < all.length; i++) {
            results.add(new MergedInterval(
                    0, i, i, 1, 1, List.of(all[i].interval()), Histograms.create(Metrics.LATENCY), Map.of()));
        }
        return results;
    }

    private static int within(double second, int seconds) {
        return (int) Math.clamp((long) Math.floor(second), 0, seconds - 1L);
    }

    /** Times in seconds as milliseconds. */
    static double[] millis(double... seconds) {
        double[] millis = new double[seconds.length];
        for (int i = 0; i < seconds.length; i++) {
            millis[i] = seconds[i] * MILLIS_PER_SECOND;
        }
        return millis;
    }
}
