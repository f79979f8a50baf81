package dev.plimsoll.reports.verdict;

import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.scenarios.BaselineCheck;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Judges a change from the baseline.
 *
 * <p>With two or more earlier runs, they tell how much runs of the same code differ, and the run is taken to differ by at
 * least as much; with one, the batches of both runs tell. Degrees of freedom by Welch and Satterthwaite (1946); the
 * interval of a relative change by the delta method.
 */
final class BaselineComparison {
    private static final double PERCENT = 100;

    private final BaselineCheck check;
    private final Subject subject;
    private final double confidence;

    BaselineComparison(BaselineCheck check, double confidence) {
        this.check = check;
        this.subject = Subject.of(check);
        this.confidence = confidence;
    }

    private record Side(double value, double variance, double freedom) {}

    private record Change(double value, double low, double high, double limit) {}

    Judged judge(RunResults results, List<RunResults> baseline) {
        Measured now = worst(results);
        if (now.value().isEmpty() || !now.problem().isEmpty()) {
            boolean none = now.value().isEmpty();
            return result(none ? Verdict.CheckOutcome.NO_DATA : Verdict.CheckOutcome.UNDECIDED, now, now.problem());
        }
        List<Measured> before = new ArrayList<>();
        for (RunResults run : baseline) {
            Measured one = worst(run);
            if (one.value().isPresent()) {
                before.add(one);
            }
        }
        if (before.isEmpty()) {
            return result(
                    Verdict.CheckOutcome.NO_DATA,
                    now,
                    "no run of the baseline has " + check.metric().name());
        }
        return compare(now, before);
    }

    private Judged compare(Measured now, List<Measured> before) {
        Side base = base(before);
        double own = now.deviation() * now.deviation();
        boolean several = before.size() > 1;
        double spread = several ? base.variance() * before.size() : 0;
        boolean byRuns = several && !(own > spread);
        Side run = new Side(
                now.value().orElseThrow(), byRuns ? spread : own, byRuns ? before.size() - 1.0 : now.freedom());
        List<Change> changes = new ArrayList<>();
        if (check.relative().isPresent() && base.value() != 0) {
            double ratio = run.value() / base.value();
            double weight = 1 / (base.value() * base.value());
            changes.add(change(
                    ratio - 1,
                    run,
                    base,
                    weight,
                    ratio * ratio * weight,
                    check.relative().getAsDouble()));
        }
        if (check.absolute().isPresent()) {
            changes.add(change(
                    run.value() - base.value(),
                    run,
                    base,
                    1,
                    1,
                    check.absolute().getAsDouble()));
        }
        if (changes.isEmpty()) {
            boolean same = run.value() == 0;
            return result(
                    same ? Verdict.CheckOutcome.PASS : Verdict.CheckOutcome.UNDECIDED,
                    now,
                    same ? "0 as in the baseline" : "the baseline is 0, so no relative change can be told");
        }
        return result(changes, now, base, before.size());
    }

    private Change change(double value, Side run, Side base, double runWeight, double baseWeight, double limit) {
        double first = run.variance() * runWeight;
        double second = base.variance() * baseWeight;
        double sum = first + second;
        if (sum == 0) {
            return new Change(value, value, value, limit);
        }
        // The spread of earlier runs stands in both terms when it replaces the run's own: one estimate, one count.
        boolean shared = run.freedom() == base.freedom() && run.variance() > base.variance();
        double freedom = shared
                ? base.freedom()
                : sum * sum / (first * first / run.freedom() + second * second / base.freedom());
        double half = freedom >= 1
                ? Math.sqrt(sum) * TDistribution.of(freedom).inverseSurvivalProbability((1 - confidence) / 2)
                : Double.NaN;
        return new Change(value, value - half, value + half, limit);
    }

    private static Side base(List<Measured> before) {
        if (before.size() == 1) {
            Measured one = before.getFirst();
            return new Side(one.value().orElseThrow(), one.deviation() * one.deviation(), one.freedom());
        }
        double mean = before.stream()
                .mapToDouble(m -> m.value().orElseThrow())
                .average()
                .orElseThrow();
        double squares = 0;
        for (Measured one : before) {
            double off = one.value().orElseThrow() - mean;
            squares += off * off;
        }
        int n = before.size();
        return new Side(mean, squares / (n - 1) / n, n - 1.0);
    }

    private Judged result(List<Change> changes, Measured now, Side base, int runs) {
        boolean upper = check.operator().isUpperLimit();
        boolean passes = changes.stream().anyMatch(c -> check.operator().holds(upper ? c.high() : c.low(), c.limit()));
        boolean fails = changes.stream().allMatch(c -> upper ? c.low() > c.limit() : c.high() < c.limit());
        boolean keeps = changes.stream().anyMatch(c -> check.operator().holds(c.value(), c.limit()));
        Verdict.CheckOutcome outcome =
                passes ? Verdict.CheckOutcome.PASS : fails ? Verdict.CheckOutcome.FAIL : Verdict.CheckOutcome.UNDECIDED;
        boolean relative = check.relative().isPresent() && base.value() != 0;
        double scale = relative ? PERCENT : 1;
        Change shown = changes.getFirst();
        boolean known = Double.isFinite(shown.low()) && Double.isFinite(shown.high());
        Unit unit = check.metric().unit();
        String interval = known
                ? String.format(
                        Locale.ROOT,
                        "%.4g to %.4g%s at %.4g %% confidence",
                        shown.low() * scale,
                        shown.high() * scale,
                        relative ? " %" : "",
                        confidence * PERCENT)
                : "too little to tell how much it varies; more runs of the baseline would settle it";
        String sentence = String.format(
                Locale.ROOT,
                "%s: %s after %s in %d earlier run%s, a change of %+.4g%s (%s)",
                check.expression(),
                Wording.value(now.value().orElseThrow(), unit),
                Wording.value(base.value(), unit),
                runs,
                runs == 1 ? "" : "s",
                shown.value() * scale,
                relative ? " %" : "",
                interval);
        return new Judged(
                new Verdict.Check(
                        check.expression(),
                        Verdict.Kind.BASELINE,
                        outcome,
                        Optional.of(shown.value() * scale),
                        relative ? "%" : unit.symbol(),
                        Optional.of(shown.limit() * scale),
                        known ? Optional.of(shown.low() * scale) : Optional.empty(),
                        known ? Optional.of(shown.high() * scale) : Optional.empty(),
                        known ? Optional.of(confidence) : Optional.empty(),
                        now.samples(),
                        sentence),
                false,
                keeps);
    }

    private Judged result(Verdict.CheckOutcome outcome, Measured now, String reason) {
        return new Judged(nothing(check, outcome, now.samples(), reason), false, false);
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

    private Measured worst(RunResults run) {
        List<Measured> all = subject.measure(run, confidence);
        Optional<Measured> absent =
                all.stream().filter(m -> m.value().isEmpty()).findFirst();
        Comparator<Measured> byValue = Comparator.comparingDouble(m -> m.value().orElseThrow());
        return absent.orElseGet(() -> all.stream()
                .max(check.operator().isUpperLimit() ? byValue : byValue.reversed())
                .orElseThrow());
    }
}
