package dev.plimsoll.reports.verdict;

import java.util.List;
import org.apache.commons.statistics.distribution.FDistribution;

/**
 * Two groups of runs held against each other, with two levels of variance.
 *
 * <p>The batches of each run tell how sure its own value is. Runs of one group that differ by more than that tell how
 * much runs of the same code differ; the variances of both groups are pooled, and a single run is taken to differ by as
 * much. Two runs are few to tell, and are taken at their word only when chance is unlikely (F test at
 * {@value #RUNS_DIFFER}). With fewer than {@value #ENOUGH} degrees of freedom, such as after one earlier run, the
 * variance between runs is unknown. Then the interval is that of these very runs, and a change is only called sure where
 * it is too large for runs whose values scatter by {@value #ASSUMED_SPREAD} (one standard deviation, as a share). Degrees of
 * freedom by Welch and Satterthwaite (1946); the variance of a relative change by the delta method.
 *
 * @param before the earlier group
 * @param after the later group
 * @param shared whether one estimate of what runs differ by stands on both sides
 * @param spreadKnown whether the variance between runs is known
 */
record Contrast(Estimate before, Estimate after, boolean shared, boolean spreadKnown) {
    /** What runs of the same code are taken to scatter by where nothing tells: a standard deviation, as a share. */
    static final double ASSUMED_SPREAD = 0.05;

    private static final double RUNS_DIFFER = 0.1;
    private static final int ENOUGH = 2;

    /** Of groups that have a run each, at least. */
    static Contrast of(List<Estimate> before, List<Estimate> after) {
        Estimate ofBefore = mean(before);
        Estimate ofAfter = mean(after);
        int freedom = before.size() + after.size() - 2;
        double ofOneRun = freedom < 1 ? Double.NaN : (squares(before) + squares(after)) / freedom;
        boolean byRuns = differ(ofOneRun, freedom, before.size() > 1 ? before : after);
        boolean known = freedom >= ENOUGH;
        if (!byRuns) {
            return new Contrast(ofBefore, ofAfter, false, known);
        }
        Estimate base = new Estimate(ofBefore.value(), ofOneRun / before.size(), freedom);
        boolean shared = !(ofAfter.variance() * after.size() > ofOneRun);
        Estimate run = shared ? new Estimate(ofAfter.value(), ofOneRun / after.size(), freedom) : ofAfter;
        return new Contrast(base, run, shared, known);
    }

    /** The change as a share of the earlier group, which is not 0. */
    Change relative(int beforeRuns, int afterRuns) {
        double ratio = after.value() / before.value();
        double weight = 1 / (before.value() * before.value());
        double spread = ASSUMED_SPREAD * ASSUMED_SPREAD * ratio * ratio;
        return change(ratio - 1, weight, ratio * ratio * weight, spread / beforeRuns + spread / afterRuns);
    }

    /** The change in the metric's unit. */
    Change absolute(int beforeRuns, int afterRuns) {
        double spread = ASSUMED_SPREAD * ASSUMED_SPREAD;
        return change(
                after.value() - before.value(),
                1,
                1,
                spread * before.value() * before.value() / beforeRuns
                        + spread * after.value() * after.value() / afterRuns);
    }

    private Change change(double value, double afterWeight, double beforeWeight, double assumed) {
        double first = after.variance() * afterWeight;
        double second = before.variance() * beforeWeight;
        double sum = first + second;
        double freedom = shared
                ? before.freedom()
                : sum * sum / (first * first / after.freedom() + second * second / before.freedom());
        return new Change(value, sum, freedom, spreadKnown ? 0 : assumed);
    }

    /* The mean of the runs, with the variance that their own batches give it. */
    private static Estimate mean(List<Estimate> runs) {
        int n = runs.size();
        double value = 0;
        double sum = 0;
        double squares = 0;
        for (Estimate run : runs) {
            value += run.value() / n;
            sum += run.variance();
            squares += run.variance() * run.variance() / run.freedom();
        }
        double freedom = sum > 0 ? sum * sum / squares : n;
        return new Estimate(value, sum / n / n, freedom);
    }

    private static double squares(List<Estimate> runs) {
        double mean = runs.stream().mapToDouble(Estimate::value).average().orElseThrow();
        return runs.stream()
                .mapToDouble(run -> (run.value() - mean) * (run.value() - mean))
                .sum();
    }

    /* Whether runs differ by more than the batches of theirs explain. */
    private static boolean differ(double ofOneRun, int freedom, List<Estimate> runs) {
        if (freedom < 1 || ofOneRun == 0) {
            return false;
        }
        Estimate within = mean(runs);
        double explained = within.variance() * runs.size();
        if (Double.isNaN(explained) || explained == 0) {
            return true;
        }
        boolean more = ofOneRun > explained;
        return freedom >= ENOUGH
                ? more
                : more
                        && FDistribution.of(freedom, within.freedom()).survivalProbability(ofOneRun / explained)
                                < RUNS_DIFFER;
    }
}
