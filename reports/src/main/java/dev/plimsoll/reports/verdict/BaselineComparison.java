package dev.plimsoll.reports.verdict;

import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.scenarios.BaselineCheck;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.commons.statistics.distribution.FDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Judges a change from the baseline.
 *
 * <p>The batches of each run tell how sure its own value is. Earlier runs that differ by more than that tell how much
 * runs of the same code differ, and this run is taken to differ by as much. Two of them are few to tell, and are taken at
 * their word only when chance is unlikely (F test at {@value #RUNS_DIFFER}); with one, nothing tells. Degrees of freedom by Welch and Satterthwaite (1946); the interval of a relative
 * change by the delta method. With a relative and an absolute limit, a change fails beyond both and passes within one.
 */
final class BaselineComparison {
    private static final double PERCENT = 100;
    private static final double RUNS_DIFFER = 0.1;
    private static final int ENOUGH_RUNS = 3;

    private final BaselineCheck check;
    private final Subject subject;
    private final double confidence;

    BaselineComparison(BaselineCheck check, double confidence) {
        this.check = check;
        this.subject = Subject.of(check);
        this.confidence = confidence;
    }

    /* Variances of a value with their degrees of freedom; NaN where they are not known. */
    private record Side(double value, double variance, double freedom) {
        static Side of(Measured measured) {
            double deviation = measured.deviation();
            return new Side(measured.value().orElseThrow(), deviation * deviation, measured.freedom());
        }
    }

    private record Change(double value, Interval interval, double limit, boolean relative) {}

    Judged judge(RunResults results, List<RunResults> baseline) {
        Measured now = worst(results);
        if (now.value().isEmpty() || !now.problem().isEmpty()) {
            boolean none = now.value().isEmpty();
            return result(none ? Verdict.CheckOutcome.NO_DATA : Verdict.CheckOutcome.UNDECIDED, now, now.problem());
        }
        List<Side> before = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        for (RunResults run : baseline) {
            Measured one = worst(run);
            if (one.value().isPresent() && one.problem().isEmpty()) {
                before.add(Side.of(one));
            } else {
                leftOut.add("run " + run.run() + " was left out: " + one.problem());
            }
        }
        String told = String.join("; ", leftOut);
        if (before.isEmpty()) {
            return result(Verdict.CheckOutcome.NO_DATA, now, "no earlier run can be compared with; " + told);
        }
        return compare(now, before, told);
    }

    private Judged compare(Measured now, List<Side> before, String leftOut) {
        Side own = Side.of(now);
        Side within = mean(before);
        Side between = between(before);
        boolean byRuns = differ(between, within);
        int runs = before.size();
        Side base = byRuns ? between : within;
        /* One estimate, one count: what runs differ by stands in both terms. */
        double ofOneRun = between.variance() * runs;
        boolean shared = byRuns && !(own.variance() > ofOneRun);
        Side run = shared ? new Side(own.value(), ofOneRun, between.freedom()) : own;
        List<Change> changes = new ArrayList<>();
        if (check.relative().isPresent() && base.value() != 0) {
            double ratio = run.value() / base.value();
            double weight = 1 / (base.value() * base.value());
            Interval interval = interval(ratio - 1, run, weight, base, ratio * ratio * weight, shared);
            changes.add(new Change(ratio - 1, interval, check.relative().getAsDouble(), true));
        }
        if (check.absolute().isPresent()) {
            double difference = run.value() - base.value();
            Interval interval = interval(difference, run, 1, base, 1, shared);
            changes.add(new Change(difference, interval, check.absolute().getAsDouble(), false));
        }
        String suffix = leftOut.isEmpty() ? "" : "; " + leftOut;
        if (changes.isEmpty()) {
            boolean same = run.value() == 0;
            return result(
                    same ? Verdict.CheckOutcome.PASS : Verdict.CheckOutcome.UNDECIDED,
                    now,
                    (same
                                    ? "0 as in the baseline"
                                    : Wording.value(run.value(), check.metric().unit())
                                            + " after 0 in the baseline; of 0 no share can be told, so give the check"
                                            + " an absolute limit too, such as \"and +5ms\"")
                            + suffix);
        }
        return result(changes, now, base, runs, suffix);
    }

    private Interval interval(double value, Side run, double runWeight, Side base, double baseWeight, boolean shared) {
        double first = run.variance() * runWeight;
        double second = base.variance() * baseWeight;
        double sum = first + second;
        if (Double.isNaN(sum)) {
            return Interval.UNKNOWN;
        }
        if (sum == 0) {
            return Interval.of(value, value);
        }
        double freedom = shared
                ? base.freedom()
                : sum * sum / (first * first / run.freedom() + second * second / base.freedom());
        double half = Math.sqrt(sum) * TDistribution.of(freedom).inverseSurvivalProbability((1 - confidence) / 2);
        return Interval.of(value - half, value + half);
    }

    /* The mean of the runs, with the variance that their own batches give it. */
    private static Side mean(List<Side> runs) {
        int n = runs.size();
        double value = 0;
        double sum = 0;
        double squares = 0;
        for (Side run : runs) {
            value += run.value() / n;
            sum += run.variance();
            squares += run.variance() * run.variance() / run.freedom();
        }
        double freedom = sum > 0 ? sum * sum / squares : n;
        return new Side(value, sum / n / n, freedom);
    }

    /* The mean of the runs, with the variance that their differences give it. */
    private static Side between(List<Side> runs) {
        int n = runs.size();
        double mean = runs.stream().mapToDouble(Side::value).average().orElseThrow();
        double squares = 0;
        for (Side run : runs) {
            squares += (run.value() - mean) * (run.value() - mean);
        }
        return n < 2 ? new Side(mean, Double.NaN, 0) : new Side(mean, squares / (n - 1) / n, n - 1.0);
    }

    private static boolean differ(Side between, Side within) {
        if (between.freedom() < 1 || between.variance() == 0) {
            return false;
        }
        if (Double.isNaN(within.variance()) || within.variance() == 0) {
            return true;
        }
        boolean more = between.variance() > within.variance();
        return between.freedom() >= ENOUGH_RUNS - 1
                ? more
                : more
                        && FDistribution.of(between.freedom(), within.freedom())
                                        .survivalProbability(between.variance() / within.variance())
                                < RUNS_DIFFER;
    }

    private Judged result(List<Change> changes, Measured now, Side base, int runs, String suffix) {
        boolean passes = changes.stream().anyMatch(c -> Settlement.isKept(c.interval(), check.operator(), c.limit()));
        boolean fails = changes.stream().allMatch(c -> Settlement.isBroken(c.interval(), check.operator(), c.limit()));
        boolean keeps = changes.stream().anyMatch(c -> check.operator().holds(c.value(), c.limit()));
        Verdict.CheckOutcome outcome =
                passes ? Verdict.CheckOutcome.PASS : fails ? Verdict.CheckOutcome.FAIL : Verdict.CheckOutcome.UNDECIDED;
        Change shown = changes.getFirst();
        double scale = shown.relative() ? PERCENT : 1;
        Unit unit = shown.relative() ? Unit.PERCENT : check.metric().unit();
        boolean known = !shown.interval().isUnknown();
        String interval = known
                ? Wording.percent(confidence) + " interval "
                        + Wording.signed(shown.interval().low().orElseThrow() * scale, unit) + " to "
                        + Wording.signed(shown.interval().high().orElseThrow() * scale, unit)
                : "too little to tell how much it varies";
        String sentence = check.expression() + ": "
                + Wording.value(now.value().orElseThrow(), check.metric().unit()) + " after "
                + Wording.value(base.value(), check.metric().unit()) + " in "
                + (runs == 1 ? "one earlier run" : runs + " earlier runs") + ", a change of "
                + Wording.signed(shown.value() * scale, unit) + " (" + interval + ")"
                + (outcome == Verdict.CheckOutcome.UNDECIDED ? "; " + settles(runs) : "") + suffix;
        return Judged.of(
                new Verdict.Check(
                        check.expression(),
                        Verdict.Kind.BASELINE,
                        outcome,
                        Optional.of(shown.value() * scale),
                        unit.symbol(),
                        Optional.of(shown.limit() * scale),
                        shown.interval().low().map(end -> end * scale),
                        shown.interval().high().map(end -> end * scale),
                        known ? Optional.of(confidence) : Optional.empty(),
                        now.samples(),
                        sentence),
                keeps);
    }

    private static String settles(int runs) {
        return runs < 5
                ? "a longer phase or more earlier runs (gate.baseline.runs) would settle it"
                : "a longer phase would settle it";
    }

    private Judged result(Verdict.CheckOutcome outcome, Measured now, String reason) {
        return Judged.of(nothing(check, outcome, now.samples(), reason), false);
    }

    static Verdict.Check nothing(BaselineCheck check, Verdict.CheckOutcome outcome, long samples, String reason) {
        return new Verdict.Check(
                check.expression(),
                Verdict.Kind.BASELINE,
                outcome,
                Optional.empty(),
                check.relative().isPresent() ? "%" : check.metric().unit().symbol(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                samples,
                check.expression() + ": " + reason);
    }

    /* Of several nodes, the one without a value, else one that is not to be relied on, else the worst. */
    private Measured worst(RunResults run) {
        Comparator<Measured> byValue = Comparator.comparingDouble(m -> m.value().orElse(Double.NaN));
        Comparator<Measured> order = Comparator.<Measured, Boolean>comparing(
                        m -> m.value().isEmpty())
                .thenComparing(m -> !m.problem().isEmpty())
                .thenComparing(check.operator().isUpperLimit() ? byValue : byValue.reversed());
        return subject.measure(run, confidence).stream().max(order).orElseThrow();
    }
}
