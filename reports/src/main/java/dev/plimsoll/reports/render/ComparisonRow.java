package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.verdict.Comparison;
import java.util.Optional;

/** The cells of a row of a comparison, the same in text and HTML. Pure. */
final class ComparisonRow {
    private ComparisonRow() {}

    static String value(Comparison.Row row, Optional<Double> value) {
        Unit unit = Metrics.find(row.metric()).map(Metric::unit).orElse(Unit.COUNT);
        return value.map(v -> Quantities.value(v, unit)).orElse(Quantities.NONE);
    }

    static String change(Comparison.Row row) {
        return row.change().map(ComparisonRow::signed).orElse(Quantities.NONE);
    }

    static String interval(Comparison.Row row) {
        return row.low().isEmpty() || row.high().isEmpty()
                ? Quantities.NONE
                : signed(row.low().get()) + " … " + signed(row.high().get());
    }

    static String counts(Comparison.Row row) {
        return count(row.beforeCount()) + " / " + count(row.afterCount());
    }

    /** The word; with a question mark where runs of the same code may differ as much. */
    static String word(Comparison.Row row) {
        return row.word().label()
                + (row.differs() && !row.sure() ? "?" : "")
                + (row.caution().isEmpty() ? "" : " *");
    }

    static String style(Comparison.Row row) {
        return switch (row.word()) {
            case SLOWER -> "bad";
            case FASTER -> "good";
            case HIGHER, LOWER -> "unsure";
            default -> "aside";
        };
    }

    private static String count(long count) {
        return count == 0 ? Quantities.NONE : Quantities.count(count);
    }

    private static String signed(double percent) {
        return percent < 0
                ? "-" + Quantities.value(-percent, Unit.PERCENT)
                : "+" + Quantities.value(percent, Unit.PERCENT);
    }
}
