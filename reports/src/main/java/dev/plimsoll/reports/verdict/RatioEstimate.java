package dev.plimsoll.reports.verdict;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.statistics.distribution.FDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The ratio of two sums over batches, with its variance: a mean is a sum by a count, a rate a count by seconds.
 *
 * <p>The variance is that of the combined ratio estimator over strata (Cochran, Sampling Techniques, 1977, 6.11). Batches
 * that follow one another are correlated, so neighbours are added up while their lag-1 autocorrelation, corrected for
 * its bias (Kendall 1954), is above {@value #NEGLIGIBLE} and {@value #FEWEST} or more groups remain; what is left
 * enlarges the variance by (1 + r) / (1 − r) and divides the degrees of freedom by as much. Rounds that differ by more
 * than their batches explain (F test) count as one observation each.
 *
 * @param value the ratio
 * @param variance of the ratio; NaN with too few batches
 * @param freedom degrees of freedom of the variance; at least 1 unless the variance is NaN
 */
record RatioEstimate(double value, double variance, double freedom) {
    private static final double NEGLIGIBLE = 0.1;
    private static final int FEWEST = 10;
    private static final double MOST_CORRELATION = 0.9;
    private static final double ROUNDS_DIFFER = 0.1;

    /**
     * One stratum's batches in order of time.
     *
     * @param phase strata of the same phase are rounds of it
     * @param x numerators
     * @param y denominators
     */
    record Block(String phase, double[] x, double[] y) {
        private double sumX() {
            return sum(x);
        }

        private double sumY() {
            return sum(y);
        }

        private double[] residuals(double ratio) {
            double meanX = sumX() / x.length;
            double meanY = sumY() / x.length;
            double[] residuals = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                residuals[i] = x[i] - meanX - ratio * (y[i] - meanY);
            }
            return residuals;
        }

        private Block pairs() {
            int half = x.length / 2;
            double[] newX = new double[half];
            double[] newY = new double[half];
            for (int i = 0; i < 2 * half; i++) {
                newX[i / 2] += x[i];
                newY[i / 2] += y[i];
            }
            if (x.length > 2 * half && half > 0) {
                newX[half - 1] += x[2 * half];
                newY[half - 1] += y[2 * half];
            }
            return new Block(phase, newX, newY);
        }
    }

    /** The estimate from blocks with a positive sum of denominators. */
    static RatioEstimate of(List<Block> blocks) {
        double sumX = 0;
        double sumY = 0;
        List<Block> used = new ArrayList<>();
        for (Block block : blocks) {
            if (block.x().length > 0 && block.sumY() > 0) {
                used.add(block);
                sumX += block.sumX();
                sumY += block.sumY();
            }
        }
        double ratio = sumX / sumY;
        List<Block> merged = used;
        double correlation = correlation(merged, ratio);
        while (correlation > NEGLIGIBLE && groups(merged) / 2 - merged.size() >= FEWEST - 1) {
            merged = merged.stream().map(b -> b.x().length > 1 ? b.pairs() : b).toList();
            correlation = correlation(merged, ratio);
        }
        double freedom = groups(merged) - merged.size();
        if (freedom < 1) {
            return new RatioEstimate(ratio, Double.NaN, 0);
        }
        double inflation = (1 + correlation) / (1 - correlation);
        double within = 0;
        for (Block block : merged) {
            int n = block.x().length;
            within += n > 1 ? squares(block.residuals(ratio)) * n / (n - 1) : 0;
        }
        within *= inflation;
        freedom = Math.max(1, freedom / inflation);
        RatioEstimate byBatches = new RatioEstimate(ratio, within / (sumY * sumY), freedom);
        return withRounds(used, byBatches, within, sumY);
    }

    private static RatioEstimate withRounds(List<Block> blocks, RatioEstimate byBatches, double within, double sumY) {
        double between = 0;
        int freedom = 0;
        for (String phase : blocks.stream().map(Block::phase).distinct().toList()) {
            List<Block> rounds =
                    blocks.stream().filter(b -> b.phase().equals(phase)).toList();
            int n = rounds.size();
            if (n < 2) {
                continue;
            }
            double ratio = rounds.stream().mapToDouble(Block::sumX).sum()
                    / rounds.stream().mapToDouble(Block::sumY).sum();
            double squares = 0;
            for (Block round : rounds) {
                double residual = round.sumX() - ratio * round.sumY();
                squares += residual * residual;
            }
            between += squares * n / (n - 1);
            freedom += n - 1;
        }
        if (freedom == 0 || between <= within) {
            return byBatches;
        }
        boolean differ = within == 0
                || FDistribution.of(freedom, byBatches.freedom()).survivalProbability(between / within) < ROUNDS_DIFFER;
        return differ ? new RatioEstimate(byBatches.value(), between / (sumY * sumY), freedom) : byBatches;
    }

    /** Half the width of the two-sided interval. */
    double halfWidth(double confidence) {
        return quantile(confidence) * Math.sqrt(variance);
    }

    /** The quantile of Student's t for a two-sided interval. */
    double quantile(double confidence) {
        return TDistribution.of(freedom).inverseSurvivalProbability((1 - confidence) / 2);
    }

    private static int groups(List<Block> blocks) {
        return blocks.stream().mapToInt(b -> b.x().length).sum();
    }

    /* From 0: a negative correlation is not credited. */
    private static double correlation(List<Block> blocks, double ratio) {
        double products = 0;
        double squares = 0;
        int n = groups(blocks);
        for (Block block : blocks) {
            double[] d = block.residuals(ratio);
            squares += squares(d);
            for (int i = 1; i < d.length; i++) {
                products += d[i] * d[i - 1];
            }
        }
        if (squares <= 0 || n <= blocks.size()) {
            return 0;
        }
        double raw = products / squares;
        double unbiased = raw + (1 + 3 * raw) * blocks.size() / n;
        return Math.max(0, Math.min(MOST_CORRELATION, unbiased));
    }

    private static double squares(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return sum;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
