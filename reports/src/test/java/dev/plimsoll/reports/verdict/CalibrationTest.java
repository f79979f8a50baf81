package dev.plimsoll.reports.verdict;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final int RUNS = 2000;
    private static final double CONFIDENCE = 0.95;

    /** Four standard errors of a coverage of 95 % in 2,000 runs are 2 points. */
    @Test
    void coversTheMeanOfIndependentBatches() {
        double coverage = coverage(0, 1);
        System.out.printf("coverage, independent batches: %.3f%n", coverage);
        assertTrue(coverage >= 0.93, () -> "coverage " + coverage);
    }

    @Test
    void coversTheMeanOfCorrelatedBatches() {
        double coverage = coverage(0.8, 2);
        System.out.printf("coverage, AR(1) with 0.8: %.3f%n", coverage);
        assertTrue(coverage >= 0.90, () -> "coverage " + coverage);
    }

    private static double coverage(double phi, long seed) {
        Random random = new Random(seed);
        int covered = 0;
        for (int run = 0; run < RUNS; run++) {
            double[] x = new double[120];
            double state = random.nextGaussian() / Math.sqrt(1 - phi * phi);
            for (int i = 0; i < x.length; i++) {
                x[i] = 100 + state;
                state = phi * state + random.nextGaussian();
            }
            double[] ones = new double[x.length];
            Arrays.fill(ones, 1);
            RatioEstimate estimate = RatioEstimate.of(List.of(new RatioEstimate.Block("steady", x, ones)));
            covered += Math.abs(estimate.value() - 100) <= estimate.halfWidth(CONFIDENCE) ? 1 : 0;
        }
        return (double) covered / RUNS;
    }

    /** Failure rates that differ from batch to batch: 1 % on average, 0.2 % or 1.8 %. */
    @Test
    void coversARatioWhoseBatchesDiffer() {
        Random random = new Random(3);
        int covered = 0;
        for (int run = 0; run < RUNS; run++) {
            double[] x = new double[60];
            double[] y = new double[60];
            for (int i = 0; i < x.length; i++) {
                double rate = random.nextBoolean() ? 0.002 : 0.018;
                y[i] = 100;
                for (int k = 0; k < 100; k++) {
                    x[i] += random.nextDouble() < rate ? 1 : 0;
                }
            }
            RatioEstimate estimate = RatioEstimate.of(List.of(new RatioEstimate.Block("steady", x, y)));
            ShareInterval interval = ShareInterval.of(estimate.value(), 6000, estimate, CONFIDENCE);
            covered += interval.low() <= 0.01 && 0.01 <= interval.high() ? 1 : 0;
        }
        double coverage = (double) covered / RUNS;
        System.out.printf("coverage, overdispersed ratio: %.3f%n", coverage);
        assertTrue(coverage >= 0.93, () -> "coverage " + coverage);
    }

    /** Clopper and Pearson for 0 of 100 at 95 %: 1 − 0.025^(1/100) = 0.0362. */
    @Test
    void givesTheExactIntervalOfIndependentRequests() {
        ShareInterval interval = ShareInterval.of(0, 100, new RatioEstimate(0, Double.NaN, 0), CONFIDENCE);
        assertTrue(interval.low() == 0 && Math.abs(interval.high() - 0.0362) < 1e-4, interval::toString);
    }
}
