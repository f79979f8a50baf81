package dev.plimsoll.reports.imports;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.verdict.ComparedRun;
import dev.plimsoll.reports.verdict.baseline.Circumstances;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The JSON report of GuideLLM, of one benchmark.
 *
 * <p>Definitions as read in GuideLLM 0.8's {@code schemas/base/request_stats.py}: time begins just before the request is
 * sent, by the wall clock; the first token is the first chunk with text; {@code inter_token_latency_ms} is one mean a
 * request, (last − first) / (n − 1), and its percentiles weigh each request by its tokens. Its
 * {@code time_per_output_token_ms} holds the time to the first token, too, and is nothing of Plimsoll's.
 */
final class GuideLlmFile {
    private static final String TOOL = "GuideLLM";
    private static final Map<String, String> CAUTIONS = Map.of(
            "service_time", "GuideLLM takes times from the wall clock",
            "ttft_service", "GuideLLM takes times from the wall clock",
            "tpot", "GuideLLM's inter_token_latency is this, one mean a request, in its report weighted by tokens");

    private GuideLlmFile() {}

    static boolean is(JsonNode node) {
        return node.path("benchmarks").isArray()
                && (node.path("metadata").has("guidellm_version")
                        || node.path("benchmarks").path(0).path("metrics").has("time_to_first_token_ms"));
    }

    static ComparedRun read(String name, JsonNode node) {
        JsonNode benchmarks = node.path("benchmarks");
        if (benchmarks.size() != 1) {
            throw new IllegalArgumentException("it holds " + benchmarks.size()
                    + " benchmarks, and one can be compared; run GuideLLM with one rate or one number of streams");
        }
        JsonNode benchmark = benchmarks.path(0);
        List<String> notes = new ArrayList<>();
        JsonNode totals = benchmark.path("metrics").path("request_totals");
        long complete = Json.count(totals, "successful") + Json.count(totals, "errored");
        RequestLog log = log(benchmark.path("requests"));
        boolean whole = log.size() > 0 && log.size() == complete;
        if (!whole) {
            notes.add(
                    log.size() == 0
                            ? "it has figures alone, without its requests"
                            : "it has " + log.size() + " of " + complete + " requests, so its own figures are taken");
        }
        if (Json.count(totals, "incomplete") > 0) {
            notes.add("GuideLLM broke off " + Json.count(totals, "incomplete")
                    + " at the end, which counts neither as success nor as failure");
        }
        String version = node.path("metadata").path("guidellm_version").asText("");
        return new ComparedRun(
                name,
                version.isEmpty() ? TOOL : TOOL + " " + version,
                Circumstances.ofFile(TOOL, load(node, benchmark), model(node)),
                whole
                        ? Optional.of(log.results(
                                name, Json.number(benchmark, "duration").orElse(0)))
                        : Optional.empty(),
                RequestLog.UNKNOWN,
                whole ? Map.of() : points(benchmark.path("metrics"), complete),
                CAUTIONS,
                notes);
    }

    /* What the file says of the schedule and of the data, without what was left at its default. */
    private static String load(JsonNode node, JsonNode benchmark) {
        List<String> parts = new ArrayList<>();
        told(benchmark.path("config").path("strategy"), parts);
        for (JsonNode data : node.path("config").path("spec").path("data")) {
            told(data, parts);
        }
        return String.join(", ", parts);
    }

    private static void told(JsonNode settings, List<String> parts) {
        settings.properties().forEach(entry -> {
            if (entry.getValue().isValueNode() && !entry.getValue().isNull()) {
                parts.add(entry.getKey() + " " + entry.getValue().asText());
            }
        });
    }

    private static String model(JsonNode node) {
        return node.path("config").path("spec").path("backend").path("model").asText("");
    }

    private static RequestLog log(JsonNode requests) {
        RequestLog log = new RequestLog();
        for (String status : List.of("successful", "errored")) {
            for (JsonNode request : requests.path(status)) {
                OptionalDouble start = Json.number(request, "request_start_time");
                OptionalDouble end = Json.number(request, "request_end_time");
                if (start.isEmpty() || end.isEmpty()) {
                    continue;
                }
                Map<Metric, double[]> values = new LinkedHashMap<>();
                Json.number(request, "time_to_first_token_ms")
                        .ifPresent(millis -> values.put(Metrics.TTFT_SERVICE, new double[] {millis}));
                Json.number(request, "inter_token_latency_ms")
                        .ifPresent(millis -> values.put(Metrics.TPOT, new double[] {millis}));
                log.add(new RequestLog.Request(
                        start.getAsDouble(),
                        RequestLog.millis(end.getAsDouble() - start.getAsDouble())[0],
                        status.equals("successful"),
                        Json.count(request, "prompt_tokens"),
                        Json.count(request, "output_tokens"),
                        values));
            }
        }
        return log;
    }

    private static Map<ComparedRun.Figure, ComparedRun.Point> points(JsonNode metrics, long complete) {
        Map<ComparedRun.Figure, ComparedRun.Point> points = new LinkedHashMap<>();
        /* Latency is in seconds. */
        distribution(points, metrics.path("request_latency"), Metrics.SERVICE_TIME, 1000);
        distribution(points, metrics.path("time_to_first_token_ms"), Metrics.TTFT_SERVICE, 1);
        distribution(points, metrics.path("inter_token_latency_ms"), Metrics.TPOT, 1);
        long succeeded = Json.count(metrics, "request_totals", "successful");
        Json.point(
                points,
                Metrics.THROUGHPUT,
                Optional.empty(),
                Json.number(metrics, "requests_per_second", "successful", "mean"),
                succeeded);
        Json.point(
                points,
                Metrics.OUTPUT_THROUGHPUT,
                Optional.empty(),
                Json.number(metrics, "output_tokens_per_second", "successful", "mean"),
                succeeded);
        if (complete > 0) {
            points.put(
                    new ComparedRun.Figure(Metrics.ERRORS_RATIO, Optional.empty()),
                    new ComparedRun.Point(1 - (double) succeeded / complete, complete));
        }
        return points;
    }

    private static void distribution(
            Map<ComparedRun.Figure, ComparedRun.Point> points, JsonNode metric, Metric as, double scale) {
        JsonNode successful = metric.path("successful");
        long count = Json.count(successful, "count");
        if (count == 0) {
            return;
        }
        scaled(points, as, Statistic.MEAN, Json.number(successful, "mean"), scale, count);
        for (int percentile : new int[] {50, 90, 95, 99}) {
            OptionalDouble value = Json.number(successful, "percentiles", "p" + percentile);
            scaled(points, as, Statistic.percentile(percentile), value, scale, count);
        }
    }

    private static void scaled(
            Map<ComparedRun.Figure, ComparedRun.Point> points,
            Metric metric,
            Statistic statistic,
            OptionalDouble value,
            double scale,
            long count) {
        value.ifPresent(
                number -> Json.point(points, metric, Optional.of(statistic), OptionalDouble.of(number * scale), count));
    }
}
