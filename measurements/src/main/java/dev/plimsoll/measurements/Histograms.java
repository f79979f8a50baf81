package dev.plimsoll.measurements;

import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * The histograms of every request metric: all agents use these bounds, so that adding them loses nothing.
 *
 * <p>Times: 3 significant digits, from 1 µs to 1 h, in nanoseconds. Tokens: 3 significant digits, from 1 to 10
 * million. A value outside is counted as out of range by the caller, never clamped.
 */
public final class Histograms {
    /** Resolution of times at the low end. */
    public static final long LOWEST_NANOS = 1_000;
    /** The longest time that is recorded: one hour. */
    public static final long HIGHEST_NANOS = 3_600_000_000_000L;
    /** The largest number of tokens that is recorded. */
    public static final long HIGHEST_TOKENS = 10_000_000;

    private static final int SIGNIFICANT_DIGITS = 3;
    private static final double NANOS_PER_MILLI = 1e6;

    private Histograms() {}

    /** An empty histogram for values of that metric. */
    public static Histogram create(Metric metric) {
        return metric.unit() == Unit.MILLISECONDS
                ? new Histogram(LOWEST_NANOS, HIGHEST_NANOS, SIGNIFICANT_DIGITS)
                : new Histogram(1, HIGHEST_TOKENS, SIGNIFICANT_DIGITS);
    }

    /** A statistic of the recorded values in the metric's unit (milliseconds for times); nothing where none is recorded. */
    public static Optional<Double> statistic(Histogram histogram, Metric metric, Statistic statistic) {
        if (histogram.getTotalCount() == 0) {
            return Optional.empty();
        }
        double raw = switch (statistic.kind()) {
            case MEAN -> histogram.getMean();
            case STDDEV -> histogram.getStdDeviation();
            case MIN -> histogram.getMinValue();
            case MAX -> histogram.getMaxValue();
            case PERCENTILE -> histogram.getValueAtPercentile(statistic.percentile());
        };
        return Optional.of(raw / scale(metric));
    }

    /** Recorded units in one unit of the metric: 1,000,000 (nanoseconds in a millisecond) for times, else 1. */
    public static double scale(Metric metric) {
        return metric.unit() == Unit.MILLISECONDS ? NANOS_PER_MILLI : 1;
    }
}
