package dev.plimsoll.reports.render;

import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One run as OpenMetrics text (version 1.0.0), which is what GitLab reads as a metrics report and shows as the change
 * from the target branch. Every value is a gauge in the base unit of its family: times in seconds, shares from 0 to 1.
 * A value that is absent has no line. Labels tell values of one family apart and stay the same from run to run, so the
 * run's id is in none of them. Pure.
 */
public final class OpenMetricsText {
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final double PERCENT = 100;

    private final Map<String, Family> families = new LinkedHashMap<>();

    private OpenMetricsText() {}

    /** Samples of one metric, by their labels; they must stand together, and each set of labels only once. */
    private record Family(String type, String unit, String help, Map<String, Double> samples) {
        Family(String type, String unit, String help) {
            this(type, unit, help, new LinkedHashMap<>());
        }
    }

    /** The unit of a family and what turns a value into it. */
    private record Base(String unit, double divisor) {
        static Base of(String symbol) {
            return switch (symbol) {
                case "ms" -> new Base("seconds", MILLIS_PER_SECOND);
                case "/s" -> new Base("per_second", 1);
                case "%" -> new Base("ratio", PERCENT);
                case "tokens" -> new Base("tokens", 1);
                case "B" -> new Base("bytes", 1);
                case "B/s" -> new Base("bytes_per_second", 1);
                case "C" -> new Base("celsius", 1);
                case "W" -> new Base("watts", 1);
                case "J" -> new Base("joules", 1);
                case "MHz" -> new Base("megahertz", 1);
                default -> new Base("", 1);
            };
        }
    }

    /** The whole text, with its end. */
    public static String render(RunInfo info, Summary summary, Optional<Verdict> verdict) {
        OpenMetricsText text = new OpenMetricsText();
        verdict.ifPresent(found -> text.verdict(info, found));
        for (Summary.PhaseSummary phase : summary.phases()) {
            if (phase.measured()) {
                phase.requests()
                        .forEach(request -> text.figures(
                                Map.of("phase", phase.name(), "request", request.name()), request.figures()));
            }
        }
        for (Summary.NodeSummary node : summary.nodes()) {
            node.metrics().forEach((name, metric) -> text.metric("node_" + name, Map.of("node", node.name()), metric));
        }
        return text.finish();
    }

    private void verdict(RunInfo info, Verdict verdict) {
        for (Verdict.Outcome outcome : Verdict.Outcome.values()) {
            sample(
                    "plimsoll_verdict",
                    new Family("stateset", "", "The answer to the pipeline"),
                    Map.of(
                            "plimsoll_verdict",
                            outcome.name(),
                            "scenario",
                            info.scenario().name()),
                    outcome == verdict.verdict() ? 1 : 0);
        }
        for (Verdict.Check check : verdict.checks()) {
            Map<String, String> labels =
                    Map.of("check", check.expression(), "kind", check.kind().label());
            sample(
                    "plimsoll_check_passed",
                    gauge("", "1 for a check that surely passed, 0 for any other"),
                    labels,
                    check.outcome() == Verdict.CheckOutcome.PASS ? 1 : 0);
            check.measured()
                    .ifPresent(value -> sample(
                            "plimsoll_check_measured",
                            gauge("", "The value that was held against the limit, in the limit's unit"),
                            labels,
                            value));
        }
    }

    private void figures(Map<String, String> labels, Summary.Figures figures) {
        figures.metrics().forEach((name, metric) -> metric(name, labels, metric));
        figures.rates().forEach((name, value) -> {
            boolean share = name.endsWith("ratio");
            sample(
                    name(name, share ? "" : "per_second"),
                    gauge(share ? "" : "per_second", name + " of the measured phases"),
                    labels,
                    value);
        });
    }

    private void metric(String name, Map<String, String> labels, Summary.MetricSummary metric) {
        Base base = Base.of(metric.unit());
        metric.statistics().forEach((statistic, value) -> {
            if (Samples.suffice(metric.count(), statistic)) {
                Map<String, String> all = new TreeMap<>(labels);
                all.put("statistic", statistic);
                sample(
                        name(name, base.unit()),
                        gauge(base.unit(), name + " of the measured phases"),
                        all,
                        value / base.divisor());
            }
        });
    }

    private static Family gauge(String unit, String help) {
        return new Family("gauge", unit, help);
    }

    /** A family with a unit has it at the end of its name. */
    private static String name(String metric, String unit) {
        String plain = "plimsoll_" + metric.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
        return unit.isEmpty() || plain.endsWith("_" + unit) ? plain : plain + "_" + unit;
    }

    private void sample(String name, Family family, Map<String, String> labels, double value) {
        StringBuilder text = new StringBuilder("{");
        String separator = "";
        for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
            text.append(separator).append(label.getKey()).append("=\"");
            text.append(escaped(label.getValue())).append('"');
            separator = ",";
        }
        families.computeIfAbsent(name, n -> family)
                .samples()
                .putIfAbsent(text.append('}').toString(), value);
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return Double.toString(value);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\R", "\\\\n");
    }

    private String finish() {
        StringBuilder out = new StringBuilder();
        families.forEach((name, family) -> {
            out.append("# TYPE ").append(name).append(' ').append(family.type()).append('\n');
            if (!family.unit().isEmpty()) {
                out.append("# UNIT ")
                        .append(name)
                        .append(' ')
                        .append(family.unit())
                        .append('\n');
            }
            out.append("# HELP ").append(name).append(' ').append(family.help()).append('\n');
            family.samples()
                    .forEach((labels, value) -> out.append(name)
                            .append(labels)
                            .append(' ')
                            .append(number(value))
                            .append('\n'));
        });
        return out.append("# EOF\n").toString();
    }
}
