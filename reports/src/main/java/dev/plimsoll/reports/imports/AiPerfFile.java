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
import java.util.Set;

/**
 * The files of AIPerf: {@code profile_export_aiperf.json}, which has figures, and {@code profile_export.jsonl}, which has
 * a line for each request.
 *
 * <p>Definitions as read in AIPerf's documentation of metrics: {@code request_latency} ends at the last chunk with
 * content; {@code inter_token_latency} is one mean a request, (latency − TTFT) / (n − 1); {@code inter_chunk_latency} is
 * the gap between chunks.
 */
final class AiPerfFile {
    private static final String TOOL = "AIPerf";
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Map<String, Metric> TIMES = Map.of(
            "request_latency", Metrics.SERVICE_TIME,
            "time_to_first_token", Metrics.TTFT_SERVICE,
            "inter_token_latency", Metrics.TPOT,
            "inter_chunk_latency", Metrics.CHUNK_GAP);
    private static final Map<String, String> CAUTIONS = Map.of(
            "service_time", "AIPerf ends it at the last chunk with content, Plimsoll at the last byte",
            "output_tokens", "AIPerf counts them with a tokenizer of its own unless told to use the server's count",
            "output_throughput",
                    "AIPerf counts tokens with a tokenizer of its own unless told to use the server's count",
            "tpot", "AIPerf counts tokens with a tokenizer of its own unless told to use the server's count");

    private AiPerfFile() {}

    static boolean isSummary(JsonNode node) {
        return node.has("aiperf_version") && node.path("request_throughput").isObject();
    }

    static boolean isRecord(JsonNode node) {
        return node.path("metadata").has("request_start_ns")
                && node.path("metrics").isObject();
    }

    static ComparedRun summary(String name, JsonNode node) {
        Map<ComparedRun.Figure, ComparedRun.Point> points = new LinkedHashMap<>();
        TIMES.forEach((key, metric) -> distribution(points, node.path(key), metric));
        distribution(points, node.path("output_sequence_length"), Metrics.OUTPUT_TOKENS);
        distribution(points, node.path("input_sequence_length"), Metrics.INPUT_TOKENS);
        long completed = Json.count(node, "request_count", "avg");
        rate(points, node, "request_throughput", Metrics.THROUGHPUT, completed);
        rate(points, node, "output_token_throughput", Metrics.OUTPUT_THROUGHPUT, completed);
        rate(points, node, "total_token_throughput", Metrics.TOTAL_THROUGHPUT, completed);
        long failed = Json.count(node, "error_request_count", "avg");
        if (completed + failed > 0) {
            points.put(
                    new ComparedRun.Figure(Metrics.ERRORS_RATIO, Optional.empty()),
                    new ComparedRun.Point((double) failed / (completed + failed), completed + failed));
        }
        return new ComparedRun(
                name,
                TOOL + " " + node.path("aiperf_version").asText(),
                Circumstances.ofFile(TOOL, load(node), model(node)),
                Optional.empty(),
                Set.of(),
                points,
                CAUTIONS,
                List.of("it has figures alone; profile_export.jsonl beside it has every request, and changes have"
                        + " intervals"));
    }

    private static String model(JsonNode node) {
        JsonNode models = node.path("input_config").path("models").path("items");
        return models.size() == 1 ? models.path(0).path("name").asText("") : "";
    }

    private static String load(JsonNode node) {
        List<String> parts = new ArrayList<>();
        for (JsonNode phase : node.path("input_config").path("phases")) {
            parts.add(phase.toString());
        }
        for (JsonNode data : node.path("input_config").path("datasets")) {
            parts.add(data.toString());
        }
        return String.join(", ", parts);
    }

    private static void distribution(Map<ComparedRun.Figure, ComparedRun.Point> points, JsonNode metric, Metric as) {
        long count = Json.count(metric, "count");
        Json.point(points, as, Optional.of(Statistic.MEAN), Json.number(metric, "avg"), count);
        for (int percentile : new int[] {50, 90, 95, 99}) {
            Json.point(
                    points,
                    as,
                    Optional.of(Statistic.percentile(percentile)),
                    Json.number(metric, "p" + percentile),
                    count);
        }
    }

    private static void rate(
            Map<ComparedRun.Figure, ComparedRun.Point> points, JsonNode node, String key, Metric metric, long count) {
        Json.point(points, metric, Optional.empty(), Json.number(node, key, "avg"), count);
    }

    static ComparedRun records(String name, List<JsonNode> lines) {
        RequestLog log = new RequestLog();
        long warming = 0;
        long cancelled = 0;
        for (JsonNode line : lines) {
            if (!isRecord(line)) {
                throw new IllegalArgumentException("a line is no record of a request: it has no request_start_ns");
            }
            if (line.path("metadata").path("benchmark_phase").asText("").equals("warmup")) {
                warming++;
            } else if (line.path("metadata").path("was_cancelled").asBoolean()) {
                cancelled++;
            } else {
                log.add(request(line));
            }
        }
        List<String> notes = new ArrayList<>();
        if (warming > 0) {
            notes.add("requests of its warm-up were left out: " + warming);
        }
        if (cancelled > 0) {
            notes.add("AIPerf cancelled " + cancelled + ", which counts neither as success nor as failure");
        }
        return new ComparedRun(
                name,
                TOOL,
                Circumstances.ofFile(TOOL, "", ""),
                Optional.of(log.results(name, 0)),
                RequestLog.UNKNOWN,
                Map.of(),
                CAUTIONS,
                notes);
    }

    private static RequestLog.Request request(JsonNode line) {
        double start = line.path("metadata").path("request_start_ns").asDouble();
        double end = line.path("metadata").path("request_end_ns").asDouble();
        JsonNode metrics = line.path("metrics");
        Map<Metric, double[]> values = new LinkedHashMap<>();
        for (String key : List.of("time_to_first_token", "inter_token_latency", "inter_chunk_latency")) {
            JsonNode value = metrics.path(key).path("value");
            double[] numbers = value.isArray() ? Json.numbers(value) : new double[] {value.asDouble()};
            if (value.isArray() || value.isNumber()) {
                values.put(TIMES.getOrDefault(key, Metrics.TPOT), numbers);
            }
        }
        OptionalDouble latency = Json.number(metrics, "request_latency", "value");
        return new RequestLog.Request(
                start / NANOS_PER_SECOND,
                latency.orElse((end - start) / 1e6),
                line.path("error").isMissingNode() || line.path("error").isNull(),
                Json.count(metrics, "input_sequence_length", "value"),
                Json.count(metrics, "output_sequence_length", "value"),
                values);
    }
}
