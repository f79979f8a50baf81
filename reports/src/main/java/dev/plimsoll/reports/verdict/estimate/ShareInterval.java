package dev.plimsoll.reports.verdict.estimate;

import java.util.function.DoublePredicate;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * The interval of a share: exact binomial (Clopper and Pearson 1934) with the effective number of observations of Korn
 * and Graubard (1998), which is smaller than the count when batches vary more than independent requests would.
 *
 * @param low the lower end
 * @param high the upper end
 */
public record ShareInterval(double low, double high) {
    private static final int UNLIKELY = 10;
    private static final int HALVINGS = 50;

    /**
     * The interval of a share.
     *
     * @param share the share to centre on, from 0 to 1
     * @param effective effective number of observations, at least 1
     */
    public static ShareInterval of(double share, double effective, double confidence) {
        return of(share, effective, Level.fixed(confidence));
    }

    /** The interval of a share at that level; by {@link dev.plimsoll.reports.verdict.sequential.Betting} at any time. */
    public static ShareInterval of(double share, double effective, Level level) {
        double alpha = level.tail();
        double hits = share * effective;
        if (level instanceof Level.Anytime) {
            return new ShareInterval(
                    hits <= 0 ? 0 : edge(0, share, m -> level.atLeast(hits, effective, m) > alpha),
                    share >= 1 ? 1 : edge(1, share, m -> level.fewerThan(hits + 1, effective, m) > alpha));
        }
        double misses = effective - hits;
        double low = hits <= 0 ? 0 : BetaDistribution.of(hits, misses + 1).inverseCumulativeProbability(alpha);
        double high = misses <= 0 ? 1 : BetaDistribution.of(hits + 1, misses).inverseSurvivalProbability(alpha);
        return new ShareInterval(low, high);
    }

    /* The share next to the first one, on the way to the second, that is no longer ruled out. */
    private static double edge(double from, double to, DoublePredicate possible) {
        double out = from;
        double in = to;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (out + in) / 2;
            if (possible.test(middle)) {
                in = middle;
            } else {
                out = middle;
            }
        }
        return out;
    }

    /**
     * The effective number of observations, from 1 to the count.
     *
     * @param share the share that the batches' variance is about
     * @param count how many observations, at least 1
     * @param batches gives the variance between batches; 0 or NaN stands for independent observations
     */
    public static double effective(double share, double count, RatioEstimate batches, double confidence) {
        if (!(batches.variance() > 0) || share <= 0 || share >= 1) {
            return count;
        }
        double z = NormalDistribution.of(0, 1).inverseSurvivalProbability((1 - confidence) / 2);
        double t = batches.quantile(confidence);
        double fewer = share * (1 - share) / batches.variance() * (z / t) * (z / t);
        return Math.max(1, Math.min(count, fewer));
    }

    /**
     * Whether batches differ by no more than independent observations would: the ratio of the two variances times the
     * degrees of freedom is then no unlikely value (1 in {@value #UNLIKELY}) of a chi-squared variable. The uncertainty
     * of a variance from few batches is otherwise taken for correlation that is not there.
     */
    public static boolean isNoMoreThanChance(double share, double count, RatioEstimate batches) {
        double independent = share * (1 - share) / count;
        if (!(batches.variance() > 0) || !(independent > 0) || batches.freedom() < 1) {
            return false;
        }
        double seen = batches.freedom() * batches.variance() / independent;
        return ChiSquaredDistribution.of(batches.freedom()).survivalProbability(seen) > 1.0 / UNLIKELY;
    }
}
