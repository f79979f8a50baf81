package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.ServerView;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** One run as text for a terminal: the verdict first, then checks, errors, figures, the generator and the nodes. Pure. */
public final class TextReport {
    /** The width of lines where the terminal's is not known. */
    public static final int DEFAULT_WIDTH = 100;

    private static final int NARROWEST = 60;
    private static final int MAX_CHECKS = 60;
    private static final int MAX_REQUESTS = 40;
    private static final int MAX_NODES = 24;
    private static final int MAX_MOVED = 8;
    private static final List<String> LATENCIES = List.of("ttft", "itl", "tpot", "latency");
    private static final List<String> PLAIN_LATENCIES = List.of("latency", "service_time");
    private static final List<String> NODE_METRICS = List.of(
            "cpu.utilization",
            "cpu.steal",
            "gpu.utilization",
            "gpu.memory.used",
            "gpu.temperature",
            "gpu.power",
            "vllm.kv_cache.usage",
            "vllm.requests.running",
            "vllm.requests.waiting",
            "vllm.preemptions",
            "gc.pause");

    private final Terminal terminal;
    private final int width;
    private final StringBuilder out = new StringBuilder();

    private TextReport(boolean colour, int width) {
        this.terminal = new Terminal(colour);
        this.width = Math.max(NARROWEST, width);
    }

    /**
     * The whole text, with a line break at its end.
     *
     * @param info the run
     * @param summary its figures
     * @param verdict its verdict, if it has one
     * @param events for examples of errors, and for what moved
     * @param place where the bundle is; empty where it is nowhere
     * @param colour whether the terminal shows colours; without, there is no escape sequence in the text
     * @param width of a line; at least 60 is used
     */
    public static String render(
            RunInfo info,
            Summary summary,
            Optional<Verdict> verdict,
            List<RunEvent> events,
            String place,
            boolean colour,
            int width) {
        TextReport report = new TextReport(colour, width);
        report.headline(info, verdict);
        verdict.ifPresent(report::checks);
        report.errors(summary, events);
        report.phases(summary);
        report.generator(summary);
        report.nodes(summary);
        summary.server().ifPresent(report::server);
        report.moved(events);
        if (!place.isEmpty()) {
            report.line("");
            report.line("bundle     " + Terminal.clean(place));
        }
        return report.out.toString();
    }

    /** The whole text of a report's data. */
    public static String render(ReportData data, boolean colour, int width) {
        return render(data.info(), data.summary(), data.verdict(), data.events(), data.place(), colour, width);
    }

    private void headline(RunInfo info, Optional<Verdict> verdict) {
        Headline headline = Headline.of(info, verdict);
        String code = headline.exitCode().map(c -> "  exit code " + c).orElse("");
        String name = Terminal.clean(info.scenario().name());
        line(terminal.paint(headline.style(), headline.sign() + " " + headline.word()) + "  "
                + terminal.paint("strong", name) + terminal.paint("soft", code));
        for (String reason : headline.reasons()) {
            line("  " + Terminal.wrap(reason, width - 2, 2));
        }
        for (String finding : info.notes()) {
            line("  note: " + Terminal.wrap(finding, width - 8, 8));
        }
        List<String> facts = new ArrayList<>();
        facts.add(String.join(", ", info.target().urls()));
        if (!info.target().model().isEmpty()) {
            facts.add(info.target().model());
        }
        if (!info.target().vllmVersion().isEmpty()) {
            facts.add("vLLM " + info.target().vllmVersion());
        }
        long lost = info.agents().stream().filter(a -> a.state().equals("lost")).count();
        facts.add(info.agents().size()
                + (info.agents().size() == 1 ? " agent" : " agents")
                + (lost == 0 ? "" : " (" + lost + " LOST)"));
        Headline.took(info).ifPresent(facts::add);
        line(terminal.paint("soft", "  " + Terminal.wrap(String.join(" · ", facts), width - 2, 2)));
    }

    private void checks(Verdict verdict) {
        if (verdict.checks().isEmpty()) {
            return;
        }
        Columns table = new Columns()
                .column("checks", false, 0)
                .column("", false, 0)
                .column("measured", true, 0)
                .column("limit", true, 2)
                .column("interval", true, 1)
                .column("n", true, 3);
        List<Verdict.Check> shown = verdict.checks()
                .subList(0, Math.min(MAX_CHECKS, verdict.checks().size()));
        for (Verdict.Check check : shown) {
            table.row(
                    Headline.sign(check.outcome()) + " " + Headline.word(check.outcome()),
                    Markup.clip(Terminal.clean(check.expression()), Math.max(28, width - 56)),
                    check.measured().map(v -> Limit.value(check, v)).orElse(Quantities.NONE),
                    check.limit().map(v -> Limit.value(check, v)).orElse(Quantities.NONE),
                    Headline.interval(check).orElse(Quantities.NONE),
                    Quantities.count(check.samples()));
        }
        List<String> lines = table.lines(width, 0);
        line("");
        line(terminal.paint("soft", lines.getFirst()));
        for (int i = 0; i < shown.size(); i++) {
            Verdict.Check check = shown.get(i);
            String text = lines.get(i + 1);
            int end = (Headline.sign(check.outcome()) + " " + Headline.word(check.outcome())).length();
            line(terminal.paint(Headline.style(check.outcome()), text.substring(0, end)) + text.substring(end));
            if (check.outcome() != Verdict.CheckOutcome.PASS
                    && !check.sentence().isBlank()) {
                line("    " + Terminal.wrap(check.sentence(), width - 4, 4));
            }
        }
        more(verdict.checks().size() - shown.size(), "checks in verdict.json");
    }

    private void errors(Summary summary, List<RunEvent> events) {
        List<Map.Entry<String, Long>> errors = Headline.errors(summary);
        if (errors.isEmpty()) {
            return;
        }
        long scheduled = summary.phases().stream()
                .mapToLong(p -> p.all().counts().scheduled())
                .sum();
        Columns table = new Columns()
                .column("errors", false, 0)
                .column("failed", true, 0)
                .column("share", true, 1)
                .column("for example", false, 2);
        for (Map.Entry<String, Long> error : errors) {
            List<RunEvent> examples = Headline.examples(events, error.getKey());
            String example =
                    examples.isEmpty() ? "" : Terminal.clean(examples.getFirst().sentence());
            String share = scheduled == 0 ? Quantities.NONE : Quantities.percent((double) error.getValue() / scheduled);
            table.row(
                    error.getKey(),
                    Quantities.count(error.getValue()),
                    share,
                    Markup.clip(example, Math.max(20, width - 40)));
        }
        table(table);
    }

    private void phases(Summary summary) {
        if (summary.phases().stream().allMatch(p -> p.all().counts().scheduled() == 0)) {
            line("");
            line("No request was scheduled.");
            return;
        }
        int shown = 0;
        int left = 0;
        for (Summary.PhaseSummary phase : summary.phases()) {
            if (phase.all().counts().scheduled() == 0) {
                continue;
            }
            line("");
            String title = Terminal.clean(phase.name()) + ", " + Quantities.clock(phase.durationSeconds())
                    + (phase.measured() ? "" : ", not measured");
            line(phase.measured() ? terminal.paint("strong", title) : terminal.paint("soft", title));
            List<Summary.RequestSummary> requests = new ArrayList<>(phase.requests());
            if (requests.size() > 1) {
                requests.add(new Summary.RequestSummary("all", phase.all()));
            }
            int take = Math.min(requests.size(), Math.max(1, MAX_REQUESTS - shown));
            left += requests.size() - take;
            shown += take;
            phase(requests.subList(0, take), phase.measured());
        }
        more(left, "requests in summary.json");
    }

    private void phase(List<Summary.RequestSummary> requests, boolean measured) {
        boolean tokens =
                requests.stream().anyMatch(r -> r.figures().rates().getOrDefault("output_throughput", 0.0) > 0);
        Columns counts = new Columns()
                .column("request", false, 0)
                .column("sent", true, 5)
                .column("ok", true, 0)
                .column("failed", true, 0)
                .column("offered/s", true, 2)
                .column("ok/s", true, 0)
                .column("good", true, 3)
                .column("errors", true, 1);
        if (tokens) {
            counts.column("tokens/s", true, 0);
        }
        for (Summary.RequestSummary request : requests) {
            Summary.Counts c = request.figures().counts();
            List<String> cells = new ArrayList<>(List.of(
                    Terminal.clean(request.name()),
                    Quantities.count(c.sent()),
                    Quantities.count(c.succeeded()),
                    Quantities.count(c.failed()),
                    rate(request, Metrics.OFFERED_RATE),
                    rate(request, Metrics.THROUGHPUT),
                    rate(request, Metrics.GOODPUT_RATIO),
                    rate(request, Metrics.ERRORS_RATIO)));
            if (tokens) {
                cells.add(rate(request, Metrics.OUTPUT_THROUGHPUT));
            }
            counts.row(cells.toArray(String[]::new));
        }
        tableBelow(counts);
        if (measured) {
            tableBelow(times(requests));
        }
    }

    private static Columns times(List<Summary.RequestSummary> requests) {
        Columns times = new Columns()
                .column("request", false, 0)
                .column("", false, 0)
                .column("n", true, 4)
                .column("mean", true, 3)
                .column("p50", true, 0)
                .column("p90", true, 5)
                .column("p95", true, 2)
                .column("p99", true, 0)
                .column("p99.9", true, 6)
                .column("max", true, 1);
        for (Summary.RequestSummary request : requests) {
            Map<String, Summary.MetricSummary> metrics = request.figures().metrics();
            String name = Terminal.clean(request.name());
            for (String metric : metrics.containsKey("ttft") ? LATENCIES : PLAIN_LATENCIES) {
                Summary.MetricSummary values = metrics.get(metric);
                if (values != null) {
                    times.row(
                            name,
                            metric,
                            Quantities.count(values.count()),
                            statistic(values, "mean"),
                            statistic(values, "p50"),
                            statistic(values, "p90"),
                            statistic(values, "p95"),
                            statistic(values, "p99"),
                            statistic(values, "p99.9"),
                            statistic(values, "max"));
                    name = "";
                }
            }
        }
        return times;
    }

    private static String rate(Summary.RequestSummary request, Metric metric) {
        Double value = request.figures().rates().get(metric.name());
        if (value == null) {
            return Quantities.NONE;
        }
        return metric.unit() == Unit.RATIO ? Quantities.percent(value) : Quantities.rate(value);
    }

    private static String statistic(Summary.MetricSummary metric, String name) {
        Double value = metric.statistics().get(name);
        return value == null || !Samples.suffice(metric.count(), name)
                ? Quantities.NONE
                : HtmlTables.value(value, metric);
    }

    private void generator(Summary summary) {
        line("");
        String text = "generator  " + Terminal.wrap(Headline.generator(summary.generator()), width - 11, 11);
        line(summary.generator().fit() ? text : terminal.paint("unsure", text));
        summary.generator().findings().forEach(f -> line("           " + Terminal.wrap(f, width - 11, 11)));
    }

    private void nodes(Summary summary) {
        int shown = Math.min(MAX_NODES, summary.nodes().size());
        for (Summary.NodeSummary node : summary.nodes().subList(0, shown)) {
            List<String> parts = new ArrayList<>();
            List<String> names = new ArrayList<>(NODE_METRICS);
            names.retainAll(node.metrics().keySet());
            if (names.isEmpty()) {
                node.metrics().keySet().stream().sorted().limit(6).forEach(names::add);
            }
            for (String name : names) {
                Summary.MetricSummary values =
                        Objects.requireNonNull(node.metrics().get(name));
                Unit unit = Metrics.find(name).map(Metric::unit).orElse(Unit.COUNT);
                Double mean = values.statistics().get("mean");
                Double max = values.statistics().get("max");
                if (mean != null && max != null) {
                    parts.add(name + " " + Quantities.value(mean, unit) + " (max " + Quantities.value(max, unit) + ")");
                }
            }
            String text = parts.isEmpty() ? "no values" : String.join(" · ", parts);
            String name = String.format("%-9s", Markup.clip(Terminal.clean(node.name()), 24));
            line(name + "  " + Terminal.wrap(text, width - name.length() - 2, name.length() + 2));
        }
        more(summary.nodes().size() - shown, "nodes in summary.json");
    }

    private void server(ServerView server) {
        line("");
        List<String> findings = server.findings();
        for (int i = 0; i < findings.size(); i++) {
            line((i == 0 ? "server     " : "           ") + Terminal.wrap(findings.get(i), width - 11, 11));
        }
    }

    private void moved(List<RunEvent> events) {
        List<RunEvent> moved = Moved.of(events);
        if (moved.isEmpty()) {
            return;
        }
        line("");
        line(terminal.paint("soft", "what moved"));
        for (RunEvent event : moved.subList(0, Math.min(MAX_MOVED, moved.size()))) {
            String at = String.format("%9s", Quantities.clock(event.t()));
            line(at + "  " + Terminal.wrap(event.sentence(), width - at.length() - 2, at.length() + 2));
        }
        more(moved.size() - MAX_MOVED, "findings in events.ndjson");
    }

    private void table(Columns table) {
        line("");
        List<String> lines = table.lines(width, 0);
        line(terminal.paint("soft", lines.getFirst()));
        lines.subList(1, lines.size()).forEach(this::line);
    }

    private void tableBelow(Columns table) {
        List<String> lines = table.lines(width, 2);
        if (lines.size() > 1) {
            line(terminal.paint("soft", lines.getFirst()));
            lines.subList(1, lines.size()).forEach(this::line);
        }
    }

    private void more(int count, String what) {
        if (count > 0) {
            line("… and " + count + " more " + what);
        }
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
