package dev.plimsoll.reports.bundle;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plimsoll.measurements.MeasurementsJson;
import dev.plimsoll.reports.results.ServerView;
import dev.plimsoll.reports.results.Summary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How a bundle's records look in JSON. What is absent is left out; nothing stands for it. */
public final class BundleJson {
    private static final JsonMapper LINES = MeasurementsJson.mapper()
            .rebuild()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
            .build();
    private static final JsonMapper FILES =
            LINES.rebuild().enable(SerializationFeature.INDENT_OUTPUT).build();

    private BundleJson() {}

    /** A record on one line, without its end. */
    public static String line(Object value) {
        return write(LINES, value);
    }

    /** A record as a file for people, with a line feed at its end. */
    public static String file(Object value) {
        return write(FILES, value) + "\n";
    }

    /** The members of what a value is in JSON, in order. */
    public static Map<String, Object> members(Object value) {
        return LINES.convertValue(value, new TypeReference<LinkedHashMap<String, Object>>() {});
    }

    private static String write(JsonMapper mapper, Object value) {
        try {
            return mapper.writeValueAsString(value instanceof RunEvent event ? tree(event) : value);
        } catch (JsonProcessingException e) {
            throw new BundleException("cannot write " + value.getClass().getSimpleName() + " as JSON: " + e, e);
        }
    }

    static JsonNode parse(String json) throws JsonProcessingException {
        return LINES.readTree(json);
    }

    static <T> T as(JsonNode node, Class<T> type) throws JsonProcessingException {
        return LINES.treeToValue(node, type);
    }

    /** An event's further values stand beside its own. */
    private static JsonNode tree(RunEvent event) {
        ObjectNode node = LINES.createObjectNode();
        node.put("t", event.t());
        node.put("type", event.type());
        node.put("sentence", event.sentence());
        new TreeMap<>(event.detail()).forEach((name, value) -> {
            if (!node.has(name)) {
                node.set(name, LINES.valueToTree(value));
            }
        });
        return node;
    }

    static RunEvent event(JsonNode node) {
        Map<String, Object> detail = new LinkedHashMap<>();
        node.properties().forEach(entry -> {
            boolean isOwn = List.of("t", "type", "sentence").contains(entry.getKey());
            if (!isOwn && !entry.getValue().isNull()) {
                detail.put(entry.getKey(), LINES.convertValue(entry.getValue(), Object.class));
            }
        });
        return new RunEvent(
                required(node, "t").asDouble(),
                required(node, "type").asText(),
                node.path("sentence").asText(""),
                detail);
    }

    static Summary summary(JsonNode node) throws JsonProcessingException {
        List<Summary.PhaseSummary> phases = new ArrayList<>();
        for (JsonNode phase : node.path("phases")) {
            List<Summary.RequestSummary> requests = new ArrayList<>();
            for (JsonNode request : phase.path("requests")) {
                requests.add(
                        new Summary.RequestSummary(required(request, "name").asText(), figures(request)));
            }
            phases.add(new Summary.PhaseSummary(
                    required(phase, "name").asText(),
                    phase.path("measured").asBoolean(),
                    phase.path("duration_s").asDouble(),
                    requests,
                    figures(required(phase, "all"))));
        }
        List<Summary.NodeSummary> nodes = new ArrayList<>();
        for (JsonNode one : node.path("nodes")) {
            Map<String, String> missing = new LinkedHashMap<>();
            one.path("missing")
                    .properties()
                    .forEach(entry ->
                            missing.put(entry.getKey(), entry.getValue().asText()));
            nodes.add(new Summary.NodeSummary(required(one, "name").asText(), metrics(one.path("metrics")), missing));
        }
        return new Summary(
                node.path("format").asInt(),
                required(node, "run").asText(),
                phases,
                figures(required(node, "all")),
                generator(required(node, "generator")),
                nodes,
                server(node.path("server")));
    }

    private static Optional<ServerView> server(JsonNode node) throws JsonProcessingException {
        if (!node.isObject()) {
            return Optional.empty();
        }
        List<ServerView.Line> lines = new ArrayList<>();
        for (JsonNode line : node.path("lines")) {
            lines.add(new ServerView.Line(
                    required(line, "metric").asText(),
                    line.path("phase").asText(""),
                    line.path("server_count").asLong(),
                    number(line, "server_mean_ms"),
                    line.path("client_count").asLong(),
                    number(line, "client_mean_ms")));
        }
        List<String> findings = new ArrayList<>();
        node.path("findings").forEach(finding -> findings.add(finding.asText()));
        return Optional.of(new ServerView(lines, findings));
    }

    private static Summary.GeneratorSummary generator(JsonNode node) {
        List<String> findings = new ArrayList<>();
        node.path("findings").forEach(finding -> findings.add(finding.asText()));
        return new Summary.GeneratorSummary(
                number(node, "send_lag_p99_ms"),
                number(node, "event_loop_lag_p99_ms"),
                number(node, "cpu_max"),
                node.path("fit").asBoolean(),
                findings);
    }

    private static Summary.Figures figures(JsonNode node) throws JsonProcessingException {
        Map<String, Double> rates = new LinkedHashMap<>();
        node.path("rates")
                .properties()
                .forEach(entry -> rates.put(entry.getKey(), entry.getValue().asDouble()));
        return new Summary.Figures(
                as(required(node, "counts"), Summary.Counts.class), rates, metrics(node.path("metrics")));
    }

    private static Map<String, Summary.MetricSummary> metrics(JsonNode node) {
        Map<String, Summary.MetricSummary> metrics = new LinkedHashMap<>();
        node.properties().forEach(entry -> {
            Map<String, Double> statistics = new LinkedHashMap<>();
            entry.getValue().properties().forEach(statistic -> {
                if (statistic.getValue().isNumber() && !statistic.getKey().equals("count")) {
                    statistics.put(statistic.getKey(), statistic.getValue().asDouble());
                }
            });
            metrics.put(
                    entry.getKey(),
                    new Summary.MetricSummary(
                            entry.getValue().path("unit").asText(""),
                            entry.getValue().path("count").asLong(),
                            statistics));
        });
        return metrics;
    }

    private static Optional<Double> number(JsonNode node, String name) {
        return node.path(name).isNumber() ? Optional.of(node.path(name).asDouble()) : Optional.empty();
    }

    private static JsonNode required(JsonNode node, String name) {
        if (!node.hasNonNull(name)) {
            throw new IllegalArgumentException("\"" + name + "\" is missing");
        }
        return node.get(name);
    }
}
