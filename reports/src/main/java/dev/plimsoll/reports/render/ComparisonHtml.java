package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.ValueCounts;
import dev.plimsoll.reports.verdict.ComparedRun;
import dev.plimsoll.reports.verdict.Comparison;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A comparison as one HTML file that asks for nothing outside itself, in the style of a run's report. Pure. */
public final class ComparisonHtml {
    private static final int MAX_SENTENCE = 600;
    private static final List<Metric> SPECTRA = List.of(
            Metrics.LATENCY,
            Metrics.SERVICE_TIME,
            Metrics.TTFT,
            Metrics.TTFT_SERVICE,
            Metrics.TPOT,
            Metrics.ITL,
            Metrics.CHUNK_GAP);
    private static final int MOST_LINES = 6;

    /* A run's id in full. */
    private static final int LONGEST_NAME = 28;

    private ComparisonHtml() {}

    /**
     * The whole file.
     *
     * @param before the earlier runs, for their spectra
     * @param after the later runs
     */
    public static String render(Comparison comparison, List<ComparedRun> before, List<ComparedRun> after) {
        Markup out = new Markup();
        out.trusted("<!DOCTYPE html>\n");
        out.open("html", "lang", "en");
        head(out, comparison);
        out.open("body").open("main");
        header(out, comparison);
        table(out, comparison);
        checks(out, comparison.checks());
        spectra(out, before, after);
        out.line().open("section").element("h2", "How to read this");
        ComparisonWords.sentences(comparison).forEach(sentence -> out.element("p", sentence));
        out.close().close().close().close().line();
        return out.finish();
    }

    private static void head(Markup out, Comparison comparison) {
        out.line().open("head");
        out.empty("meta", "charset", "utf-8");
        out.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        out.empty("link", "rel", "icon", "href", "data:,");
        out.element(
                "title",
                ComparisonWords.headline(comparison) + ": "
                        + comparison.before().getFirst().name() + " and "
                        + comparison.after().getFirst().name() + " – Plimsoll");
        out.open("style").trusted("\n" + Markup.resource("report.css")).close();
        out.close().line();
    }

    private static void header(Markup out, Comparison comparison) {
        out.open("header", "class", style(comparison));
        out.element("h1", ComparisonWords.headline(comparison));
        for (Verdict.Check check : comparison.checks()) {
            if (check.outcome() != Verdict.CheckOutcome.PASS) {
                String said = Headline.sign(check.outcome()) + " " + Headline.word(check.outcome()) + ": ";
                out.open("p", "class", "reason")
                        .element("strong", said + Markup.clip(check.sentence(), MAX_SENTENCE))
                        .close();
            }
        }
        for (String difference : ComparisonWords.differences(comparison)) {
            out.open("p", "class", "reason")
                    .element("strong", Markup.clip(difference, MAX_SENTENCE))
                    .close();
        }
        out.open("table", "class", "facts", "cellpadding", "3");
        fact(out, "before", ComparisonWords.side(comparison.before()));
        fact(out, "after", ComparisonWords.side(comparison.after()));
        out.close().close();
    }

    /** As the exit code has it: a limit that is surely broken, then what cannot be told. */
    private static String style(Comparison comparison) {
        List<Verdict.CheckOutcome> outcomes =
                comparison.checks().stream().map(Verdict.Check::outcome).toList();
        if (outcomes.contains(Verdict.CheckOutcome.FAIL)) {
            return "bad";
        }
        boolean told = outcomes.stream().allMatch(Verdict.CheckOutcome.PASS::equals);
        return comparison.comparable() && told ? "" : "unsure";
    }

    private static void fact(Markup out, String name, String value) {
        out.open("tr").element("th", name, "scope", "row", "align", "left");
        out.element("td", Markup.clip(value, 2000)).close();
    }

    private static void table(Markup out, Comparison comparison) {
        out.line().open("section").element("h2", "Changes");
        if (ComparisonWords.rows(comparison).isEmpty()) {
            out.element("p", "There is nothing that both sides measured.").close();
            return;
        }
        HtmlTables.begin(
                out,
                "metric",
                "seen",
                "change",
                "interval (" + Quantities.percent(comparison.confidence()) + ")",
                "before",
                "after",
                "n before / after");
        for (Comparison.Row row : ComparisonWords.rows(comparison)) {
            out.open("tr", "class", ComparisonRow.style(row));
            out.open("td").element("code", row.label()).close();
            out.element("td", ComparisonRow.word(row), "class", "outcome");
            HtmlTables.number(out, ComparisonRow.change(row));
            HtmlTables.number(out, ComparisonRow.interval(row));
            HtmlTables.number(out, ComparisonRow.value(row, row.before()));
            HtmlTables.number(out, ComparisonRow.value(row, row.after()));
            HtmlTables.number(out, ComparisonRow.counts(row));
            out.close();
        }
        HtmlTables.end(out);
        out.close();
    }

    private static void checks(Markup out, List<Verdict.Check> checks) {
        if (checks.isEmpty()) {
            return;
        }
        out.line().open("section").element("h2", "Limits");
        HtmlTables.begin(out, "outcome", "limit", "finding");
        for (Verdict.Check check : checks) {
            out.open("tr", "class", Headline.style(check.outcome()));
            out.element(
                    "td", Headline.sign(check.outcome()) + " " + Headline.word(check.outcome()), "class", "outcome");
            out.open("td").element("code", check.expression()).close();
            out.element("td", Markup.clip(check.sentence(), MAX_SENTENCE), "class", "finding")
                    .close();
        }
        HtmlTables.end(out);
        out.close();
    }

    private static void spectra(Markup out, List<ComparedRun> before, List<ComparedRun> after) {
        out.line().open("section").element("h2", "Percentile spectra");
        int length = out.length();
        for (Metric metric : SPECTRA) {
            List<SpectrumChart.Line> lines = new ArrayList<>();
            lines(before, metric, "before ", lines);
            lines(after, metric, "after ", lines);
            if (lines.size() > 1) {
                new SpectrumChart(List.of())
                        .render(
                                out,
                                "Percentile spectrum of " + metric.name() + ": " + metric.definition(),
                                metric.name(),
                                lines.subList(0, Math.min(MOST_LINES, lines.size())));
            }
        }
        if (out.length() == length) {
            out.element("p", "No metric has values on both sides to draw.");
        }
        out.close();
    }

    private static void lines(List<ComparedRun> runs, Metric metric, String side, List<SpectrumChart.Line> lines) {
        for (ComparedRun run : runs) {
            ValueCounts values = run.results()
                    .map(results -> results.total(Optional.empty()).values(Optional.empty(), metric))
                    .orElse(ValueCounts.NONE);
            if (values.total() > 0) {
                lines.add(new SpectrumChart.Line(side + Markup.clip(run.name(), LONGEST_NAME), values));
            }
        }
    }
}
