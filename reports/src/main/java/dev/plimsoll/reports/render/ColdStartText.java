package dev.plimsoll.reports.render;

import dev.plimsoll.reports.coldstart.ColdStartReport;
import dev.plimsoll.reports.coldstart.ColdStartReport.Spread;
import dev.plimsoll.reports.quantities.Quantities;
import java.util.Locale;

/** Cold starts, for a terminal. */
public final class ColdStartText {
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final String ROW = "%-36s %10s %10s %10s %7s%n";

    private ColdStartText() {}

    /** The text. */
    public static String render(ColdStartReport report) {
        StringBuilder text = new StringBuilder();
        text.append(Terminal.clean(report.command()))
                .append("\npage cache: ")
                .append(report.cache())
                .append("\n\n")
                .append(String.format(Locale.ROOT, ROW, "", "median", "min", "max", "starts"));
        for (Spread spread : report.phases()) {
            text.append(String.format(
                    Locale.ROOT,
                    ROW,
                    spread.phase().words(),
                    time(spread.median()),
                    time(spread.min()),
                    time(spread.max()),
                    spread.count()));
        }
        if (!report.notes().isEmpty()) {
            text.append('\n');
            report.notes().forEach(note -> text.append(Terminal.clean(note)).append('\n'));
        }
        return text.toString();
    }

    private static String time(double seconds) {
        return Quantities.millis(seconds * MILLIS_PER_SECOND);
    }
}
