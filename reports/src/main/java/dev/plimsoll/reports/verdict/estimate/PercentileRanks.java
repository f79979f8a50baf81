package dev.plimsoll.reports.verdict.estimate;

import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

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
public record PercentileRanks(Optional<Double> low, Optional<Double> high) {
    private static final int HALVINGS = 60;

    /**
     * The ranks.
     *
     * @param share of the percentile, above 0 and below 1
     * @param count effective number of values, at least 1
     * @param level how sure both sides together are
     */
    public static PercentileRanks of(double share, double count, Level level) {
        double alpha = level.tail();
        Optional<Double> low = Optional.empty();
        Optional<Double> high = Optional.empty();
        if (level.atLeast(count, count, share) <= alpha) {
            high = Optional.of(boundary(c -> level.atLeast(c, count, share) - alpha, count * share, count) / count);
        }
        if (level.fewerThan(1, count, share) <= alpha) {
            low = Optional.of(boundary(c -> level.fewerThan(c, count, share) - alpha, count * share + 1, 1) / count);
        }
        return new PercentileRanks(low, high);
    }

    /**
     * How many values that keep an upper limit, and none that breaks it, are the fewest for an upper end.
     *
     * @param share of the percentile
     * @param confidence of both sides together
     */
    public static double fewest(double share, double confidence) {
        return Math.ceil(Math.log((1 - confidence) / 2) / Math.log(share));
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
