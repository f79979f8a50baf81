package dev.plimsoll.reports.verdict.baseline;

import dev.plimsoll.reports.verdict.estimate.Estimate;
import java.util.ArrayList;
import java.util.List;

/**
 * Two groups of runs held against each other, with two levels of variance.
 *
 * <p>The batches of each run tell how sure its own value is; the {@link RunSpread} how much runs of the same code differ
 * beyond that, which counts once for each run. Where it is unknown, the interval is that of these very runs, and a change
 * is only called sure where it is too large for runs whose values scatter by {@value #ASSUMED_SPREAD} (one standard
 * deviation, as a share). Degrees of freedom by Satterthwaite (1946); the variance of a relative change by the delta
 * method.
 *
 * @param before the earlier group's mean, with the variance that its batches give it
 * @param beforeRuns how many runs it is of
 * @param after the later group's
 * @param afterRuns how many runs it is of
 * @param spread how much runs differ
 */
public record Contrast(Estimate before, int beforeRuns, Estimate after, int afterRuns, RunSpread spread) {
    /** What runs of the same code are taken to scatter by where nothing tells: a standard deviation, as a share. */
    public static final double ASSUMED_SPREAD = 0.05;

    /** Of groups that have a run each, at least. */
    public static Contrast of(List<Estimate> before, List<Estimate> after) {
        return of(before, after, List.of());
    }

    /**
     * Of groups that have a run each, at least.
     *
     * @param older groups of runs that are not compared, and tell how much runs differ
     */
    public static Contrast of(List<Estimate> before, List<Estimate> after, List<List<Estimate>> older) {
        List<List<Estimate>> groups = new ArrayList<>();
        groups.add(before);
        if (after.size() > 1) {
            groups.add(after);
        }
        groups.addAll(older);
        return new Contrast(mean(before), before.size(), mean(after), after.size(), RunSpread.of(groups));
    }

    /** Whether the variance between runs is known. */
    public boolean spreadKnown() {
        return spread.isKnown();
    }

    /** The same with later runs that were so many times as long. */
    public Contrast longer(double times) {
        Estimate long1 = new Estimate(after.value(), after.variance() / times, after.freedom() * times);
        return new Contrast(before, beforeRuns, long1, afterRuns, spread);
    }

    /** The change as a share of the earlier group, which is not 0. */
    public Change relative() {
        double ratio = after.value() / before.value();
        double weight = 1 / (before.value() * before.value());
        double assumed = ASSUMED_SPREAD * ASSUMED_SPREAD * ratio * ratio;
        return change(ratio - 1, weight, ratio * ratio * weight, assumed / beforeRuns + assumed / afterRuns);
    }

    /** The change in the metric's unit. */
    public Change absolute() {
        double assumed = ASSUMED_SPREAD * ASSUMED_SPREAD;
        return change(
                after.value() - before.value(),
                1,
                1,
                assumed * before.value() * before.value() / beforeRuns
                        + assumed * after.value() * after.value() / afterRuns);
    }

    private Change change(double value, double afterWeight, double beforeWeight, double assumed) {
        double runs = beforeWeight / beforeRuns + afterWeight / afterRuns;
        double ofAfter = after.variance() * afterWeight;
        double ofBefore = before.variance() * beforeWeight;
        boolean apart = spread.isBeyondBatches();
        /* What the batches explain is part of what runs are seen to differ by, and is taken out of it. */
        double seen = (apart ? spread.perRun() : spread.between()) * runs;
        double explained = apart ? spread.within() * runs : 0;
        double batches = ofBefore - explained;
        double sum = seen + batches + ofAfter;
        if (apart && Double.isNaN(spread.within())) {
            /* What is judged as observed has no batches; runs tell all there is. */
            return new Change(value, seen, spread.freedom(), spreadKnown() ? 0 : assumed);
        }
        double terms = term(seen, spread.freedom())
                + term(batches, apart ? spread.withinFreedom() : before.freedom())
                + term(ofAfter, after.freedom());
        return new Change(value, sum, sum * sum / terms, spreadKnown() ? 0 : assumed);
    }

    private static double term(double variance, double freedom) {
        return variance == 0 ? 0 : variance * variance / freedom;
    }

    /* The mean of the runs, with the variance that their own batches give it. */
    private static Estimate mean(List<Estimate> runs) {
        int n = runs.size();
        double sum = 0;
        double terms = 0;
        for (Estimate run : runs) {
            sum += run.variance();
            terms += term(run.variance(), run.freedom());
        }
        double freedom = sum > 0 ? sum * sum / terms : n;
        return new Estimate(RunSpread.mean(runs), sum / n / n, freedom);
    }
}
