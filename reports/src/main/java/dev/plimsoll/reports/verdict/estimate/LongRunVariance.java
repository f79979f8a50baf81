package dev.plimsoll.reports.verdict.estimate;

import java.util.List;

/**
 * The variance of a sum of residuals that are correlated in time.
 *
 * <p>Each stratum's residuals are weighted by its first cosines; the mean of the squared sums estimates the spectral
 * density at frequency 0, with a degree of freedom for each cosine (Lazarus, Lewis, Stock and Watson 2018). Fewer cosines
 * are taken the more neighbours are correlated: as many as keep the bias that an autoregression of order 1 would cause
 * within {@value #BIAS}, and that bias is then taken out. Its coefficient is the lag-1 autocorrelation, corrected for its
 * own bias (Kendall 1954) and raised by one standard error. A negative one counts as 0.
 *
 * @param value the variance of the sum
 * @param freedom its degrees of freedom; 0 where there are too few residuals
 */
public record LongRunVariance(double value, double freedom) {
    private static final double BIAS = 0.2;
    private static final int FEWEST_COSINES = 4;
    private static final double MOST_CORRELATION = 0.97;

    /** The variance from residuals by stratum, in order of time; those of a stratum add up to 0. */
    public static LongRunVariance of(List<double[]> strata) {
        List<double[]> used = strata.stream().filter(d -> d.length > 1).toList();
        if (used.isEmpty()) {
            return new LongRunVariance(0, 0);
        }
        double correlation = correlation(used);
        double curvature = 2 * correlation / ((1 - correlation) * (1 - correlation));
        double share = curvature > 0 ? Math.sqrt(BIAS * 6 / (Math.PI * Math.PI) / curvature) : 1;
        int fewest = Math.ceilDiv(FEWEST_COSINES, used.size());
        double value = 0;
        double squares = 0;
        for (double[] residuals : used) {
            int n = residuals.length;
            int cosines = Math.min(n - 1, Math.max(fewest, (int) (n * Math.min(0.5, share))));
            double one = n * density(residuals, cosines, correlation);
            value += one;
            squares += one * one / cosines;
        }
        double freedom = squares > 0
                ? value * value / squares
                : used.stream().mapToInt(d -> d.length - 1).sum();
        return new LongRunVariance(value, freedom);
    }

    private static double density(double[] residuals, int cosines, double correlation) {
        int n = residuals.length;
        double found = 0;
        double expected = 0;
        for (int j = 1; j <= cosines; j++) {
            double frequency = Math.PI * j / n;
            double weighted = weighted(residuals, frequency);
            found += 2.0 / n * weighted * weighted;
            expected += (1 - correlation)
                    * (1 - correlation)
                    / (1 - 2 * correlation * Math.cos(frequency) + correlation * correlation);
        }
        return found / expected;
    }

    /* The sum of residual i times cos(frequency (i + 1/2)), each cosine from the two before it (Chebyshev). */
    private static double weighted(double[] residuals, double frequency) {
        double twice = 2 * Math.cos(frequency);
        double cosine = Math.cos(frequency / 2);
        double before = cosine;
        double sum = 0;
        for (double residual : residuals) {
            sum += residual * cosine;
            double next = twice * cosine - before;
            before = cosine;
            cosine = next;
        }
        return sum;
    }

    private static double correlation(List<double[]> strata) {
        double products = 0;
        double squares = 0;
        int n = 0;
        for (double[] residuals : strata) {
            n += residuals.length;
            for (int i = 0; i < residuals.length; i++) {
                squares += residuals[i] * residuals[i];
                products += i > 0 ? residuals[i] * residuals[i - 1] : 0;
            }
        }
        if (squares <= 0) {
            return 0;
        }
        double raw = products / squares;
        double unbiased = raw + (1 + 3 * raw) * strata.size() / n;
        if (unbiased <= 0) {
            return 0;
        }
        double capped = Math.min(MOST_CORRELATION, unbiased);
        return Math.min(MOST_CORRELATION, capped + Math.sqrt((1 - capped * capped) / n));
    }
}
