package dev.plimsoll.reports.verdict.estimate;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.statistics.distribution.FDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The ratio of two sums over batches, with its variance: a mean is a sum by a count, a rate a count by seconds.
 *
 * <p>The variance is that of the combined ratio estimator over strata (Cochran, Sampling Techniques, 1977, 6.11), with
 * the {@link LongRunVariance} of each stratum's residuals. Rounds that differ by more than their batches explain (F test)
 * count as one observation each.
 *
 * @param value the ratio
 * @param variance of the ratio; NaN with too few batches
 * @param freedom degrees of freedom of the variance; at least 1 unless the variance is NaN
 */
public record RatioEstimate(double value, double variance, double freedom) {
    private static final double ROUNDS_DIFFER = 0.1;
    private static final double ROUNDING = 1e-12;

    /** The estimate from strata of which at least one has a positive sum of denominators. */
    public static RatioEstimate of(List<Batches> strata) {
        List<Batches> used =
                strata.stream().filter(s -> s.count() > 0 && s.sumY() > 0).toList();
        double sumX = used.stream().mapToDouble(Batches::sumX).sum();
        double sumY = used.stream().mapToDouble(Batches::sumY).sum();
        double ratio = sumX / sumY;
        List<double[]> residuals = new ArrayList<>();
        for (Batches stratum : used) {
            residuals.add(stratum.residuals(ratio));
        }
        LongRunVariance within = LongRunVariance.of(residuals);
        LongRunVariance between = betweenRounds(used);
        LongRunVariance taken = differ(between, within) ? between : within;
        return taken.freedom() < 1
                ? new RatioEstimate(ratio, Double.NaN, 0)
                : new RatioEstimate(ratio, taken.value() / (sumY * sumY), taken.freedom());
    }

    private static LongRunVariance betweenRounds(List<Batches> strata) {
        double between = 0;
        int freedom = 0;
        for (String phase : strata.stream().map(Batches::phase).distinct().toList()) {
            List<Batches> rounds =
                    strata.stream().filter(s -> s.phase().equals(phase)).toList();
            int n = rounds.size();
            if (n < 2) {
                continue;
            }
            double ratio = rounds.stream().mapToDouble(Batches::sumX).sum()
                    / rounds.stream().mapToDouble(Batches::sumY).sum();
            double squares = 0;
            for (Batches round : rounds) {
                double residual = round.sumX() - ratio * round.sumY();
                squares += Math.abs(residual) > ROUNDING * Math.abs(round.sumX()) ? residual * residual : 0;
            }
            between += squares * n / (n - 1);
            freedom += n - 1;
        }
        return new LongRunVariance(between, freedom);
    }

    private static boolean differ(LongRunVariance between, LongRunVariance within) {
        if (between.freedom() < 1 || (within.freedom() >= 1 && between.value() <= within.value())) {
            return false;
        }
        return within.freedom() < 1
                || within.value() == 0
                || FDistribution.of(between.freedom(), within.freedom())
                                .survivalProbability(between.value() / within.value())
                        < ROUNDS_DIFFER;
    }

    /** The same ratio after so many times as long a measurement of the same kind. */
    public RatioEstimate longer(double times) {
        return new RatioEstimate(value, variance / times, freedom * times);
    }

    /** Half the width of the two-sided interval. */
    public double halfWidth(double confidence) {
        return quantile(confidence) * Math.sqrt(variance);
    }

    /** The quantile of Student's t for a two-sided interval. */
    public double quantile(double confidence) {
        return TDistribution.of(freedom).inverseSurvivalProbability((1 - confidence) / 2);
    }
}
