package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Phase;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** How the numbers came about: the load, the clocks, each metric's definition, and what the report leaves out. */
final class MethodBox {
    private MethodBox() {}

    static void render(Markup out, ReportData data) {
        out.line().open("section").element("h2", "How this was measured");
        load(out, data.phases());
        out.element("h3", "Clocks");
        out.element(
                "p",
                "Durations are taken from the monotonic clock of the agent that sent the request, stamped when the"
                        + " socket became readable or took the bytes, before any parsing. Wall time only places intervals"
                        + " of agents and nodes on one time axis, corrected by each agent's clock offset.");
        definitions(out, data);
        out.element("h3", "Percentiles");
        out.element(
                "p",
                "Every agent records into HdrHistograms of 3 significant digits, from 1 µs to 1 h. Histograms are added,"
                        + " over agents, intervals and columns; percentiles are taken from the sum and never averaged."
                        + " A percentile is shown where the largest of so many values bounds it with 95 % confidence"
                        + " (Wilks 1941): p50 from 5 values on, p90 from 29, p95 from 59, p99 from 299, p99.9 from 2,995."
                        + " In charts over time the p99 of a column with fewer than 100 values is its largest value.");
        out.element(
                "p",
                "A request counts in the phase in which it was scheduled. Failed requests are counted as errors and as"
                        + " not good; their times are in failed_latency only.");
        long outOfRange = data.summary().all().counts().outOfRange();
        if (outOfRange > 0) {
            out.element(
                    "p",
                    Quantities.count(outOfRange) + " values were outside the histograms' range and are not in"
                            + " the percentiles.");
        }
        out.element("h3", "What this page leaves out");
        out.open("ul");
        out.element("li", "Prompts and answers: none is kept.");
        data.omitted().forEach(sentence -> out.element("li", sentence));
        out.element(
                "li",
                "Everything measured is in the bundle's files" + (data.place().isEmpty() ? "" : ", " + data.place())
                        + ".");
        out.close().close();
    }

    private static void load(Markup out, List<Phase> phases) {
        if (phases.isEmpty()) {
            return;
        }
        out.element("h3", "Load");
        out.open("ul");
        for (Phase phase : phases) {
            out.element(
                    "li",
                    phase.name() + ", " + Quantities.clock(phase.duration().toMillis() / 1000.0)
                            + (phase.measure() ? ": " : ", not measured: ") + words(phase.load()));
        }
        out.close();
    }

    /** A load in words. */
    static String words(Load load) {
        return switch (load) {
            case Load.Open open ->
                "open loop, " + words(open.rate()) + ", " + words(open.arrivals()) + ", at most "
                        + Quantities.count(open.maxInFlight()) + " in flight";
            case Load.Closed closed ->
                "closed loop, " + Quantities.count(closed.concurrency())
                        + (closed.concurrency() == 1 ? " user" : " users")
                        + (closed.thinkTime().isZero()
                                ? ""
                                : ", each thinking "
                                        + Quantities.millis(closed.thinkTime().toNanos() / 1e6) + " between requests");
        };
    }

    private static String words(Load.Rate rate) {
        return switch (rate) {
            case Load.Rate.Constant constant -> Quantities.plain(constant.perSecond()) + "/s";
            case Load.Rate.Ramp ramp ->
                "from " + Quantities.plain(ramp.from()) + "/s to " + Quantities.plain(ramp.to())
                        + "/s in a straight line";
            case Load.Rate.Steps steps ->
                "in steps of "
                        + steps.perSecond().stream().map(Quantities::plain).collect(Collectors.joining("/s, ")) + "/s";
            case Load.Rate.Spike spike ->
                Quantities.plain(spike.base()) + "/s with a spike of " + Quantities.plain(spike.spike()) + "/s at "
                        + Quantities.clock(spike.at().toMillis() / 1000.0) + " for "
                        + Quantities.clock(spike.length().toMillis() / 1000.0);
        };
    }

    private static String words(Load.Arrivals arrivals) {
        return switch (arrivals) {
            case Load.Arrivals.Constant constant -> "equal gaps";
            case Load.Arrivals.Poisson poisson -> "Poisson arrivals";
            case Load.Arrivals.Gamma gamma -> "gamma-distributed gaps of cv " + Quantities.plain(gamma.cv());
        };
    }

    private static void definitions(Markup out, ReportData data) {
        Set<String> shown = new LinkedHashSet<>();
        List<Summary.Figures> figures = new ArrayList<>();
        figures.add(data.summary().all());
        data.summary().phases().forEach(phase -> figures.add(phase.all()));
        for (Summary.Figures each : figures) {
            shown.addAll(each.metrics().keySet());
            shown.addAll(each.rates().keySet());
        }
        data.nodes().forEach(series -> shown.add(series.metric()));
        data.summary().nodes().forEach(node -> shown.addAll(node.metrics().keySet()));
        data.timeline()
                .columns()
                .forEach(column -> shown.addAll(column.generator().keySet()));
        if (shown.isEmpty()) {
            return;
        }
        out.element("h3", "Definitions");
        out.open("table", "cellpadding", "2", "class", "facts");
        for (Metric metric : Metrics.all()) {
            if (shown.contains(metric.name())) {
                out.open("tr")
                        .open("th", "scope", "row", "align", "left")
                        .element("code", metric.name())
                        .close();
                out.element("td", Quantities.axis(metric.unit()))
                        .element("td", metric.definition())
                        .close();
            }
        }
        out.close();
    }
}
