package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run as GitHub-flavoured Markdown that fits a comment on a pull request: at most 60 lines, whatever there is to
 * say. What a server or a scenario said can neither format the text nor break a table. Pure.
 */
public final class MarkdownReport {
    /** The most lines. */
    public static final int MAX_LINES = 60;

    /** The most characters: those of a comment on GitHub. */
    public static final int MAX_CHARACTERS = 65_536;

    private static final int MAX_REASONS = 3;
    private static final int MAX_CHECKS = 24;
    private static final int MAX_FIGURES = 8;
    private static final int MAX_ERRORS = 4;
    private static final int MAX_MOVED = 2;
    private static final int MAX_TEXT = 240;

    private MarkdownReport() {}

    /** The whole text of a run of whose events nothing is known. */
    public static String render(RunInfo info, Summary summary, Optional<Verdict> verdict, String place) {
        return render(info, summary, verdict, List.of(), place);
    }

    /**
     * The whole text.
     *
     * @param events what happened; the first ones that tell what moved are shown
     * @param place where the bundle is; empty where it is nowhere
     */
    public static String render(
            RunInfo info, Summary summary, Optional<Verdict> verdict, List<RunEvent> events, String place) {
        Headline headline = Headline.of(info, verdict);
        List<String> lines = new ArrayList<>();
        lines.add("## " + headline.sign() + " " + headline.word() + ": "
                + text(info.scenario().name()));
        lines.add("");
        headline.reasons().stream().limit(MAX_REASONS).forEach(reason -> lines.add("- " + text(reason)));
        if (headline.reasons().size() > MAX_REASONS) {
            lines.add("- … and " + (headline.reasons().size() - MAX_REASONS) + " more reasons");
        }
        verdict.ifPresent(v -> checks(lines, v));
        figures(lines, summary);
        errors(lines, summary);
        moved(lines, events);
        lines.add("");
        lines.add(footer(info, summary, place));
        return fitted(lines);
    }

    /** Takes the longest lines away until the rest fits; the heading always does. */
    private static String fitted(List<String> lines) {
        List<String> kept = new ArrayList<>(lines);
        String text = String.join("\n", kept) + "\n";
        while (text.length() > MAX_CHARACTERS) {
            kept.remove(kept.stream()
                    .skip(1)
                    .max(Comparator.comparingInt(String::length))
                    .orElseThrow());
            text = String.join("\n", kept) + "\n\nSome lines were too long for a comment; verdict.json has all.\n";
        }
        return text;
    }

    private static void checks(List<String> lines, Verdict verdict) {
        if (verdict.checks().isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("| | check | measured | limit | interval | n |");
        lines.add("|---|---|---:|---:|---:|---:|");
        /* What did not pass comes first: where there is no room, it is the passed ones that are left out. */
        List<Verdict.Check> sorted = new ArrayList<>(verdict.checks());
        sorted.sort((a, b) ->
                Boolean.compare(a.outcome() == Verdict.CheckOutcome.PASS, b.outcome() == Verdict.CheckOutcome.PASS));
        for (Verdict.Check check : sorted.subList(0, Math.min(MAX_CHECKS, sorted.size()))) {
            lines.add("| " + Headline.sign(check.outcome()) + " " + Headline.word(check.outcome()) + " | "
                    + text(check.expression()) + " | "
                    + check.measured().map(v -> Limit.value(check, v)).orElse(Quantities.NONE) + " | "
                    + check.limit().map(v -> Limit.value(check, v)).orElse(Quantities.NONE) + " | "
                    + Headline.interval(check).orElse(Quantities.NONE) + " | " + Quantities.count(check.samples())
                    + " |");
        }
        if (sorted.size() > MAX_CHECKS) {
            lines.add("");
            lines.add("… and " + (sorted.size() - MAX_CHECKS) + " more checks in verdict.json");
        }
    }

    private static void figures(List<String> lines, Summary summary) {
        List<Map.Entry<String, Summary.MetricSummary>> times =
                HtmlTables.ordered(summary.all().metrics()).entrySet().stream()
                        .filter(e -> e.getValue().unit().equals("ms"))
                        .limit(MAX_FIGURES)
                        .toList();
        if (times.isEmpty()) {
            lines.add("");
            lines.add("No request of a measured phase succeeded.");
            return;
        }
        lines.add("");
        lines.add("| measured phases | p50 | p95 | p99 | max | n |");
        lines.add("|---|---:|---:|---:|---:|---:|");
        for (Map.Entry<String, Summary.MetricSummary> entry : times) {
            Summary.MetricSummary metric = entry.getValue();
            lines.add("| " + text(entry.getKey()) + " | " + statistic(metric, "p50") + " | " + statistic(metric, "p95")
                    + " | "
                    + statistic(metric, "p99") + " | " + statistic(metric, "max") + " | "
                    + Quantities.count(metric.count()) + " |");
        }
        List<String> rates = new ArrayList<>();
        for (Metric metric : List.of(
                Metrics.OFFERED_RATE,
                Metrics.THROUGHPUT,
                Metrics.OUTPUT_THROUGHPUT,
                Metrics.GOODPUT_RATIO,
                Metrics.ERRORS_RATIO)) {
            Double value = summary.all().rates().get(metric.name());
            if (value != null) {
                String number = metric.unit() == Unit.RATIO ? Quantities.percent(value) : Quantities.rate(value) + "/s";
                rates.add("`" + metric.name() + "` " + number);
            }
        }
        if (!rates.isEmpty()) {
            lines.add("");
            lines.add(String.join(" · ", rates));
        }
    }

    private static void errors(List<String> lines, Summary summary) {
        List<Map.Entry<String, Long>> errors = Headline.errors(summary);
        if (errors.isEmpty()) {
            return;
        }
        List<String> parts = new ArrayList<>();
        errors.stream()
                .limit(MAX_ERRORS)
                .forEach(e -> parts.add(text(e.getKey()) + " " + Quantities.count(e.getValue())));
        if (errors.size() > MAX_ERRORS) {
            parts.add("and " + (errors.size() - MAX_ERRORS) + " more classes");
        }
        lines.add("");
        lines.add("Errors, warm-up included: " + String.join(" · ", parts));
    }

    private static void moved(List<String> lines, List<RunEvent> events) {
        List<RunEvent> moved = Moved.of(events);
        if (!moved.isEmpty()) {
            lines.add("");
            lines.add("What moved:");
            moved.stream().limit(MAX_MOVED).forEach(event -> lines.add("- " + text(event.sentence())));
            if (moved.size() > MAX_MOVED) {
                lines.add("- … and " + (moved.size() - MAX_MOVED) + " more findings in events.ndjson");
            }
        }
    }

    private static String footer(RunInfo info, Summary summary, String place) {
        List<String> parts = new ArrayList<>();
        parts.add("run " + text(info.run()));
        parts.add(text(String.join(", ", info.target().urls())));
        if (!info.target().model().isEmpty()) {
            parts.add(text(info.target().model()));
        }
        if (!info.target().vllmVersion().isEmpty()) {
            parts.add("vLLM " + text(info.target().vllmVersion()));
        }
        parts.add("generator " + text(Headline.generator(summary.generator())));
        if (!place.isEmpty()) {
            parts.add("bundle " + text(place));
        }
        return "<sub>" + String.join(" · ", parts) + "</sub>";
    }

    private static String statistic(Summary.MetricSummary metric, String name) {
        Double value = metric.statistics().get(name);
        return value == null || !Samples.suffice(metric.count(), name)
                ? Quantities.NONE
                : HtmlTables.value(value, metric);
    }

    /* On one line, and each character with a meaning in Markdown or HTML as itself. Mentions are broken up too. */
    private static String text(String raw) {
        String clean = Markup.clip(Terminal.clean(raw), MAX_TEXT);
        StringBuilder out = new StringBuilder(clean.length() + 16);
        for (int i = 0; i < clean.length(); i++) {
            char c = clean.charAt(i);
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '@' -> out.append("&#64;");
                case '\\', '|', '`', '*', '_', '[', ']', '#', '~', '!' ->
                    out.append('\\').append(c);
                default -> out.append(c);
            }
        }
        return out.toString();
    }
}
