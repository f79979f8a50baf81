package dev.plimsoll.reports.render;

import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.ValueCounts;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run as one HTML file.
 *
 * <p>The file asks for nothing outside itself, and is complete without scripts: charts are SVG images drawn here. It can
 * be read without its style sheet too, where a content security policy forbids that: colours of charts are presentation
 * attributes, tables are plain tables, and every outcome is a word and a sign. It is well-formed XML. Whatever a server
 * or a scenario said is escaped. Pure.
 */
public final class HtmlReport {
    private static final int MAX_SCENARIO = 100_000;
    private static final int MAX_SENTENCE = 600;
    private static final int MAX_EVENTS = 60;

    private HtmlReport() {}

    /** The whole file. */
    public static String render(ReportData data) {
        Headline headline = Headline.of(data);
        Markup out = new Markup();
        out.trusted("<!DOCTYPE html>\n");
        out.open("html", "lang", "en");
        head(out, data, headline);
        out.open("body").open("main");
        header(out, data, headline);
        data.verdict().ifPresent(verdict -> {
            checks(out, verdict);
            WatchRow.section(out, verdict);
        });
        HtmlTables.errors(out, data);
        HtmlTables.summary(out, data.summary());
        Moved.section(out, data.events());
        charts(out, data);
        HtmlTables.nodes(out, data.summary());
        data.summary().server().ifPresent(server -> ServerTable.render(out, server));
        events(out, data);
        MethodBox.render(out, data);
        scenario(out, data);
        out.close();
        out.open("script").trusted("\n" + Markup.resource("report.js")).close();
        out.close().close().line();
        return out.finish();
    }

    private static void head(Markup out, ReportData data, Headline headline) {
        out.line().open("head");
        out.empty("meta", "charset", "utf-8");
        out.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        /* An empty icon, or browsers would ask the server for one. */
        out.empty("link", "rel", "icon", "href", "data:,");
        out.element(
                "title",
                headline.sign() + " " + headline.word() + " "
                        + data.info().scenario().name() + " – Plimsoll "
                        + data.info().run());
        out.open("style").trusted("\n" + Markup.resource("report.css")).close();
        out.close().line();
    }

    private static void header(Markup out, ReportData data, Headline headline) {
        out.open("header", "class", headline.style());
        out.open("h1");
        badge(out, headline);
        out.text(" " + data.info().scenario().name()).close();
        if (headline.reasons().isEmpty() && data.verdict().isEmpty()) {
            out.element("p", "A run without a gate: measured, not judged.");
        }
        for (int i = 0; i < Math.min(headline.reasons().size(), 12); i++) {
            String reason = Markup.clip(headline.reasons().get(i), MAX_SENTENCE);
            if (i == 0) {
                out.open("p", "class", "reason").element("strong", reason).close();
            } else {
                out.element("p", reason);
            }
        }
        if (headline.reasons().size() > 12) {
            out.element("p", "… and " + (headline.reasons().size() - 12) + " more reasons in verdict.json.");
        }
        Moved.header(out, data.events());
        facts(out, data, headline);
        agents(out, data);
        cacheConfig(out, data.info().target().cacheConfig());
        out.close();
    }

    private static void badge(Markup out, Headline headline) {
        String colour = switch (headline.style()) {
            case "good" -> "#116329";
            case "bad" -> "#b42318";
            case "unsure" -> "#8a5a00";
            default -> "#3d444d";
        };
        double width = 34 + 17.5 * headline.word().length();
        out.open(
                "svg",
                "role",
                "img",
                "aria-label",
                headline.word(),
                "width",
                Markup.px(width),
                "height",
                "40",
                "viewBox",
                "0 0 " + Markup.px(width) + " 40",
                "class",
                "badge");
        out.empty("rect", "width", Markup.px(width), "height", "40", "rx", "6", "fill", colour);
        out.element(
                "text",
                headline.sign() + " " + headline.word(),
                "x",
                Markup.px(width / 2),
                "y",
                "28",
                "text-anchor",
                "middle",
                "fill",
                "#ffffff",
                "font-size",
                "23",
                "font-weight",
                "700",
                "font-family",
                "system-ui, sans-serif");
        out.close();
    }

    private static void facts(Markup out, ReportData data, Headline headline) {
        RunInfo info = data.info();
        List<String[]> facts = new ArrayList<>();
        headline.exitCode().ifPresent(code -> facts.add(new String[] {"exit code", Integer.toString(code)}));
        facts.add(new String[] {"run", info.run()});
        facts.add(new String[] {"status", info.status().label()});
        facts.add(new String[] {
            "started",
            info.started() + Headline.took(info).map(t -> ", took " + t).orElse(", has no end")
        });
        facts.add(new String[] {
            "scenario", info.scenario().name() + ", load " + info.scenario().loadHash()
        });
        facts.add(new String[] {"target", String.join(", ", info.target().urls())});
        if (!info.target().model().isEmpty()) {
            facts.add(new String[] {"model", info.target().model()});
        }
        if (!info.target().models().isEmpty()) {
            facts.add(new String[] {
                "models served", String.join(", ", info.target().models())
            });
        }
        if (!info.target().vllmVersion().isEmpty()) {
            facts.add(new String[] {"vLLM", info.target().vllmVersion()});
        }
        facts.add(new String[] {"generator", Headline.generator(data.summary().generator())});
        facts.add(new String[] {"Plimsoll", info.plimsoll() + ", transport " + info.transport()});
        out.open("table", "class", "facts", "cellpadding", "3");
        for (String[] fact : facts) {
            out.open("tr").element("th", fact[0], "scope", "row", "align", "left");
            out.element("td", Markup.clip(fact[1], 2000)).close();
        }
        out.close();
        data.summary().generator().findings().forEach(f -> out.element("p", "Generator: " + f));
        info.notes().forEach(note -> out.element("p", "Note: " + Markup.clip(note, MAX_SENTENCE)));
    }

    /** Shut: it is long, and asked for when two runs differ in it. */
    private static void cacheConfig(Markup out, Map<String, String> config) {
        if (config.isEmpty()) {
            return;
        }
        List<String> pairs = config.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> e.getKey() + "=" + e.getValue())
                .toList();
        out.open("details").element("summary", "cache config, " + pairs.size() + " settings");
        out.element("p", Markup.clip(String.join(", ", pairs), 2000)).close();
    }

    private static void agents(Markup out, ReportData data) {
        List<RunInfo.AgentRef> agents = data.info().agents();
        if (agents.isEmpty()) {
            return;
        }
        long lost = agents.stream().filter(a -> a.state().equals("lost")).count();
        String summary = agents.size()
                + (agents.size() == 1 ? " agent" : " agents")
                + (lost == 0 ? ", none lost" : ", " + lost + " LOST");
        if (lost == 0) {
            out.open("details");
        } else {
            out.open("details", "open", "open");
        }
        out.element("summary", summary);
        HtmlTables.begin(out, "agent", "state", "host", "version", "clock offset", "uncertain by");
        for (RunInfo.AgentRef agent : agents.subList(0, Math.min(agents.size(), 100))) {
            out.open("tr");
            out.element("td", agent.label().isEmpty() ? agent.id() : agent.label() + " (" + agent.id() + ")");
            out.element("td", agent.state().equals("lost") ? "✗ lost" : agent.state());
            out.element("td", agent.host()).element("td", agent.version());
            out.element("td", Quantities.millis(agent.clockOffsetMicros() / 1000.0), "align", "right");
            out.element("td", Quantities.millis(agent.clockUncertaintyMicros() / 1000.0), "align", "right");
            out.close();
        }
        HtmlTables.end(out);
        if (agents.size() > 100) {
            out.element("p", "… and " + (agents.size() - 100) + " more in run.json.");
        }
        out.close();
    }

    private static void checks(Markup out, Verdict verdict) {
        out.line().open("section").element("h2", "Checks");
        if (verdict.checks().isEmpty()) {
            out.element("p", "Nothing was checked.").close();
            return;
        }
        HtmlTables.begin(out, "outcome", "check", "from", "measured", "limit", "interval", "n", "finding");
        for (Verdict.Check check : verdict.checks()) {
            String outcome = Headline.sign(check.outcome()) + " " + Headline.word(check.outcome());
            out.open("tr", "class", Headline.style(check.outcome()));
            out.open("td", "class", "outcome").element("strong", outcome).close();
            out.open("td").element("code", check.expression()).close();
            out.element("td", check.kind().label());
            HtmlTables.number(
                    out, check.measured().map(v -> Limit.value(check, v)).orElse(Quantities.NONE));
            HtmlTables.number(out, check.limit().map(v -> Limit.value(check, v)).orElse(Quantities.NONE));
            String confidence = check.confidence()
                    .map(c -> " (" + Quantities.percent(c) + ")")
                    .orElse("");
            HtmlTables.number(
                    out, Headline.interval(check).map(i -> i + confidence).orElse(Quantities.NONE));
            HtmlTables.number(out, Quantities.count(check.samples()));
            out.element("td", Markup.clip(check.sentence(), MAX_SENTENCE), "class", "finding")
                    .close();
        }
        HtmlTables.end(out);
        out.close();
    }

    private static void charts(Markup out, ReportData data) {
        out.line().open("section").element("h2", "Charts");
        if (data.timeline().columns().isEmpty()) {
            out.element("p", "No load was sent, so there is nothing to draw.");
            out.close();
            return;
        }
        List<Limit> limits = Limit.of(data.verdict());
        TimePanel panel = new TimePanel(data);
        String zero = data.info()
                .loadStarted()
                .map(t -> "The load began at " + t + ". ")
                .orElse("");
        String columns = "One column is " + Quantities.clock(data.timeline().width()) + " wide. ";
        String marks = panel.marks().isEmpty() ? "" : "Marks ▼ are numbered as in the list of events below the charts.";
        out.element("p", zero + columns + marks);
        /* Charts of clients show all requests together: a limit for one of them has no place there. */
        List<Limit> ofAll = limits.stream().filter(l -> l.on().isEmpty()).toList();
        new ClientCharts(data, panel, ofAll).render(out);
        spectra(out, data, ofAll);
        new NodeCharts(data, panel, limits).render(out);
        HtmlTables.columns(out, data.timeline());
        out.close();
    }

    private static void spectra(Markup out, ReportData data, List<Limit> limits) {
        SpectrumChart chart = new SpectrumChart(limits);
        chart.render(
                out,
                "Percentile spectrum of latency",
                "latency",
                lines(
                        data,
                        "latency",
                        "response time, from the schedule",
                        "service_time",
                        "service time, from the send"));
        if (data.parts().size() > 1) {
            List<SpectrumChart.Line> parts = new ArrayList<>();
            data.parts().forEach((name, values) -> parts.add(new SpectrumChart.Line(Markup.clip(name, 22), values)));
            chart.render(out, "Percentile spectrum of latency by phase and request", "latency", parts);
        }
        chart.render(
                out,
                "Percentile spectrum of time to first token",
                "ttft",
                lines(data, "ttft", "TTFT, from the schedule", "ttft_service", "from the send"));
        chart.render(
                out,
                "Percentile spectrum of inter-token latency",
                "itl",
                lines(data, "itl", "ITL, every token", "tpot", "TPOT, one value a request"));
    }

    private static List<SpectrumChart.Line> lines(
            ReportData data, String first, String firstName, String second, String secondName) {
        List<SpectrumChart.Line> lines = new ArrayList<>();
        lines.add(new SpectrumChart.Line(firstName, data.spectrum(first)));
        lines.add(new SpectrumChart.Line(secondName, data.spectrum(second)));
        Optional<ReportData.Baseline> baseline = data.baseline();
        baseline.ifPresent(b -> lines.add(new SpectrumChart.Line(
                "baseline " + Markup.clip(b.name(), 24), b.spectra().getOrDefault(first, ValueCounts.NONE))));
        return lines;
    }

    private static void events(Markup out, ReportData data) {
        if (data.events().isEmpty()) {
            return;
        }
        List<RunEvent> marks = data.timeline().columns().isEmpty() ? List.of() : new TimePanel(data).marks();
        out.line().open("section").element("h2", "Events");
        HtmlTables.begin(out, "mark", "at", "type", "what happened");
        for (RunEvent event :
                data.events().subList(0, Math.min(MAX_EVENTS, data.events().size()))) {
            int mark = marks.indexOf(event);
            out.open("tr").element("td", mark < 0 ? "" : "▼" + (mark + 1));
            HtmlTables.number(out, Quantities.clock(event.t()));
            out.element("td", event.type()).element("td", Markup.clip(event.sentence(), MAX_SENTENCE));
            out.close();
        }
        HtmlTables.end(out);
        if (data.events().size() > MAX_EVENTS) {
            out.element("p", "… and " + (data.events().size() - MAX_EVENTS) + " more in events.ndjson.");
        }
        out.close();
    }

    private static void scenario(Markup out, ReportData data) {
        if (data.scenarioText().isBlank()) {
            return;
        }
        out.line().open("section").element("h2", "Scenario").open("details");
        out.element("summary", "The scenario as resolved, secrets masked");
        out.open("pre")
                .element("code", Markup.clip(data.scenarioText(), MAX_SCENARIO))
                .close();
        if (data.scenarioText().length() > MAX_SCENARIO) {
            out.element("p", "Cut; the whole text is in scenario.yaml.");
        }
        out.close().close();
    }
}
