package dev.plimsoll.reports.verdict;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.WindowMetrics;
import dev.plimsoll.scenarios.Operator;
import dev.plimsoll.scenarios.Threshold;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Judges one threshold.
 *
 * <p>It passes when the whole interval keeps the limit and fails when the whole interval breaks it. A share of requests of
 * which no single one broke it passes as observed, once there are so many requests (1 / allowed share) that one that did
 * would not have gone beyond the limit; an allowed share of 0 is always judged as observed.
 */
final class ThresholdCheck {
    private static final double PERCENT = 100;
    private static final double MOST_WORTH_TELLING = 1e9;

    private final Threshold threshold;
    private final Subject subject;
    private final double confidence;

    ThresholdCheck(Threshold threshold, double confidence) {
        this.threshold = threshold;
        this.subject = Subject.of(threshold);
        this.confidence = confidence;
    }

    Judged judge(RunResults results) {
        List<Measured> all = subject.measure(results, confidence);
        Comparator<Measured> worst = Comparator.<Measured>comparingInt(m -> severity(outcome(m)))
                .thenComparingDouble(m -> m.value()
                        .map(v -> threshold.operator().isUpperLimit() ? v : -v)
                        .orElse(Double.NEGATIVE_INFINITY));
        Measured measured = all.stream().max(worst).orElseThrow();
        Verdict.CheckOutcome outcome = outcome(measured);
        boolean keeps = measured.value().isPresent()
                && measured.problem().isEmpty()
                && threshold.operator().holds(measured.value().get(), threshold.limit());
        return new Judged(check(measured, outcome), isSure(results), keeps);
    }

    /* What the generator cannot have caused: readings of nodes, and answers that say the target failed. */
    private boolean isSure(RunResults results) {
        Metric metric = threshold.metric();
        if (metric.kind() == Metric.Kind.NODE) {
            return !metric.name().startsWith("generator.") && !metric.name().equals(RunResults.IN_FLIGHT);
        }
        return metric.name().equals("errors.ratio")
                && outcome(subject.targetErrors(results, confidence)) == Verdict.CheckOutcome.FAIL;
    }

    Verdict.CheckOutcome outcome(Measured measured) {
        Operator operator = threshold.operator();
        double limit = threshold.limit();
        if (measured.value().isEmpty()) {
            return Verdict.CheckOutcome.NO_DATA;
        }
        if (!measured.problem().isEmpty()) {
            return Verdict.CheckOutcome.UNDECIDED;
        }
        double value = measured.value().get();
        if (measured.fact()) {
            return operator.holds(value, limit) ? Verdict.CheckOutcome.PASS : Verdict.CheckOutcome.FAIL;
        }
        if (isFlawless(value)) {
            boolean enough = operator.holds(value, limit)
                    && (allowedShare() == 0 || measured.samples() * allowedShare() >= 1 - 1e-9);
            return enough ? Verdict.CheckOutcome.PASS : Verdict.CheckOutcome.UNDECIDED;
        }
        Optional<Double> worse = operator.isUpperLimit() ? measured.high() : measured.low();
        Optional<Double> better = operator.isUpperLimit() ? measured.low() : measured.high();
        if (worse.isPresent() && operator.holds(worse.get(), limit)) {
            return Verdict.CheckOutcome.PASS;
        }
        if (better.isPresent() && !operator.holds(better.get(), limit)) {
            return Verdict.CheckOutcome.FAIL;
        }
        return Verdict.CheckOutcome.UNDECIDED;
    }

    private boolean isShare() {
        return threshold.metric().kind() == Metric.Kind.WINDOW && WindowMetrics.isRatio(threshold.metric());
    }

    private boolean isFlawless(double share) {
        return isShare() && share == (threshold.operator().isUpperLimit() ? 0 : 1);
    }

    private double allowedShare() {
        return threshold.operator().isUpperLimit() ? threshold.limit() : 1 - threshold.limit();
    }

    private static int severity(Verdict.CheckOutcome outcome) {
        return switch (outcome) {
            case PASS -> 0;
            case UNDECIDED -> 1;
            case NO_DATA -> 2;
            case FAIL -> 3;
        };
    }

    private Verdict.Check check(Measured measured, Verdict.CheckOutcome outcome) {
        boolean interval = !measured.fact()
                && (measured.low().isPresent() || measured.high().isPresent());
        return new Verdict.Check(
                threshold.expression(),
                Verdict.Kind.THRESHOLD,
                outcome,
                measured.value(),
                threshold.metric().unit().symbol(),
                Optional.of(threshold.limit()),
                measured.low(),
                measured.high(),
                interval ? Optional.of(confidence) : Optional.empty(),
                measured.samples(),
                sentence(measured, outcome));
    }

    private String sentence(Measured measured, Verdict.CheckOutcome outcome) {
        if (measured.value().isEmpty()) {
            return threshold.expression() + ": " + measured.problem();
        }
        Unit unit = threshold.metric().unit();
        String name = threshold.metric().name()
                + threshold.statistic().map(s -> "." + s).orElse("")
                + (measured.where().isEmpty()
                        ? threshold.on().map(on -> " on " + on).orElse("")
                        : " on " + measured.where())
                + threshold.phase().map(p -> " in " + p).orElse("");
        String text = name + " " + Wording.value(measured.value().get(), unit) + ", limit "
                + threshold.operator().symbol() + " " + Wording.value(threshold.limit(), unit)
                + Wording.interval(measured, unit, confidence);
        if (!measured.problem().isEmpty()) {
            return text + "; " + measured.problem();
        }
        return outcome == Verdict.CheckOutcome.UNDECIDED ? text + "; " + settles(measured) : text;
    }

    private String settles(Measured measured) {
        double value = measured.value().orElseThrow();
        if (isFlawless(value) && allowedShare() > 0) {
            return about(1 / allowedShare(), "requests");
        }
        Optional<Double> worse = threshold.operator().isUpperLimit() ? measured.high() : measured.low();
        double distance = Math.abs(value - threshold.limit());
        if (worse.isEmpty()) {
            return fewest();
        }
        boolean keeps = threshold.operator().holds(value, threshold.limit());
        double half = Math.abs(
                (keeps == threshold.operator().isUpperLimit() ? measured.high() : measured.low()).orElse(Double.NaN)
                        - value);
        double needed = measured.samples() * (half / distance) * (half / distance);
        if (!(needed < MOST_WORTH_TELLING)) {
            return "the limit is as good as met; no amount of load would settle it";
        }
        return about(Math.max(needed, measured.samples() + 1.0), "values");
    }

    private String fewest() {
        boolean percentile = threshold
                .statistic()
                .filter(s -> s.kind() == Statistic.Kind.PERCENTILE)
                .isPresent();
        if (!percentile) {
            return "too few intervals to tell how much it varies; a longer phase would settle it";
        }
        double share = threshold.statistic().orElseThrow().percentile() / PERCENT;
        double rarer = threshold.operator().isUpperLimit() ? share : 1 - share;
        return about(Math.ceil(Math.log((1 - confidence) / 2) / Math.log(rarer)), "independent values");
    }

    private static String about(double needed, String what) {
        return String.format(Locale.ROOT, "about %,d %s would settle it", (long) Math.ceil(needed - 1e-6), what);
    }
}
