package dev.plimsoll.reports.verdict;

import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * Between which order statistics a percentile lies.
 *
 * <p>The number of values at or below the true percentile is binomial; the interval is made of the narrowest order
 * statistics that it leaves out with at most half of 1 − confidence on each side (David and Nagaraja, Order Statistics,
 * 2003, 7.1). To look whether a limit lies above the upper one is the binomial test of the share of values that keep the
 * limit, so the interval and a decision at the limit are one and the same. Where values are correlated, there are fewer
 * effective ones ({@link ShareInterval}), and the binomial tail is the incomplete beta function of what is no whole
 * number.
 *
 * @param low the share of values up to the lower order statistic; absent with too few values
 * @param high the share of values up to the upper order statistic; absent with too few values
 */
record PercentileRanks(Optional<Double> low, Optional<Double> high) {
    private static final int HALVINGS = 60;

    /**
     * The ranks.
     *
     * @param share of the percentile, above 0 and below 1
     * @param count effective number of values, at least 1
     * @param confidence of both sides together
     */
    static PercentileRanks of(double share, double count, double confidence) {
        double alpha = (1 - confidence) / 2;
        Optional<Double> low = Optional.empty();
        Optional<Double> high = Optional.empty();
        if (atLeast(count, share, count) <= alpha) {
            high = Optional.of(boundary(c -> atLeast(c, share, count) - alpha, count * share, count) / count);
        }
        if (1 - atLeast(1, share, count) <= alpha) {
            low = Optional.of(boundary(c -> 1 - atLeast(c, share, count) - alpha, count * share + 1, 1) / count);
        }
        return new PercentileRanks(low, high);
    }

    /**
     * How many values that keep an upper limit, and none that breaks it, are the fewest for an upper end.
     *
     * @param share of the percentile
     * @param confidence of both sides together
     */
    static double fewest(double share, double confidence) {
        return Math.ceil(Math.log((1 - confidence) / 2) / Math.log(share));
    }

    /** The probability that at least {@code hits} of {@code count} values are at or below the percentile. */
    private static double atLeast(double hits, double share, double count) {
        return BetaDistribution.of(hits, count - hits + 1).cumulativeProbability(share);
    }

    /* Where the function, which falls from the first to the second argument, passes 0; on the side where it is at most 0. */
    private static double boundary(DoubleUnaryOperator falling, double from, double to) {
        double above = from;
        double below = to;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (above + below) / 2;
            if (falling.applyAsDouble(middle) <= 0) {
                below = middle;
            } else {
                above = middle;
            }
        }
        return below;
    }
}
