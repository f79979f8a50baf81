package dev.plimsoll.reports.imports;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.verdict.ComparedRun;
import dev.plimsoll.reports.verdict.baseline.Circumstances;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The JSON of {@code vllm bench serve --save-result}, with {@code --save-detailed} or without.
 *
 * <p>Definitions as read in vLLM's {@code benchmarks/serve.py} and {@code lib/endpoint_request_func.py}: time begins when
 * the request is sent, after the wait for {@code --max-concurrency}; the first token is the first chunk with any choice;
 * the end is the last such chunk; {@code itl} is the gap between chunks.
 */
final class VllmBenchFile {
    private static final String TOOL = "vllm bench serve";
    private static final Map<String, Metric> TIMES = Map.of(
            "e2el", Metrics.SERVICE_TIME,
            "ttft", Metrics.TTFT_SERVICE,
            "tpot", Metrics.TPOT,
            "itl", Metrics.CHUNK_GAP);
    private static final Map<String, String> CAUTIONS = Map.of(
            "service_time", "vllm bench serve ends it at the last chunk with a choice, Plimsoll at the last byte",
            "ttft_service",
                    "vllm bench serve takes a first chunk without text, such as the role's, for the first token",
            "tpot", "vllm bench serve counts from a first chunk that may be without text",
            "chunk_gap", "vllm bench serve counts the gap after a first chunk without text, too");

    private VllmBenchFile() {}

    static boolean is(JsonNode node) {
        return node.isObject() && node.has("request_throughput") && node.has("completed") && node.has("duration");
    }

    static ComparedRun read(String name, JsonNode node) {
        boolean detailed = node.path("ttfts").isArray() && node.path("itls").isArray();
        boolean latencies = node.path("latencies").size() > 0;
        List<String> notes = new ArrayList<>();
        Optional<RequestLog> log = Optional.empty();
        if (detailed) {
            log = Optional.of(log(node, notes));
        } else if (latencies) {
            log = Optional.of(latencies(node, notes));
            notes.add(
                    "it has each request's latency and of all else figures alone; with --save-detailed all changes have"
                            + " intervals");
        } else {
            notes.add("it has figures alone; with --save-detailed it has every request, and changes have intervals");
        }
        double seconds = Json.number(node, "duration").orElse(0);
        Set<String> unknown = new HashSet<>(RequestLog.UNKNOWN);
        if (!detailed) {
            unknown.addAll(List.of("output_throughput", "total_throughput"));
        }
        return new ComparedRun(
                name,
                TOOL,
                Circumstances.ofFile(TOOL, load(node), node.path("model_id").asText("")),
                log.map(requests -> requests.results(name, seconds)),
                unknown,
                detailed ? Map.of() : points(node),
                CAUTIONS,
                notes);
    }

    private static RequestLog latencies(JsonNode node, List<String> notes) {
        double[] latencies = Json.numbers(node.path("latencies"));
        double[] starts = starts(node, latencies.length, notes);
        RequestLog log = new RequestLog();
        for (int i = 0; i < latencies.length; i++) {
            double millis = RequestLog.millis(latencies[i])[0];
            log.add(new RequestLog.Request(starts[i], millis, latencies[i] > 0, 0, 0, Map.of()));
        }
        return log;
    }

    private static String load(JsonNode node) {
        List<String> parts = new ArrayList<>();
        for (String key :
                List.of("num_prompts", "request_rate", "burstiness", "max_concurrency", "total_input_tokens")) {
            JsonNode value = node.path(key);
            if (!value.isMissingNode() && !value.isNull()) {
                parts.add(key + " " + value.asText());
            }
        }
        return String.join(", ", parts);
    }

    private static RequestLog log(JsonNode node, List<String> notes) {
        double[] ttfts = Json.numbers(node.path("ttfts"));
        int n = ttfts.length;
        if (node.path("itls").size() != n) {
            throw new IllegalArgumentException(
                    "ttfts has " + n + " values and itls " + node.path("itls").size());
        }
        double[] starts = starts(node, n, notes);
        double[] input = Arrays.copyOf(Json.numbers(node.path("input_lens")), n);
        double[] output = Arrays.copyOf(Json.numbers(node.path("output_lens")), n);
        double[] latencies = Json.numbers(node.path("latencies"));
        RequestLog log = new RequestLog();
        for (int i = 0; i < n; i++) {
            double[] gaps = Json.numbers(node.path("itls").path(i));
            boolean ok = node.path("errors").path(i).asText("").isEmpty() && ttfts[i] > 0;
            double after = Arrays.stream(gaps).sum();
            double whole = latencies.length == n && latencies[i] > 0 ? latencies[i] : ttfts[i] + after;
            Map<Metric, double[]> values = new LinkedHashMap<>();
            values.put(Metrics.TTFT_SERVICE, RequestLog.millis(ttfts[i]));
            values.put(Metrics.CHUNK_GAP, RequestLog.millis(gaps));
            if (output[i] > 1) {
                values.put(Metrics.TPOT, RequestLog.millis((whole - ttfts[i]) / (output[i] - 1)));
            }
            log.add(new RequestLog.Request(
                    starts[i], RequestLog.millis(whole)[0], ok, Math.round(input[i]), Math.round(output[i]), values));
        }
        return log;
    }

    private static double[] starts(JsonNode node, int n, List<String> notes) {
        double[] starts = Json.numbers(node.path("start_times"));
        if (starts.length == n) {
            return starts;
        }
        notes.add("it does not tell when requests were sent; they are taken as evenly spread, in their order");
        double step = Json.number(node, "duration").orElse(n) / Math.max(1, n);
        double[] even = new double[n];
        for (int i = 0; i < n; i++) {
            even[i] = i * step;
        }
        return even;
    }

    private static Map<ComparedRun.Figure, ComparedRun.Point> points(JsonNode node) {
        Map<ComparedRun.Figure, ComparedRun.Point> points = new LinkedHashMap<>();
        long completed = Json.count(node, "completed");
        TIMES.forEach((key, metric) -> {
            /* Gaps are many more than requests, and the file does not say how many. */
            long count = key.equals("itl") ? 0 : completed;
            Json.point(points, metric, Optional.of(Statistic.MEAN), Json.number(node, "mean_" + key + "_ms"), count);
            Json.point(
                    points,
                    metric,
                    Optional.of(Statistic.percentile(50)),
                    Json.number(node, "median_" + key + "_ms"),
                    count);
            for (String percentile : List.of("90", "95", "99")) {
                Json.point(
                        points,
                        metric,
                        Statistic.parse("p" + percentile),
                        Json.number(node, "p" + percentile + "_" + key + "_ms"),
                        count);
            }
        });
        Json.point(points, Metrics.THROUGHPUT, Optional.empty(), Json.number(node, "request_throughput"), completed);
        Json.point(
                points, Metrics.OUTPUT_THROUGHPUT, Optional.empty(), Json.number(node, "output_throughput"), completed);
        Json.point(
                points,
                Metrics.TOTAL_THROUGHPUT,
                Optional.empty(),
                Json.number(node, "total_token_throughput"),
                completed);
        double failed = Json.number(node, "failed").orElse(Double.NaN);
        if (failed + completed > 0) {
            points.put(
                    new ComparedRun.Figure(Metrics.ERRORS_RATIO, Optional.empty()),
                    new ComparedRun.Point(failed / (failed + completed), Math.round(failed + completed)));
        }
        return points;
    }
}
