package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.baseline.Contrast;
import dev.plimsoll.reports.verdict.baseline.Holm;
import dev.plimsoll.reports.verdict.baseline.RunSpread;
import dev.plimsoll.reports.verdict.estimate.Estimate;
import dev.plimsoll.reports.verdict.estimate.Measured;
import dev.plimsoll.reports.verdict.estimate.Subject;
import dev.plimsoll.scenarios.BaselineCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.stream.DoubleStream;

/**
 * How long a comparison with earlier runs must be measured to tell a change.
 *
 * <p>It asks the judge: a run of that length, whose value is beyond the limit by the change less what chance may take off
 * it, is held against the real earlier runs by the {@link BaselineComparison} that will decide, at the level that the
 * strictest step of {@link Holm} asks for; one within the limit likewise must pass. Chance takes off what it exceeds in 1 −
 * {@value #FOUND} of runs, by the predictive distribution of the run's value given the earlier ones (Student's t with the
 * comparison's own variance and degrees of freedom; Geisser, Predictive Inference, 1993). So a plan is as uncertain as
 * what it knows, and gives none where no length would do.
 */
final class ComparisonPlan {
    private static final double FOUND = 0.97;
    private static final double SHORTEST_SECONDS = 10;
    private static final double SHORTEST_SHARE = 0.5;
    private static final double LONGEST_SECONDS = 24 * 3600.0;
    private static final double MOST_CHANGE = 100;
    private static final int HALVINGS = 40;
    private static final double PERCENT = 100;

    private final BaselineCheck check;
    private final double confidence;
    private final int family;
    private final double planned;
    private final EarlierRuns earlier;
    private final List<BaselineComparison.Earlier> before = new ArrayList<>();
    private final List<List<Estimate>> older;
    private final double mean;
    private double variancePerRate;
    private double freedomPerSecond;
    private double shortest = SHORTEST_SECONDS;
    private String problem = "";

    /**
     * Of a comparison.
     *
     * @param confidence of its interval
     * @param family how many comparisons the gate has
     * @param planned how long the scenario measures, in seconds
     */
    ComparisonPlan(BaselineCheck check, double confidence, int family, double planned, EarlierRuns earlier) {
        this.check = check;
        this.confidence = confidence;
        this.family = family;
        this.planned = planned;
        this.earlier = earlier;
        older = earlier.olderGroups(check);
        for (RunResults run : earlier.compared()) {
            measure(run);
        }
        variancePerRate /= before.size();
        freedomPerSecond /= before.size();
        mean = before.isEmpty() ? Double.NaN : RunSpread.mean(estimates());
    }

    private void measure(RunResults run) {
        Measured one = BaselineComparison.worst(check, confidence, run);
        double seconds = run.total(check.phase()).seconds();
        if (one.value().isEmpty() || !one.problem().isEmpty() || !(seconds > 0)) {
            problem = one.problem();
            return;
        }
        before.add(new BaselineComparison.Earlier(run.run(), one));
        variancePerRate += one.deviation() * one.deviation() * seconds;
        freedomPerSecond += one.freedom() / seconds;
        shortest = Math.max(shortest, SHORTEST_SHARE * seconds);
    }

    GatePlan.Line line(List<Double> changes) {
        if (before.isEmpty()) {
            return nothing(Optional.empty(), changes, problem);
        }
        if (Subject.of(check).isFact()) {
            return nothing(Optional.of(mean), changes, "decided as observed, after any length");
        }
        if (mean == 0) {
            return nothing(Optional.of(mean), changes, "0 in earlier runs, of which no share can be told");
        }
        if (Double.isNaN(variancePerRate) || !(freedomPerSecond > 0)) {
            return nothing(
                    Optional.of(mean),
                    changes,
                    "earlier runs are too short to tell how much it varies; promote longer ones");
        }
        return planned(changes);
    }

    private GatePlan.Line planned(List<Double> changes) {
        RunSpread spread = spread();
        List<GatePlan.Length> lengths = changes.stream()
                .map(change -> new GatePlan.Length(change, seconds(change)))
                .toList();
        boolean never = lengths.stream().anyMatch(length -> length.seconds().isEmpty());
        double size = Math.abs(mean);
        boolean several = !Double.isNaN(spread.perRun());
        return new GatePlan.Line(
                check.expression(),
                Verdict.Kind.BASELINE,
                Optional.of(mean),
                check.metric().unit().symbol(),
                Optional.of(Math.sqrt(variancePerRate / planned) / size),
                several
                        ? Optional.of(Math.sqrt(Math.max(0, spread.perRun() - spread.within())) / size)
                        : Optional.empty(),
                lengths,
                never ? why(spread) : "");
    }

    private RunSpread spread() {
        List<List<Estimate>> groups = new ArrayList<>(List.of(estimates()));
        groups.addAll(older);
        return RunSpread.of(groups);
    }

    private List<Estimate> estimates() {
        return before.stream().map(run -> Estimate.of(run.measured())).toList();
    }

    private String why(RunSpread spread) {
        String least = least().map(change ->
                        "; the least change that a length tells is " + Quantities.digits(PERCENT * change) + " %")
                .orElse("");
        if (!spread.isKnown()) {
            return (before.size() == 1 ? "one earlier run does" : "two earlier runs do")
                    + " not tell how much runs differ, and " + Wording.percent(Contrast.ASSUMED_SPREAD)
                    + " is assumed" + least + "; promote three runs, better " + EarlierRuns.MOST;
        }
        int runs = before.size() + earlier.older();
        return "runs differ by too much, as far as " + runs + " earlier runs tell" + least
                + (runs < EarlierRuns.MOST
                        ? "; promote more runs, of which up to " + EarlierRuns.MOST + " tell how much runs differ"
                        : "; compare with more of them (gate.baseline.runs), or be content with a larger change");
    }

    private GatePlan.Line nothing(Optional<Double> value, List<Double> changes, String note) {
        return new GatePlan.Line(
                check.expression(),
                Verdict.Kind.BASELINE,
                value,
                check.metric().unit().symbol(),
                Optional.empty(),
                Optional.empty(),
                changes.stream()
                        .map(change -> new GatePlan.Length(change, Optional.empty()))
                        .toList(),
                note);
    }

    private Optional<Double> seconds(double change) {
        return shortest >= LONGEST_SECONDS || !told(change, LONGEST_SECONDS)
                ? Optional.empty()
                : Optional.of(Math.ceil(least(shortest, LONGEST_SECONDS, seconds -> told(change, seconds))));
    }

    /* The smallest change that the longest run tells, to three digits. */
    private Optional<Double> least() {
        return told(MOST_CHANGE, LONGEST_SECONDS)
                ? Optional.of(least(0, MOST_CHANGE, change -> told(change, LONGEST_SECONDS)))
                : Optional.empty();
    }

    /* The least value from which on it is so, which it is at the largest. */
    private static double least(double from, double to, DoublePredicate enough) {
        double tooLittle = from;
        double much = to;
        if (enough.test(from)) {
            return from;
        }
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (tooLittle + much) / 2;
            if (enough.test(middle)) {
                much = middle;
            } else {
                tooLittle = middle;
            }
        }
        return much;
    }

    private boolean told(double change, double seconds) {
        boolean upper = check.operator().isUpperLimit();
        double edge = edge(upper);
        double beyond = (upper ? change : -change) * Math.abs(mean);
        double strays = strays(edge + beyond, seconds);
        double broken = edge + beyond - (upper ? strays : -strays);
        double kept = edge - beyond + (upper ? strays : -strays);
        boolean isBeyond = upper ? broken > edge : broken < edge;
        return isBeyond
                && at(broken, seconds).chance() <= (1 - confidence) / 2 / family
                && at(kept, seconds).judged(false, family).is(Verdict.CheckOutcome.PASS);
    }

    /* Where the limit lies: a change fails beyond both of two, and passes within one. */
    private double edge(boolean upper) {
        DoubleStream relative = check.relative().stream().map(share -> mean + share * Math.abs(mean));
        DoubleStream absolute = check.absolute().stream().map(size -> mean + size);
        DoubleStream both = DoubleStream.concat(relative, absolute);
        return (upper ? both.max() : both.min()).orElseThrow();
    }

    private double strays(double value, double seconds) {
        return at(value, seconds).strays(FOUND);
    }

    private BaselineComparison at(double value, double seconds) {
        /* What is larger varies more, as latencies do. */
        double scale = Math.max(1, Math.abs(value / mean));
        Measured now = Measured.of(
                value,
                Measured.Outlook.NONE,
                scale * Math.sqrt(variancePerRate / seconds),
                Math.max(1, freedomPerSecond * seconds),
                1);
        return new BaselineComparison(check, confidence, now, before, older);
    }
}
