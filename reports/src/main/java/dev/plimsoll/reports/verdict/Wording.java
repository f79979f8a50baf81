package dev.plimsoll.reports.verdict;

import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.render.Quantities;
import java.util.Locale;

/** Numbers in the sentences of checks. Pure. */
final class Wording {
    private static final double PERCENT = 100;

    private Wording() {}

    static String value(double value, Unit unit) {
        return Quantities.value(value, unit);
    }

    static String interval(Measured measured, Unit unit, double confidence) {
        String count = String.format(Locale.ROOT, "n = %,d", measured.samples());
        if (measured.fact() || (measured.low().isEmpty() && measured.high().isEmpty())) {
            return " (" + count + ")";
        }
        return String.format(
                Locale.ROOT,
                " (%s %% interval %s to %s, %s)",
                Quantities.digits(confidence * PERCENT),
                measured.low().map(v -> value(v, unit)).orElse("…"),
                measured.high().map(v -> value(v, unit)).orElse("…"),
                count);
    }
}
