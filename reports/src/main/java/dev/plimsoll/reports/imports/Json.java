package dev.plimsoll.reports.imports;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.verdict.ComparedRun;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Numbers in the JSON of other tools. Absent, null and what is no number are all nothing. Pure. */
final class Json {
    private Json() {}

    /** A number at a path such as {@code request_latency.avg}. */
    static OptionalDouble number(JsonNode node, String... path) {
        JsonNode at = node;
        for (String key : path) {
            at = at.path(key);
        }
        return at.isNumber() && Double.isFinite(at.doubleValue())
                ? OptionalDouble.of(at.doubleValue())
                : OptionalDouble.empty();
    }

    /** A list of numbers; empty where there is none. What is no number in it is 0. */
    static double[] numbers(JsonNode list) {
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = list.path(i).asDouble();
        }
        return numbers;
    }

    /** A count of requests or tokens; 0 where there is none. */
    static long count(JsonNode node, String... path) {
        return Math.round(number(node, path).orElse(0));
    }

    /** Puts a figure where the file has the number. */
    static void point(
            Map<ComparedRun.Figure, ComparedRun.Point> points,
            Metric metric,
            Optional<Statistic> statistic,
            OptionalDouble value,
            long count) {
        value.ifPresent(
                number -> points.put(new ComparedRun.Figure(metric, statistic), new ComparedRun.Point(number, count)));
    }
}
