package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.ValueCounts;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * How far a run is, interval by interval. Immutable.
 *
 * @param succeeded requests that ended well so far
 * @param failed requests that ended otherwise so far
 * @param inFlight requests in flight at the last interval's end
 * @param sentRate requests sent per second in the last interval
 * @param ttftP50Millis of the last interval; absent where no token came
 * @param latencyP99Millis of the last interval; absent where no request ended
 */
public record Progress(
        long succeeded,
        long failed,
        long inFlight,
        double sentRate,
        Optional<Double> ttftP50Millis,
        Optional<Double> latencyP99Millis) {
    private static final double NANOS_PER_MILLI = 1e6;

    /** Before the first interval. */
    public static final Progress NONE = new Progress(0, 0, 0, 0, Optional.empty(), Optional.empty());

    /** One interval further. */
    public Progress plus(MergedInterval interval) {
        long ok = succeeded;
        long bad = failed;
        long flying = 0;
        long sent = 0;
        for (RequestInterval request : interval.requests()) {
            ok += request.counts().succeeded();
            bad += request.counts().failed();
            flying += request.inFlight();
            sent += request.counts().windowSent();
        }
        return new Progress(
                ok,
                bad,
                flying,
                interval.seconds() > 0 ? sent / interval.seconds() : 0,
                percentile(interval, Metrics.TTFT.name(), 50),
                percentile(interval, Metrics.LATENCY.name(), 99));
    }

    private static Optional<Double> percentile(MergedInterval interval, String metric, double percentile) {
        ValueCounts all = ValueCounts.NONE;
        for (RequestInterval request : interval.requests()) {
            Histogram histogram = request.histograms().get(metric);
            if (histogram != null) {
                all = all.plus(ValueCounts.of(histogram));
            }
        }
        return all.total() == 0 ? Optional.empty() : Optional.of(all.quantile(percentile / 100) / NANOS_PER_MILLI);
    }
}
