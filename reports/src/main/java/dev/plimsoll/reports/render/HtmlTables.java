package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.Summary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The report's tables: errors, figures by phase and request, nodes, and the numbers behind the charts. */
final class HtmlTables {
    /** Metrics of requests in the order in which people look for them; others follow. */
    static final List<String> ORDER = List.of(
            "ttft",
            "itl",
            "tpot",
            "latency",
            "service_time",
            "ttft_service",
            "latency_per_token",
            "chunk_gap",
            "send_lag",
            "connect_time",
            "tls_time",
            "failed_latency",
            "input_tokens",
            "output_tokens");

    private static final List<String> STATISTICS = List.of("mean", "p50", "p90", "p95", "p99", "p99.9", "max");
    private static final int MAX_ROWS = 300;
    private static final int MAX_EXAMPLES = 20;
    private static final int MAX_SENTENCE = 600;

    private HtmlTables() {}

    /** Begins a table that scrolls where the page is narrow. */
    static void begin(Markup out, String... columns) {
        out.open("div", "class", "scroll").open("table", "border", "1", "cellpadding", "4", "cellspacing", "0");
        out.open("thead").open("tr");
        for (String column : columns) {
            out.element("th", column, "scope", "col");
        }
        out.close().close().open("tbody");
    }

    /** Ends it. */
    static void end(Markup out) {
        out.close().close().close().line();
    }

    static void errors(Markup out, ReportData data) {
        out.line().open("section").element("h2", "Errors");
        Summary.Counts all = data.summary().all().counts();
        List<Map.Entry<String, Long>> errors = Headline.errors(data.summary());
        if (errors.isEmpty()) {
            boolean any = data.summary().phases().stream()
                    .anyMatch(p -> p.all().counts().scheduled() > 0);
            out.element("p", any ? "No request failed." : "No request was scheduled.")
                    .close();
            return;
        }
        begin(out, "class", "failed", "share of scheduled", "in warm-up", "first", "last", "for example");
        for (Map.Entry<String, Long> error : errors) {
            long measured = all.errors().getOrDefault(error.getKey(), 0L);
            out.open("tr", "class", "bad")
                    .open("td")
                    .element("code", error.getKey())
                    .close();
            number(out, Quantities.count(measured));
            number(
                    out,
                    all.scheduled() == 0 ? Quantities.NONE : Quantities.percent((double) measured / all.scheduled()));
            number(out, Quantities.count(error.getValue() - measured));
            Timeline.Span span = span(data.timeline(), error.getKey());
            number(out, span == null ? Quantities.NONE : Quantities.clock(span.first()));
            number(out, span == null ? Quantities.NONE : Quantities.clock(span.last()));
            List<RunEvent> examples = Headline.examples(data.events(), error.getKey());
            out.element(
                    "td",
                    examples.isEmpty() ? "" : Markup.clip(examples.getFirst().sentence(), MAX_SENTENCE));
            out.close();
        }
        end(out);
        examples(out, data);
        out.close();
    }

    private static Timeline.@Nullable Span span(Timeline timeline, String label) {
        for (Map.Entry<ErrorClass, Timeline.Span> entry : timeline.errors().entrySet()) {
            if (entry.getKey().label().equals(label)) {
                return entry.getValue();
            }
        }
        return null;
    }

    private static void examples(Markup out, ReportData data) {
        List<RunEvent> examples =
                data.events().stream().filter(e -> e.type().equals("error")).toList();
        if (examples.size() < 2) {
            return;
        }
        out.open("details").element("summary", "The first errors of each class (" + examples.size() + ")");
        out.open("ul");
        for (RunEvent event : examples.subList(0, Math.min(MAX_EXAMPLES, examples.size()))) {
            out.element("li", Quantities.clock(event.t()) + ": " + Markup.clip(event.sentence(), MAX_SENTENCE));
        }
        out.close();
        if (examples.size() > MAX_EXAMPLES) {
            out.element("p", "… and " + (examples.size() - MAX_EXAMPLES) + " more in events.ndjson.");
        }
        out.close();
    }

    static void summary(Markup out, Summary summary) {
        out.line().open("section").element("h2", "Figures by phase and request");
        if (summary.phases().isEmpty()) {
            out.element("p", "No phase was run.").close();
            return;
        }
        figures(out, rows(summary, true));
        List<Row> warmUps = rows(summary, false);
        if (!warmUps.isEmpty()) {
            out.open("details").element("summary", "Phases that are not measured, such as a warm-up");
            figures(out, warmUps);
            out.close();
        }
        out.element(
                "p",
                "A percentile stays blank where there are too few values for it: p99 needs "
                        + Quantities.count(Samples.needed(99)) + ", p99.9 " + Quantities.count(Samples.needed(99.9))
                        + ".");
        out.close();
    }

    private static void figures(Markup out, List<Row> rows) {
        begin(
                out,
                "phase",
                "request",
                "scheduled",
                "sent",
                "ok",
                "failed",
                "errors",
                "offered /s",
                "sent /s",
                "ok /s",
                "good /s",
                "good",
                "tokens out /s");
        for (Row row : rows.subList(0, Math.min(MAX_ROWS, rows.size()))) {
            counts(out, row);
        }
        end(out);
        List<String> heads = new ArrayList<>(List.of("phase", "request", "metric", "n"));
        heads.addAll(STATISTICS);
        begin(out, heads.toArray(String[]::new));
        int written = 0;
        int left = 0;
        for (Row row : rows) {
            Map<String, Summary.MetricSummary> metrics = ordered(row.figures().metrics());
            if (written + metrics.size() > MAX_ROWS) {
                left += metrics.size();
                continue;
            }
            written += metrics.size();
            String rowSpan = Integer.toString(metrics.size());
            boolean first = true;
            for (Map.Entry<String, Summary.MetricSummary> metric : metrics.entrySet()) {
                out.open("tr");
                if (first) {
                    out.element("td", row.phase(), "rowspan", rowSpan).element("td", row.request(), "rowspan", rowSpan);
                }
                first = false;
                statistics(out, metric.getKey(), metric.getValue());
                out.close();
            }
        }
        end(out);
        if (left > 0) {
            out.element("p", "… and " + left + " more rows in summary.json.");
        }
    }

    private record Row(String phase, String request, Summary.Figures figures) {}

    private static List<Row> rows(Summary summary, boolean measured) {
        List<Row> rows = new ArrayList<>();
        List<Summary.PhaseSummary> phases = summary.phases().stream()
                .filter(phase -> phase.measured() == measured)
                .toList();
        for (Summary.PhaseSummary phase : phases) {
            for (Summary.RequestSummary request : phase.requests()) {
                rows.add(new Row(phase.name(), request.name(), request.figures()));
            }
            if (phase.requests().size() != 1) {
                rows.add(new Row(phase.name(), "all", phase.all()));
            }
        }
        if (measured && phases.size() > 1) {
            rows.add(new Row("all measured", "all", summary.all()));
        }
        return rows;
    }

    private static void counts(Markup out, Row row) {
        Summary.Counts counts = row.figures().counts();
        out.open("tr").element("td", row.phase()).element("td", row.request());
        number(out, Quantities.count(counts.scheduled()));
        number(out, Quantities.count(counts.sent()));
        number(out, Quantities.count(counts.succeeded()));
        number(out, Quantities.count(counts.failed()));
        rate(out, row, Metrics.ERRORS_RATIO);
        rate(out, row, Metrics.OFFERED_RATE);
        rate(out, row, Metrics.SENT_RATE);
        rate(out, row, Metrics.THROUGHPUT);
        rate(out, row, Metrics.GOODPUT);
        rate(out, row, Metrics.GOODPUT_RATIO);
        rate(out, row, Metrics.OUTPUT_THROUGHPUT);
        out.close();
    }

    private static void rate(Markup out, Row row, Metric metric) {
        Double value = row.figures().rates().get(metric.name());
        String text = value == null
                ? Quantities.NONE
                : metric.unit() == Unit.RATIO ? Quantities.percent(value) : Quantities.rate(value);
        out.element(
                "td",
                unbroken(text),
                "align",
                "right",
                "class",
                "n",
                "title",
                metric.name() + ": " + metric.definition());
    }

    private static void statistics(Markup out, String name, Summary.MetricSummary metric) {
        String definition = Metrics.find(name).map(Metric::definition).orElse("");
        out.open("td").element("code", name, "title", definition).close();
        number(out, Quantities.count(metric.count()));
        for (String statistic : STATISTICS) {
            Double value = metric.statistics().get(statistic);
            if (value == null) {
                number(out, Quantities.NONE);
            } else if (!Samples.suffice(metric.count(), statistic)) {
                String needed = "too few values: " + statistic + " needs "
                        + Quantities.count(Samples.needed(Double.parseDouble(statistic.substring(1))));
                out.element("td", "", "class", "n", "title", needed);
            } else {
                number(out, value(value, metric));
            }
        }
    }

    /** A statistic with its unit; of tokens without, as the metric's name says it. */
    static String value(double value, Summary.MetricSummary metric) {
        return metric.unit().equals(Unit.TOKENS.symbol())
                ? Quantities.digits(value)
                : Quantities.value(value, metric.unit());
    }

    /** Metrics in the order in which people look for them. */
    static Map<String, Summary.MetricSummary> ordered(Map<String, Summary.MetricSummary> metrics) {
        Map<String, Summary.MetricSummary> rest = new TreeMap<>(metrics);
        Map<String, Summary.MetricSummary> ordered = new LinkedHashMap<>();
        for (String name : ORDER) {
            Summary.MetricSummary metric = rest.remove(name);
            if (metric != null) {
                ordered.put(name, metric);
            }
        }
        ordered.putAll(rest);
        return ordered;
    }

    static void nodes(Markup out, Summary summary) {
        if (summary.nodes().isEmpty()) {
            return;
        }
        out.line().open("section").element("h2", "Nodes, over the measured phases");
        begin(out, "node", "metric", "n", "min", "mean", "max");
        int written = 0;
        int left = 0;
        for (Summary.NodeSummary node : summary.nodes()) {
            for (Map.Entry<String, Summary.MetricSummary> entry : new TreeMap<>(node.metrics()).entrySet()) {
                if (written++ < MAX_ROWS) {
                    node(out, node.name(), entry.getKey(), entry.getValue());
                } else {
                    left++;
                }
            }
        }
        end(out);
        if (left > 0) {
            out.element("p", "… and " + left + " more rows in summary.json.");
        }
        for (Summary.NodeSummary node : summary.nodes()) {
            if (!node.missing().isEmpty()) {
                out.open("details");
                out.element(
                        "summary",
                        node.name() + ": " + node.missing().size()
                                + (node.missing().size() == 1 ? " metric" : " metrics") + " without a value");
                out.open("ul");
                new TreeMap<>(node.missing())
                        .entrySet().stream()
                                .limit(MAX_ROWS)
                                .forEach(e ->
                                        out.element("li", e.getKey() + ": " + Markup.clip(e.getValue(), MAX_SENTENCE)));
                out.close().close();
            }
        }
        out.close();
    }

    private static void node(Markup out, String node, String name, Summary.MetricSummary metric) {
        Unit unit = Metrics.find(name).map(Metric::unit).orElse(Unit.COUNT);
        out.open("tr").element("td", node).open("td");
        out.element(
                "code",
                name,
                "title",
                Metrics.find(name).map(Metric::definition).orElse("given by the scenario"));
        out.close();
        number(out, Quantities.count(metric.count()));
        for (String statistic : List.of("min", "mean", "max")) {
            Double value = metric.statistics().get(statistic);
            number(
                    out,
                    value != null && Samples.suffice(metric.count(), statistic) ? Quantities.value(value, unit) : "");
        }
        out.close();
    }

    /** The numbers behind the charts over time, for readers of tables and for the page's script. */
    static void columns(Markup out, Timeline timeline) {
        out.open("details").element("summary", "The numbers behind the charts over time");
        List<String> times =
                List.of("latency", "ttft", "itl").stream().filter(timeline::has).toList();
        List<String> heads =
                new ArrayList<>(List.of("at", "offered /s", "succeeded /s", "failed", "in flight", "output tokens /s"));
        times.forEach(t -> heads.addAll(List.of(t + " p50", t + " p99", t + " max")));
        out.open("div", "id", "numbers");
        begin(out, heads.toArray(String[]::new));
        for (Timeline.Column column : timeline.columns()) {
            out.open("tr", "data-t", String.format(Locale.ROOT, "%.3f", column.t()));
            number(out, Quantities.clock(column.t()));
            perSecond(out, timeline, column, column.scheduled());
            perSecond(out, timeline, column, column.succeeded());
            number(out, Quantities.count(column.failed()));
            number(out, Quantities.count(column.inFlightMax()));
            perSecond(out, timeline, column, column.outputTokens());
            for (String metric : times) {
                for (double percentile : new double[] {50, 99, 100}) {
                    double value = ClientCharts.percentile(column, metric, percentile);
                    number(out, Double.isFinite(value) ? Quantities.millis(value) : Quantities.NONE);
                }
            }
            out.close();
        }
        end(out);
        out.close().close();
    }

    private static void perSecond(Markup out, Timeline timeline, Timeline.Column column, long count) {
        double value = ClientCharts.perSecond(timeline, column, (double) count);
        number(out, Double.isFinite(value) ? Quantities.rate(value) : Quantities.NONE);
    }

    /** A cell with a number, which is not broken between digits and unit. */
    static void number(Markup out, String text) {
        out.element("td", unbroken(text), "align", "right", "class", "n");
    }

    private static String unbroken(String text) {
        return text.replace(' ', '\u00a0');
    }
}
