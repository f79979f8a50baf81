package dev.plimsoll.reports.verdict.baseline;

import dev.plimsoll.reports.verdict.estimate.Interval;
import dev.plimsoll.scenarios.Operator;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A change with how sure it is.
 *
 * @param value the change: a share of the baseline, or in the metric's unit
 * @param variance of it; NaN where it is not known
 * @param freedom degrees of freedom of the variance
 * @param assumed what is added to the variance, before a change is called sure, for differences between runs that
 *     nothing tells of; 0 where earlier runs tell
 */
public record Change(double value, double variance, double freedom, double assumed) {
    /** The interval, without what is assumed. */
    public Interval interval(double confidence) {
        if (Double.isNaN(variance)) {
            return Interval.UNKNOWN;
        }
        if (variance == 0) {
            return Interval.of(value, value);
        }
        double half = Math.sqrt(variance) * TDistribution.of(freedom).inverseSurvivalProbability((1 - confidence) / 2);
        return Interval.of(value - half, value + half);
    }

    /**
     * How probable so large a change beyond the limit is while the truth lies at the limit: the p-value of a one-sided t
     * test. 1 where the limit is kept, or nothing tells.
     */
    public double chanceOfBreaking(Operator operator, double limit) {
        if (Double.isNaN(variance) || operator.holds(value, limit)) {
            return 1;
        }
        return chanceBeyond(Math.abs(value - limit));
    }

    /** How probable it is that runs of the same code differ by so much in either direction; NaN where nothing tells. */
    public double chanceOfNone() {
        return Double.isNaN(variance) ? Double.NaN : value == 0 ? 1 : Math.min(1, 2 * chanceBeyond(Math.abs(value)));
    }

    /** How far the change strays from the true one, in all but 1 − share of runs of a side. */
    public double strays(double share) {
        double all = variance + assumed;
        return all == 0 ? 0 : Math.sqrt(all) * withAssumed(all).inverseCumulativeProbability(share);
    }

    private double chanceBeyond(double distance) {
        double all = variance + assumed;
        return all == 0 ? 0 : withAssumed(all).survivalProbability(distance / Math.sqrt(all));
    }

    /* What is assumed is a number and no estimate: it has no degrees of freedom to lose (Welch, Satterthwaite). */
    private TDistribution withAssumed(double all) {
        return TDistribution.of(variance == 0 ? Double.MAX_VALUE : freedom * (all / variance) * (all / variance));
    }
}
