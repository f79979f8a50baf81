package dev.plimsoll.reports.verdict;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.reports.verdict.estimate.Interval;
import dev.plimsoll.reports.verdict.estimate.Measured;
import dev.plimsoll.scenarios.Operator;
import java.util.Locale;
import java.util.OptionalDouble;

/** What would settle an undecided check: how long a measurement of the same kind takes. Pure. */
final class Settlement {
    private static final double LONGEST = 1 << 20;
    private static final double DIGITS = 1000;
    private static final double EXACT = 1e-6;

    private Settlement() {}

    /**
     * How many times as long a measurement it takes for the interval to leave the limit, if the estimate stays.
     *
     * @return at least 1; nothing where no reasonable length would do
     */
    static OptionalDouble times(Measured.Outlook outlook, Operator operator, double limit) {
        double enough = 1;
        while (!isDecided(outlook.after(enough), operator, limit)) {
            enough *= 2;
            if (enough > LONGEST) {
                return OptionalDouble.empty();
            }
        }
        double tooFew = enough / 2;
        while (enough - tooFew > EXACT * enough) {
            double middle = (enough + tooFew) / 2;
            if (isDecided(outlook.after(middle), operator, limit)) {
                enough = middle;
            } else {
                tooFew = middle;
            }
        }
        return OptionalDouble.of(Math.max(1, enough));
    }

    /** Whether the interval keeps the limit as a whole. */
    static boolean isKept(Interval interval, Operator operator, double limit) {
        return (operator.isUpperLimit() ? interval.high() : interval.low())
                .filter(end -> operator.holds(end, limit))
                .isPresent();
    }

    /** Whether the interval breaks the limit as a whole. */
    static boolean isBroken(Interval interval, Operator operator, double limit) {
        return (operator.isUpperLimit() ? interval.low() : interval.high())
                .filter(end -> !operator.holds(end, limit))
                .isPresent();
    }

    private static boolean isDecided(Interval interval, Operator operator, double limit) {
        return isKept(interval, operator, limit) || isBroken(interval, operator, limit);
    }

    /** A clause such as {@code about 368 requests would settle it}; three digits, rounded up. */
    static String about(double needed, Metric metric) {
        double whole = Math.ceil(needed * (1 - EXACT));
        double step = Math.pow(10, Math.max(0, Math.ceil(Math.log10(Math.max(1, whole) / DIGITS))));
        return String.format(
                Locale.ROOT, "about %,d %s would settle it", (long) (Math.ceil(whole / step) * step), counted(metric));
    }

    /** What a metric's values are counted in. */
    static String counted(Metric metric) {
        if (metric.kind() == Metric.Kind.NODE) {
            return "samples";
        }
        return metric.equals(Metrics.ITL) || metric.equals(Metrics.CHUNK_GAP) ? "values" : "requests";
    }
}
