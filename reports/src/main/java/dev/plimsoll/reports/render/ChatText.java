package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.Summary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A run against a language model's endpoint as one table: its times, tokens and what was good of it. Pure. */
public final class ChatText {
    private static final Map<String, Metric> TIMES = times();
    private static final List<String> STATISTICS = List.of("mean", "p50", "p90", "p99", "max");
    private static final int LABEL = 11;

    private final Terminal terminal;
    private final int width;
    private final StringBuilder out = new StringBuilder();

    private ChatText(boolean colour, int width) {
        terminal = new Terminal(colour);
        this.width = width;
    }

    private static Map<String, Metric> times() {
        Map<String, Metric> times = new LinkedHashMap<>();
        times.put("TTFT", Metrics.TTFT);
        times.put("ITL", Metrics.ITL);
        times.put("TPOT", Metrics.TPOT);
        times.put("latency", Metrics.LATENCY);
        return times;
    }

    /**
     * The whole text, with a line break at its end.
     *
     * @param load what was sent, such as {@code 10 s, 5/s, 256 tokens in, 64 out}
     * @param objectives what a good request meets, such as {@code ttft ≤ 500 ms}; empty when every success is good
     * @param info the run
     * @param summary its figures
     * @param events for examples of errors
     * @param colour whether the terminal shows colours
     * @param width of a line
     */
    public static String render(
            String load,
            String objectives,
            RunInfo info,
            Summary summary,
            List<RunEvent> events,
            boolean colour,
            int width) {
        ChatText text = new ChatText(colour, width);
        text.head(load, info);
        text.table(summary.all());
        text.totals(summary.all(), objectives);
        text.errors(summary, events);
        text.generator(summary.generator());
        return text.out.toString();
    }

    private void head(String load, RunInfo info) {
        List<String> facts =
                new ArrayList<>(List.of(String.join(", ", info.target().urls())));
        if (!info.target().model().isEmpty()) {
            facts.add(info.target().model());
        }
        if (!info.target().vllmVersion().isEmpty()) {
            facts.add("vLLM " + info.target().vllmVersion());
        }
        line(terminal.paint("strong", Terminal.wrap(String.join(" · ", facts), width, 2)));
        line(terminal.paint("soft", Terminal.wrap(load, width, 2)));
        if (info.status() != RunInfo.Status.FINISHED) {
            String reason = info.reason().isBlank() ? "" : ": " + info.reason();
            line(terminal.paint("unsure", Terminal.wrap("! " + info.status().label() + reason, width, 2)));
        }
        info.notes().forEach(note -> line("note: " + Terminal.wrap(note, width - 6, 6)));
        line("");
    }

    private void table(Summary.Figures figures) {
        Columns table = new Columns().column("", false, 0).column("n", true, 2);
        for (String statistic : STATISTICS) {
            table.column(statistic, true, statistic.equals("mean") ? 1 : 0);
        }
        TIMES.forEach((label, metric) -> {
            Optional<Summary.MetricSummary> values =
                    Optional.ofNullable(figures.metrics().get(metric.name()));
            List<String> cells = new ArrayList<>();
            cells.add(label);
            cells.add(Quantities.count(values.map(Summary.MetricSummary::count).orElse(0L)));
            for (String statistic : STATISTICS) {
                cells.add(values.flatMap(some -> shown(some, statistic)).orElse(Quantities.NONE));
            }
            table.row(cells.toArray(String[]::new));
        });
        List<String> lines = table.lines(width, 0);
        line(terminal.paint("soft", lines.getFirst()));
        lines.subList(1, lines.size()).forEach(this::line);
        line("");
    }

    /** A percentile that so few values cannot tell is none. */
    private static Optional<String> shown(Summary.MetricSummary values, String statistic) {
        return Samples.suffice(values.count(), statistic)
                ? Optional.ofNullable(values.statistics().get(statistic)).map(value -> HtmlTables.value(value, values))
                : Optional.empty();
    }

    private void totals(Summary.Figures figures, String objectives) {
        Summary.Counts counts = figures.counts();
        labelled(
                "requests",
                Quantities.count(counts.sent()) + " sent, " + Quantities.count(counts.succeeded()) + " answered, "
                        + Quantities.count(counts.failed()) + " failed; " + rate(figures, Metrics.THROUGHPUT)
                        + " answered/s");
        labelled(
                "tokens",
                rate(figures, Metrics.OUTPUT_THROUGHPUT) + " output/s, " + rate(figures, Metrics.TOTAL_THROUGHPUT)
                        + " input and output/s" + perAnswer(figures));
        String share = Optional.ofNullable(figures.rates().get(Metrics.GOODPUT_RATIO.name()))
                .map(Quantities::percent)
                .orElse(Quantities.NONE);
        labelled(
                "goodput",
                rate(figures, Metrics.GOODPUT) + "/s, " + share + " of all requests "
                        + (objectives.isEmpty() ? "succeeded; no objective was given" : "met " + objectives));
    }

    private static String perAnswer(Summary.Figures figures) {
        return Optional.ofNullable(figures.metrics().get(Metrics.OUTPUT_TOKENS.name()))
                .flatMap(tokens -> Optional.ofNullable(tokens.statistics().get("mean")))
                .map(mean -> "; " + Quantities.digits(mean) + " output an answer")
                .orElse("");
    }

    private static String rate(Summary.Figures figures, Metric metric) {
        return Optional.ofNullable(figures.rates().get(metric.name()))
                .map(Quantities::rate)
                .orElse(Quantities.NONE);
    }

    private void errors(Summary summary, List<RunEvent> events) {
        for (Map.Entry<String, Long> error : Headline.errors(summary)) {
            String example = Headline.examples(events, error.getKey()).stream()
                    .findFirst()
                    .map(event -> ", for example: " + event.sentence())
                    .orElse("");
            labelled("errors", Quantities.count(error.getValue()) + " " + error.getKey() + example);
        }
    }

    private void generator(Summary.GeneratorSummary generator) {
        String sentence = Headline.generator(generator);
        labelled("generator", sentence);
        generator.findings().forEach(finding -> labelled("", finding));
    }

    private void labelled(String label, String text) {
        String padded = label + " ".repeat(LABEL - label.length());
        line(terminal.paint("soft", padded) + Terminal.wrap(text, width - LABEL, LABEL));
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
