package dev.plimsoll.reports.results;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.IntervalSnapshot;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** Intervals as agents would send them. */
public final class TestingLoad {
    private TestingLoad() {}

    /** One measured open-loop phase at a constant rate, from the start of leg 0. */
    public static PhaseWindow steady(String phase, double seconds) {
        return new PhaseWindow(0, 0, phase, true, true, true, 0, seconds);
    }

    /** A histogram of times given in milliseconds. */
    public static Histogram millis(double... values) {
        Histogram histogram = Histograms.create(Metrics.LATENCY);
        for (double value : values) {
            histogram.recordValue(Math.round(value * 1e6));
        }
        return histogram;
    }

    /** Requests that all ended well in the interval they were scheduled in, with these latencies. */
    public static RequestInterval succeeded(String phase, String request, double... latencies) {
        return requests(phase, request, latencies, Map.of());
    }

    /** Requests of which some ended well, with these latencies, and some failed. */
    public static RequestInterval requests(
            String phase, String request, double[] latencies, Map<ErrorClass, Long> errors) {
        long failed = errors.values().stream().mapToLong(Long::longValue).sum();
        long scheduled = latencies.length + failed;
        Map<String, Histogram> histograms = new HashMap<>();
        if (latencies.length > 0) {
            histograms.put(Metrics.LATENCY.name(), millis(latencies));
            histograms.put(Metrics.SEND_LAG.name(), millis(new double[latencies.length]));
        }
        RequestCounts counts = new RequestCounts(
                scheduled,
                scheduled - errors.getOrDefault(ErrorClass.UNSENT, 0L),
                latencies.length,
                failed,
                latencies.length,
                errors,
                0,
                latencies.length,
                scheduled - errors.getOrDefault(ErrorClass.UNSENT, 0L),
                0,
                0,
                0);
        return new RequestInterval(new SeriesKey(0, phase, request), counts, 1, histograms);
    }

    /** The same requests with values of a further metric of times, in milliseconds. */
    public static RequestInterval withMetric(RequestInterval requests, String metric, double... values) {
        Map<String, Histogram> histograms = new HashMap<>(requests.histograms());
        histograms.put(metric, millis(values));
        return new RequestInterval(requests.key(), requests.counts(), requests.inFlight(), histograms);
    }

    /** The same requests, and others that have not ended yet. */
    public static RequestInterval withUnderWay(RequestInterval requests, long underWay) {
        RequestCounts more = new RequestCounts(underWay, underWay, 0, 0, 0, Map.of(), 0, 0, underWay, 0, 0, 0);
        return new RequestInterval(
                requests.key(), requests.counts().plus(more), requests.inFlight() + underWay, requests.histograms());
    }

    /** A second of a leg that plays one round. */
    public static MergedInterval secondOfRound(
            int round, int index, double t, String phase, String request, double... latencies) {
        RequestInterval requests = succeeded(phase, request, latencies);
        RequestInterval ofRound = new RequestInterval(
                new SeriesKey(round, phase, request), requests.counts(), requests.inFlight(), requests.histograms());
        return new MergedInterval(round, index, t, 1, 1, List.of(ofRound), millis(0.1), Map.of());
    }

    /** A second of leg 0. */
    public static MergedInterval second(int index, RequestInterval... requests) {
        return new MergedInterval(
                0,
                index,
                index,
                1,
                1,
                List.of(requests),
                millis(0.1),
                Map.of("generator.loop.cpu", Reading.of(20), "generator.cpu", Reading.of(10)));
    }

    /** A snapshot of one second of leg 0. */
    public static IntervalSnapshot snapshot(String agent, int index, boolean last, RequestInterval... requests) {
        return new IntervalSnapshot(
                "run",
                agent,
                0,
                index,
                0,
                1_000_000,
                last,
                List.of(requests),
                millis(0.1),
                Map.of("generator.loop.cpu", Reading.of(agent.hashCode() % 50 + 50)));
    }

    /** Values from, from + 1, … to. */
    public static double[] range(int from, int to) {
        double[] values = new double[to - from + 1];
        for (int i = 0; i < values.length; i++) {
            values[i] = from + i;
        }
        return values;
    }

    /** The merged histogram of a metric over all measured phases. */
    public static Histogram merged(RunResults results, Metric metric) {
        return results.histogram(Optional.empty(), Optional.empty(), metric);
    }
}
