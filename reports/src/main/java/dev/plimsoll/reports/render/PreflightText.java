package dev.plimsoll.reports.render;

import dev.plimsoll.reports.preflight.Check;
import dev.plimsoll.reports.preflight.Outcome;
import dev.plimsoll.reports.preflight.PreflightReport;
import java.util.List;

/** A look before a measurement, for a terminal: what is wrong with its reason and repair first, then the rest on a line each. */
public final class PreflightText {
    private static final List<Outcome> ORDER = List.of(Outcome.FAIL, Outcome.WARN, Outcome.UNKNOWN, Outcome.OK);
    private static final int INDENT = 10;

    private PreflightText() {}

    /**
     * The text.
     *
     * @param colour whether it has colours
     * @param width of a line, in characters
     */
    public static String render(PreflightReport report, boolean colour, int width) {
        Terminal terminal = new Terminal(colour);
        StringBuilder text = new StringBuilder();
        for (Outcome outcome : ORDER) {
            for (Check check : report.of(outcome)) {
                append(text, check, terminal, width);
            }
        }
        for (PreflightReport.Seen seen : report.nodes()) {
            String host = seen.host().isEmpty() ? "" : " on " + seen.host();
            line(text, seen.node() + ": looked at by " + seen.by() + host, width);
        }
        text.append(terminal.paint("strong", report.counts())).append('\n');
        return text.toString();
    }

    private static void append(StringBuilder text, Check check, Terminal terminal, int width) {
        String mark = terminal.paint(
                style(check.outcome()), String.format("%-8s", check.outcome().label()));
        text.append(mark).append("  ");
        boolean bad = check.outcome() == Outcome.FAIL || check.outcome() == Outcome.WARN;
        String head = check.id() + " on " + check.node() + ": " + check.found();
        line(text, bad ? head + "; wanted: " + check.wanted() : head, width);
        if (bad) {
            text.append(" ".repeat(INDENT));
            line(text, check.why(), width);
            text.append(" ".repeat(INDENT));
            line(text, "Repair: " + check.repair(), width);
        }
    }

    private static void line(StringBuilder text, String words, int width) {
        text.append(Terminal.wrap(words, width - INDENT, INDENT)).append('\n');
    }

    private static String style(Outcome outcome) {
        return switch (outcome) {
            case OK -> "good";
            case WARN -> "unsure";
            case FAIL -> "bad";
            case UNKNOWN -> "soft";
        };
    }
}
