package dev.plimsoll.reports.verdict;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.WindowMetrics;
import dev.plimsoll.reports.verdict.estimate.Level;
import dev.plimsoll.reports.verdict.estimate.Measured;
import dev.plimsoll.reports.verdict.estimate.PercentileRanks;
import dev.plimsoll.reports.verdict.estimate.ShareInterval;
import dev.plimsoll.reports.verdict.estimate.Subject;
import dev.plimsoll.scenarios.Operator;
import dev.plimsoll.scenarios.Threshold;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Judges one threshold.
 *
 * <p>It passes when the whole interval keeps the limit and fails when the whole interval breaks it. A share of requests of
 * which no single one counts against it passes as observed, once there are so many requests (1 / allowed share) that one
 * that did would not have gone beyond the limit; an allowed share of 0 is always judged as observed. A percentile of
 * requests of which none lies beyond its upper limit passes as observed once independent ones would have sufficed: that
 * slow requests come together tells how far the percentile may move, and nothing of a limit that none came to. Errors fail
 * as observed, too, when so many are no chance among independent requests: that they came all at once widens the interval,
 * and excuses none of them.
 */
final class ThresholdCheck {
    private static final double ROUNDING = 1e-9;

    private final Threshold threshold;
    private final Subject subject;
    private final Level level;

    ThresholdCheck(Threshold threshold, double confidence) {
        this(threshold, Level.fixed(confidence));
    }

    ThresholdCheck(Threshold threshold, Level level) {
        this.threshold = threshold;
        this.subject = Subject.of(threshold);
        this.level = level;
    }

    /**
     * What was found.
     *
     * @param measured on the worst node, or of all
     * @param outcome what becomes of the check
     */
    record Finding(Measured measured, Verdict.CheckOutcome outcome) {}

    Judged judge(RunResults results) {
        Finding finding = find(results);
        Measured measured = finding.measured();
        boolean keeps = measured.value().isPresent()
                && measured.problem().isEmpty()
                && threshold.operator().holds(measured.value().get(), threshold.limit());
        boolean failed = finding.outcome() == Verdict.CheckOutcome.FAIL;
        return new Judged(
                check(finding),
                failed && isOfTheTarget(results),
                failed && (isUpperLimitOfEndedRequests() || isOfTheTarget(results)),
                keeps);
    }

    Finding find(RunResults results) {
        Comparator<Measured> worst = Comparator.<Measured>comparingInt(m -> severity(outcome(m)))
                .thenComparingDouble(m -> m.value()
                        .map(v -> threshold.operator().isUpperLimit() ? v : -v)
                        .orElse(Double.NEGATIVE_INFINITY));
        Measured measured = subject.measure(results, level).stream().max(worst).orElseThrow();
        Verdict.CheckOutcome outcome = outcome(measured);
        boolean untouched = outcome == Verdict.CheckOutcome.UNDECIDED && isUntouched(results, measured);
        return new Finding(measured, untouched ? Verdict.CheckOutcome.PASS : outcome);
    }

    /**
     * Whether neither the generator nor a missing part of the run can have caused the failure: too much on a node, and
     * answers by which the target said that it failed. A node that does too little may have had too little to do.
     */
    boolean isOfTheTarget(RunResults results) {
        Metric metric = threshold.metric();
        if (!threshold.operator().isUpperLimit()) {
            return false;
        }
        if (metric.kind() == Metric.Kind.NODE) {
            return !metric.name().startsWith("generator.") && !metric.name().equals(RunResults.IN_FLIGHT);
        }
        return metric.equals(Metrics.ERRORS_RATIO)
                && outcome(subject.targetErrors(results, level)) == Verdict.CheckOutcome.FAIL;
    }

    /* What had not ended when a run broke off would have taken longer still. */
    private boolean isUpperLimitOfEndedRequests() {
        return threshold.metric().kind() == Metric.Kind.REQUEST
                && !threshold.metric().equals(Metrics.FAILED_LATENCY)
                && threshold.operator().isUpperLimit();
    }

    private Verdict.CheckOutcome outcome(Measured measured) {
        Operator operator = threshold.operator();
        double limit = threshold.limit();
        if (measured.value().isEmpty()) {
            return Verdict.CheckOutcome.NO_DATA;
        }
        if (!measured.problem().isEmpty()) {
            return Verdict.CheckOutcome.UNDECIDED;
        }
        double value = measured.value().get();
        if (isFlawless(value)) {
            boolean enough = operator.holds(value, limit)
                    && (allowedShare() == 0 || measured.samples() * allowedShare() >= 1 - ROUNDING);
            return enough ? Verdict.CheckOutcome.PASS : Verdict.CheckOutcome.UNDECIDED;
        }
        if (Settlement.isKept(measured.interval(), operator, limit)) {
            return Verdict.CheckOutcome.PASS;
        }
        return Settlement.isBroken(measured.interval(), operator, limit) || isTooManyErrors(measured, value)
                ? Verdict.CheckOutcome.FAIL
                : Verdict.CheckOutcome.UNDECIDED;
    }

    private boolean isTooManyErrors(Measured measured, double value) {
        return threshold.metric().equals(Metrics.ERRORS_RATIO)
                && threshold.operator().isUpperLimit()
                && !threshold
                        .operator()
                        .holds(
                                ShareInterval.of(value, (double) measured.samples(), level)
                                        .low(),
                                threshold.limit());
    }

    /* Whether no request lies beyond the upper limit of a percentile, and there are enough of them. */
    private boolean isUntouched(RunResults results, Measured measured) {
        Optional<Statistic> wanted = threshold.statistic().filter(s -> s.kind() == Statistic.Kind.PERCENTILE);
        if (wanted.isEmpty()
                || threshold.metric().kind() != Metric.Kind.REQUEST
                || !threshold.operator().isUpperLimit()
                || !measured.problem().isEmpty()
                || measured.samples() < PercentileRanks.fewest(wanted.get().percentile() / 100, level.promised())) {
            return false;
        }
        return subject.largest(results)
                .map(value -> threshold.operator().holds(value, threshold.limit()))
                .orElse(false);
    }

    private boolean isFlawless(double value) {
        return threshold.metric().kind() == Metric.Kind.WINDOW
                && WindowMetrics.isRatio(threshold.metric())
                && value == (threshold.operator().isUpperLimit() ? 0 : 1);
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

    Verdict.Check check(Finding finding) {
        Measured measured = finding.measured();
        boolean interval = !measured.fact() && !measured.interval().isUnknown();
        return new Verdict.Check(
                threshold.expression(),
                Verdict.Kind.THRESHOLD,
                finding.outcome(),
                measured.value(),
                threshold.metric().unit().symbol(),
                Optional.of(threshold.limit()),
                measured.low(),
                measured.high(),
                interval ? Optional.of(level.promised()) : Optional.empty(),
                measured.samples(),
                sentence(measured, finding.outcome()));
    }

    private String sentence(Measured measured, Verdict.CheckOutcome outcome) {
        if (measured.value().isEmpty()) {
            return threshold.expression() + ": " + measured.problem();
        }
        double value = measured.value().get();
        Unit unit = threshold.metric().unit();
        String name = threshold.metric().name()
                + threshold.statistic().map(s -> "." + s).orElse("")
                + (measured.where().isEmpty()
                        ? threshold.on().map(on -> " on " + on).orElse("")
                        : " on " + measured.where())
                + threshold.phase().map(p -> " in " + p).orElse("");
        String text = name + " " + Wording.value(value, unit) + ", limit "
                + threshold.operator().symbol() + " " + Wording.value(threshold.limit(), unit)
                + Wording.interval(measured, unit, level.promised());
        if (!measured.problem().isEmpty()) {
            return text + "; " + measured.problem();
        }
        Operator operator = threshold.operator();
        if (outcome == Verdict.CheckOutcome.PASS
                && !Settlement.isKept(measured.interval(), operator, threshold.limit())) {
            return text + "; judged as observed, for no request counts against it";
        }
        if (outcome == Verdict.CheckOutcome.FAIL
                && !Settlement.isBroken(measured.interval(), operator, threshold.limit())) {
            return text + "; judged as observed, for errors that come all at once are errors";
        }
        return outcome == Verdict.CheckOutcome.UNDECIDED ? text + "; " + settles(measured, value) : text;
    }

    private String settles(Measured measured, double value) {
        Metric metric = threshold.metric();
        if (isFlawless(value) && allowedShare() > 0) {
            return "no request counts against it, but one more might; "
                    + Settlement.about(1 / allowedShare(), metric)
                    + " if it stays so";
        }
        if (measured.outlook().equals(Measured.Outlook.NONE)) {
            return "too few intervals to tell how much it varies; a longer phase would settle it";
        }
        OptionalDouble times = Settlement.times(measured.outlook(), threshold.operator(), threshold.limit());
        if (times.isEmpty()) {
            return "the limit is as good as met; no amount of load would settle it";
        }
        String needed =
                Settlement.about(Math.max(measured.samples() + 1.0, measured.samples() * times.getAsDouble()), metric)
                        + " if it stays so";
        boolean keeps = threshold.operator().holds(value, threshold.limit());
        boolean open = (keeps == threshold.operator().isUpperLimit() ? measured.high() : measured.low()).isEmpty();
        return open
                ? Quantities.count(measured.samples()) + " " + Settlement.counted(metric) + " are too few to bound a "
                        + threshold.statistic().map(Statistic::toString).orElse("") + "; " + needed
                : needed;
    }
}
