package dev.plimsoll.reports.verdict;

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
record ShareInterval(double low, double high) {
    private static final int UNLIKELY = 10;

    /**
     * The interval of a share.
     *
     * @param share the share to centre on, from 0 to 1
     * @param effective effective number of observations, at least 1
     */
    static ShareInterval of(double share, double effective, double confidence) {
        double alpha = (1 - confidence) / 2;
        double hits = share * effective;
        double misses = effective - hits;
        double low = hits <= 0 ? 0 : BetaDistribution.of(hits, misses + 1).inverseCumulativeProbability(alpha);
        double high = misses <= 0 ? 1 : BetaDistribution.of(hits + 1, misses).inverseSurvivalProbability(alpha);
        return new ShareInterval(low, high);
    }

    /**
     * The effective number of observations, from 1 to the count.
     *
     * @param share the share that the batches' variance is about
     * @param count how many observations, at least 1
     * @param batches gives the variance between batches; 0 or NaN stands for independent observations
     */
    static double effective(double share, double count, RatioEstimate batches, double confidence) {
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
    static boolean isNoMoreThanChance(double share, double count, RatioEstimate batches) {
        double independent = share * (1 - share) / count;
        if (!(batches.variance() > 0) || !(independent > 0) || batches.freedom() < 1) {
            return false;
        }
        double seen = batches.freedom() * batches.variance() / independent;
        return ChiSquaredDistribution.of(batches.freedom()).survivalProbability(seen) > 1.0 / UNLIKELY;
    }
}
