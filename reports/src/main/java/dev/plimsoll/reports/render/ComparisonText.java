package dev.plimsoll.reports.render;

import dev.plimsoll.reports.verdict.Comparison;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.List;

/** A comparison as text for a terminal. Pure. */
public final class ComparisonText {
    private static final int NARROWEST = 60;

    private ComparisonText() {}

    /**
     * The whole text, with a line break at its end.
     *
     * @param colour whether the terminal shows colours; without, there is no escape sequence in the text
     * @param width of a line; at least 60 is used
     */
    public static String render(Comparison comparison, boolean colour, int width) {
        Terminal terminal = new Terminal(colour);
        int columns = Math.max(NARROWEST, width);
        StringBuilder out = new StringBuilder();
        String style = comparison.comparable() ? "strong" : "unsure";
        line(out, terminal.paint(style, ComparisonWords.headline(comparison)));
        line(out, "  before  " + Terminal.wrap(ComparisonWords.side(comparison.before()), columns - 10, 10));
        line(out, "  after   " + Terminal.wrap(ComparisonWords.side(comparison.after()), columns - 10, 10));
        for (String difference : ComparisonWords.differences(comparison)) {
            line(out, "  differs " + Terminal.wrap(difference, columns - 10, 10));
        }
        line(out, "");
        table(out, comparison, terminal, columns);
        checks(out, comparison.checks(), terminal, columns);
        line(out, "");
        for (String sentence : ComparisonWords.sentences(comparison)) {
            line(out, Terminal.wrap(sentence, columns, 2));
        }
        return out.toString();
    }

    private static void table(StringBuilder out, Comparison comparison, Terminal terminal, int width) {
        if (ComparisonWords.rows(comparison).isEmpty()) {
            line(out, "there is nothing that both sides measured");
            return;
        }
        Columns table = new Columns()
                .column("metric", false, 0)
                .column("before", true, 0)
                .column("after", true, 0)
                .column("change", true, 0)
                .column("interval", true, 1)
                .column("n", true, 2)
                .column("", false, 0);
        for (Comparison.Row row : ComparisonWords.rows(comparison)) {
            table.row(
                    row.label(),
                    ComparisonRow.value(row, row.before()),
                    ComparisonRow.value(row, row.after()),
                    ComparisonRow.change(row),
                    ComparisonRow.interval(row),
                    ComparisonRow.counts(row),
                    ComparisonRow.word(row));
        }
        List<String> lines = table.lines(width, 0);
        line(out, terminal.paint("soft", lines.getFirst()));
        for (int i = 1; i < lines.size(); i++) {
            String style = ComparisonRow.style(ComparisonWords.rows(comparison).get(i - 1));
            line(out, style.equals("aside") ? lines.get(i) : terminal.paint(style, lines.get(i)));
        }
    }

    private static void checks(StringBuilder out, List<Verdict.Check> checks, Terminal terminal, int width) {
        if (checks.isEmpty()) {
            return;
        }
        line(out, "");
        for (Verdict.Check check : checks) {
            String outcome = Headline.sign(check.outcome()) + " " + Headline.word(check.outcome());
            line(
                    out,
                    terminal.paint(Headline.style(check.outcome()), outcome) + "  "
                            + Terminal.wrap(check.sentence(), width - outcome.length() - 2, outcome.length() + 2));
        }
    }

    private static void line(StringBuilder out, String line) {
        out.append(line).append('\n');
    }
}
