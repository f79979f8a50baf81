package dev.plimsoll.reports.verdict;

import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.verdict.estimate.Measured;

/** Numbers in the sentences of checks. Pure. */
final class Wording {
    private static final double PERCENT = 100;

    private Wording() {}

    static String value(double value, Unit unit) {
        return Quantities.value(value, unit);
    }

    /** A change: a value with its sign. */
    static String signed(double value, Unit unit) {
        return value < 0 ? "-" + value(-value, unit) : "+" + value(value, unit);
    }

    static String percent(double share) {
        return Quantities.digits(share * PERCENT) + " %";
    }

    static String interval(Measured measured, Unit unit, double confidence) {
        String count = "n = " + Quantities.count(measured.samples());
        if (measured.fact() || measured.interval().isUnknown()) {
            return " (" + count + ")";
        }
        return " (" + percent(confidence) + " interval "
                + measured.low().map(v -> value(v, unit)).orElse("…") + " to "
                + measured.high().map(v -> value(v, unit)).orElse("…") + ", " + count + ")";
    }
}
