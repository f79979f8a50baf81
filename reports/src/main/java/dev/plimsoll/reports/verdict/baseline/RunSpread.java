package dev.plimsoll.reports.verdict.baseline;

import dev.plimsoll.reports.verdict.estimate.Estimate;
import java.util.List;
import org.apache.commons.statistics.distribution.FDistribution;

/**
 * How much runs of the same code differ.
 *
 * <p>Runs of one group differ by what their batches explain, and by more. The variance between runs is what is left of
 * the groups' pooled variance without the mean of the runs' own (the analysis of variance of a random effect: Searle,
 * Casella and McCulloch, Variance Components, 1992, 3). Where nothing is left it is not taken for 0: chance hides one of up
 * to a standard error of the estimate, {@code √(2 / freedom)} of the runs' own variance, and half of that counts.
 *
 * <p>Two runs are few to tell, and are taken at their word only when chance is unlikely (F test at {@value #RUNS_DIFFER}).
 * With fewer than {@value #ENOUGH} degrees of freedom, such as after one earlier run, the spread is unknown.
 *
 * @param perRun the pooled variance of one run's value within its group; NaN without a group of two
 * @param freedom degrees of freedom of that
 * @param within the mean of the runs' own variances; NaN where one is not known
 * @param withinFreedom degrees of freedom of that
 */
public record RunSpread(double perRun, double freedom, double within, double withinFreedom) {
    private static final double RUNS_DIFFER = 0.1;
    private static final double HIDDEN = 0.5;
    private static final int ENOUGH = 2;

    /**
     * From groups of runs, each of which has a level of its own.
     *
     * @param groups the first is the one to be spoken of; the values of the others are taken in proportion to its own
     */
    public static RunSpread of(List<List<Estimate>> groups) {
        double first = mean(groups.getFirst());
        double squares = 0;
        double freedom = 0;
        double within = 0;
        double ofWithin = 0;
        int runs = 0;
        for (List<Estimate> group : groups) {
            double mean = mean(group);
            double scale = mean == 0 || first == 0 ? 1 : first / mean;
            for (Estimate run : group) {
                double off = scale * (run.value() - mean);
                double own = scale * scale * run.variance();
                squares += off * off;
                within += own;
                ofWithin += own == 0 ? 0 : own * own / run.freedom();
                runs++;
            }
            freedom += group.size() - 1;
        }
        return new RunSpread(
                freedom < 1 ? Double.NaN : squares / freedom,
                freedom,
                within / runs,
                within > 0 ? within * within / ofWithin : runs);
    }

    /** The mean of the values. */
    public static double mean(List<Estimate> runs) {
        return runs.stream().mapToDouble(Estimate::value).average().orElseThrow();
    }

    /** Whether there are runs enough to tell. */
    public boolean isKnown() {
        return freedom >= ENOUGH;
    }

    /** Whether runs differ by more than their batches explain. */
    public boolean isBeyondBatches() {
        if (freedom < 1 || perRun == 0) {
            return false;
        }
        if (Double.isNaN(within) || within == 0) {
            return true;
        }
        boolean more = perRun > within + hidden();
        return isKnown()
                ? more
                : more && FDistribution.of(freedom, withinFreedom).survivalProbability(perRun / within) < RUNS_DIFFER;
    }

    /** The variance between runs, beyond that within them. */
    public double between() {
        if (isBeyondBatches()) {
            return Double.isNaN(within) ? perRun : perRun - within;
        }
        return isKnown() ? hidden() : 0;
    }

    /* What chance may hide; 0 where no batch varies. */
    private double hidden() {
        return within > 0 && freedom > 0 ? HIDDEN * Math.sqrt(2 / freedom) * within : 0;
    }
}
