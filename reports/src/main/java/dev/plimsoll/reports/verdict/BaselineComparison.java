package dev.plimsoll.reports.verdict;

import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.baseline.Change;
import dev.plimsoll.reports.verdict.baseline.Contrast;
import dev.plimsoll.reports.verdict.estimate.Estimate;
import dev.plimsoll.reports.verdict.estimate.Interval;
import dev.plimsoll.reports.verdict.estimate.Measured;
import dev.plimsoll.reports.verdict.estimate.Subject;
import dev.plimsoll.scenarios.BaselineCheck;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One change from the baseline, measured: a {@link Contrast} of this run and the earlier ones, held against the check's
 * limits. With a relative and an absolute limit, a change fails beyond both and passes within one.
 */
final class BaselineComparison {
    private static final double PERCENT = 100;
    private static final double MOST_TIMES = 100;

    private final BaselineCheck check;
    private final double confidence;
    private final Measured now;
    private final List<Estimate> before = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final List<Limited> changes = new ArrayList<>();
    private Optional<Contrast> contrast = Optional.empty();

    /** A change, and how large it may be. */
    private record Limited(Change change, double limit, boolean relative) {}

    /** What was measured in one earlier run. */
    record Earlier(String run, Measured measured) {}

    /**
     * Of what was measured.
     *
     * @param now in this run
     * @param baseline in the earlier ones, the latest first
     * @param older what was measured in groups of older runs, which tell how much runs differ
     */
    BaselineComparison(
            BaselineCheck check, double confidence, Measured now, List<Earlier> baseline, List<List<Estimate>> older) {
        this.check = check;
        this.confidence = confidence;
        this.now = now;
        if (now.value().isEmpty() || !now.problem().isEmpty()) {
            return;
        }
        for (Earlier earlier : baseline) {
            Measured one = earlier.measured();
            if (one.value().isPresent() && one.problem().isEmpty()) {
                before.add(Estimate.of(one));
            } else {
                leftOut.add("run " + earlier.run() + " was left out: " + one.problem());
            }
        }
        if (!before.isEmpty()) {
            contrast = Optional.of(Contrast.of(before, List.of(Estimate.of(now)), older));
            contrast.ifPresent(this::measure);
        }
    }

    private void measure(Contrast found) {
        if (check.relative().isPresent() && found.before().value() != 0) {
            changes.add(new Limited(found.relative(), check.relative().getAsDouble(), true));
        }
        if (check.absolute().isPresent()) {
            changes.add(new Limited(found.absolute(), check.absolute().getAsDouble(), false));
        }
    }

    /** How probable so large a change is by chance: of two limits, both must be broken. NaN where no change was measured. */
    double chance() {
        return changes.stream()
                .mapToDouble(c -> c.change().chanceOfBreaking(check.operator(), c.limit()))
                .max()
                .orElse(Double.NaN);
    }

    /**
     * What becomes of the check.
     *
     * @param broken whether it is surely broken among all comparisons
     * @param family how many comparisons there are
     */
    Judged judged(boolean broken, int family) {
        if (now.value().isEmpty() || !now.problem().isEmpty()) {
            boolean none = now.value().isEmpty();
            return plain(none ? Verdict.CheckOutcome.NO_DATA : Verdict.CheckOutcome.UNDECIDED, now.problem());
        }
        if (contrast.isEmpty()) {
            return plain(Verdict.CheckOutcome.NO_DATA, "no earlier run can be compared with" + told());
        }
        return changes.isEmpty() ? ofZero() : ofChange(broken, family, contrast.get());
    }

    private Judged ofZero() {
        double value = now.value().orElseThrow();
        return value == 0
                ? plain(Verdict.CheckOutcome.PASS, "0 as in the baseline" + told())
                : plain(
                        Verdict.CheckOutcome.UNDECIDED,
                        Wording.value(value, check.metric().unit())
                                + " after 0 in the baseline; of 0 no share can be told, so give the check an absolute"
                                + " limit too, such as \"and +5ms\"" + told());
    }

    private Judged ofChange(boolean broken, int family, Contrast found) {
        boolean passes = changes.stream()
                .anyMatch(c -> Settlement.isKept(c.change().interval(confidence), check.operator(), c.limit()));
        boolean keeps =
                changes.stream().anyMatch(c -> check.operator().holds(c.change().value(), c.limit()));
        Verdict.CheckOutcome outcome = passes
                ? Verdict.CheckOutcome.PASS
                : broken ? Verdict.CheckOutcome.FAIL : Verdict.CheckOutcome.UNDECIDED;
        Limited shown = changes.getFirst();
        Interval interval = shown.change().interval(confidence);
        double scale = shown.relative() ? PERCENT : 1;
        Unit unit = shown.relative() ? Unit.PERCENT : check.metric().unit();
        return new Judged(
                new Verdict.Check(
                        check.expression(),
                        Verdict.Kind.BASELINE,
                        outcome,
                        Optional.of(shown.change().value() * scale),
                        unit.symbol(),
                        Optional.of(shown.limit() * scale),
                        interval.low().map(end -> end * scale),
                        interval.high().map(end -> end * scale),
                        interval.isUnknown() ? Optional.empty() : Optional.of(confidence),
                        now.samples(),
                        sentence(found, shown, outcome, family)),
                false,
                false,
                keeps,
                outcome == Verdict.CheckOutcome.UNDECIDED && isSettledByLoad());
    }

    private String sentence(Contrast found, Limited shown, Verdict.CheckOutcome outcome, int family) {
        double scale = shown.relative() ? PERCENT : 1;
        Unit unit = shown.relative() ? Unit.PERCENT : check.metric().unit();
        Interval interval = shown.change().interval(confidence);
        String ends = interval.isUnknown()
                ? "too little to tell how much it varies"
                : Wording.percent(confidence) + " interval "
                        + Wording.signed(interval.low().orElseThrow() * scale, unit) + " to "
                        + Wording.signed(interval.high().orElseThrow() * scale, unit);
        StringBuilder text = new StringBuilder(check.expression() + ": ");
        text.append(Wording.value(now.value().orElseThrow(), check.metric().unit()))
                .append(" after ")
                .append(Wording.value(found.before().value(), check.metric().unit()))
                .append(" in ")
                .append(earlier())
                .append(", a change of ")
                .append(Wording.signed(shown.change().value() * scale, unit))
                .append(" (")
                .append(ends)
                .append(", n = ")
                .append(Quantities.count(now.samples()))
                .append(')');
        if (outcome == Verdict.CheckOutcome.FAIL && family > 1) {
            text.append("; sure among all ").append(family).append(" comparisons (Holm)");
        }
        if (outcome == Verdict.CheckOutcome.UNDECIDED) {
            text.append("; ").append(settles(found, family));
        } else if (!found.spreadKnown()) {
            text.append("; how much runs of the same code differ is unknown after ")
                    .append(earlier());
        }
        return text.append(told()).toString();
    }

    private String earlier() {
        return before.size() == 1 ? "one earlier run" : before.size() + " earlier runs";
    }

    private String settles(Contrast found, int family) {
        boolean alone = changes.stream()
                .allMatch(c -> Settlement.isBroken(c.change().interval(confidence), check.operator(), c.limit()));
        if (alone && !found.spreadKnown()) {
            return "these runs differ, but how much runs of the same code differ is unknown after " + earlier()
                    + ", and " + Wording.percent(Contrast.ASSUMED_SPREAD)
                    + " is assumed; three earlier runs (gate.baseline.runs) would tell";
        }
        if (alone && family > 1) {
            return "alone it would be beyond the limit, but of " + family
                    + " comparisons one is so by chance too often (Holm); more earlier runs (gate.baseline.runs) would"
                    + " settle it";
        }
        Limited shown = changes.getFirst();
        if (shown.change().interval(confidence).isUnknown()) {
            return "a longer phase would settle it";
        }
        return settlesByLoad(found, shown);
    }

    /* This run becomes longer, and the earlier ones stay. */
    private String settlesByLoad(Contrast found, Limited shown) {
        OptionalDouble times = Settlement.times(
                t -> change(found.longer(t), shown.relative()).interval(confidence), check.operator(), shown.limit());
        if (times.isPresent() && times.getAsDouble() <= MOST_TIMES) {
            return "about " + Quantities.count((long) Math.max(2, Math.ceil(times.getAsDouble())))
                    + " times the load, or more earlier runs (gate.baseline.runs), would settle it if it stays so";
        }
        double left = Math.abs(shown.limit() - shown.change().value());
        double half = shown.change().interval(confidence).high().orElseThrow()
                - shown.change().value();
        return left * Math.sqrt(MOST_TIMES) < half
                ? "the limit is as good as met; no amount of load would settle it"
                : "what runs of the same code may differ by leaves it open; more earlier runs (gate.baseline.runs) would"
                        + " settle it, and longer ones would not";
    }

    /* Whether a longer run of the same kind could settle it while the estimate stays. */
    private boolean isSettledByLoad() {
        return contrast.isPresent()
                && changes.stream()
                        .anyMatch(c -> Settlement.times(
                                        t -> change(contrast.get().longer(t), c.relative())
                                                .interval(confidence),
                                        check.operator(),
                                        c.limit())
                                .isPresent());
    }

    /** How far the value strays from what the earlier runs foretell, in its unit, in all but 1 − share of runs of a side. */
    double strays(double share) {
        Limited first = changes.getFirst();
        double unit =
                first.relative() ? Math.abs(contrast.orElseThrow().before().value()) : 1;
        return unit * first.change().strays(share);
    }

    private static Change change(Contrast contrast, boolean relative) {
        return relative ? contrast.relative() : contrast.absolute();
    }

    private String told() {
        return leftOut.isEmpty() ? "" : "; " + String.join("; ", leftOut);
    }

    private Judged plain(Verdict.CheckOutcome outcome, String reason) {
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

    /** What the checks look at in a run, of those that have a value to rely on. */
    static Map<BaselineCheck, Estimate> estimates(List<BaselineCheck> checks, double confidence, RunResults run) {
        Map<BaselineCheck, Estimate> found = new HashMap<>();
        for (BaselineCheck check : checks) {
            Measured one = worst(check, confidence, run);
            if (one.value().isPresent() && one.problem().isEmpty()) {
                found.put(check, Estimate.of(one));
            }
        }
        return found;
    }

    /** Of several nodes, the one without a value, else one that is not to be relied on, else the worst. */
    static Measured worst(BaselineCheck check, double confidence, RunResults run) {
        Comparator<Measured> byValue = Comparator.comparingDouble(m -> m.value().orElse(Double.NaN));
        Comparator<Measured> order = Comparator.<Measured, Boolean>comparing(
                        m -> m.value().isEmpty())
                .thenComparing(m -> !m.problem().isEmpty())
                .thenComparing(check.operator().isUpperLimit() ? byValue : byValue.reversed());
        return Subject.of(check).measure(run, confidence).stream().max(order).orElseThrow();
    }
}
