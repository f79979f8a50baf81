package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A limit of a gate that can be drawn in a chart.
 *
 * @param expression as written in the scenario
 * @param metric what it limits
 * @param statistic which statistic of it; absent for rates and ratios
 * @param on the one request or node it is for; absent when it is for all
 * @param value in the metric's unit
 */
record Limit(String expression, String metric, Optional<Statistic> statistic, Optional<String> on, double value) {
    private static final Pattern ON = Pattern.compile("\\S+\\s+on\\s+(.+?)(?:\\s+in\\s+\\S+)?\\s*[<>]=?[^<>]*");

    /** The limits of a verdict's thresholds. */
    static List<Limit> of(Optional<Verdict> verdict) {
        List<Limit> limits = new ArrayList<>();
        if (verdict.isEmpty()) {
            return limits;
        }
        for (Verdict.Check check : verdict.get().checks()) {
            if (check.kind() == Verdict.Kind.THRESHOLD && check.limit().isPresent()) {
                String subject = subject(check.expression());
                String metric = metricName(subject);
                Optional<Statistic> statistic = subject.length() > metric.length()
                        ? Statistic.parse(subject.substring(metric.length() + 1))
                        : Optional.empty();
                Matcher on = ON.matcher(check.expression().strip());
                Optional<String> name = on.matches() ? Optional.of(on.group(1)) : Optional.empty();
                limits.add(new Limit(
                        check.expression(),
                        metric,
                        statistic,
                        name,
                        check.limit().get()));
            }
        }
        return limits;
    }

    /** A number of a check, with the unit of what it checks. */
    static String value(Verdict.Check check, double value) {
        if (check.unit().isEmpty()) {
            Optional<Metric> metric = Metrics.find(metricName(subject(check.expression())));
            if (metric.isPresent() && metric.get().unit() == Unit.RATIO) {
                return Quantities.percent(value);
            }
        }
        return Quantities.value(value, check.unit());
    }

    /* METRIC[.STATISTIC] is the first word of an expression; the statistic is what the catalogue does not know as a name. */
    private static String subject(String expression) {
        String text = expression.strip();
        int end = 0;
        while (end < text.length()
                && !Character.isWhitespace(text.charAt(end))
                && "<>=".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(0, end);
    }

    private static String metricName(String subject) {
        if (Metrics.find(subject).isPresent()) {
            return subject;
        }
        for (int dot = subject.lastIndexOf('.'); dot > 0; dot = subject.lastIndexOf('.', dot - 1)) {
            if (Statistic.parse(subject.substring(dot + 1)).isPresent()) {
                return subject.substring(0, dot);
            }
        }
        return subject;
    }
}
