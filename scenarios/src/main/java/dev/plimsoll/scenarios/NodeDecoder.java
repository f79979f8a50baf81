package dev.plimsoll.scenarios;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code nodes}. */
final class NodeDecoder {
    private static final Duration LEAST_INTERVAL = Duration.ofMillis(100);
    private static final int MOST_PORT = 65_535;
    private static final String METRIC = "[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*";

    private static final int MOST_GPUS = 9_999;

    private final Values values;

    NodeDecoder(Values values) {
        this.values = values;
    }

    List<Node> decode(Field field) {
        List<Node> nodes = new ArrayList<>();
        Map<String, Integer> lines = new LinkedHashMap<>();
        for (Field item : values.list(field, "nodes")) {
            values.section(item, Block.NODE, "a node")
                    .flatMap(section -> node(section, lines))
                    .ifPresent(nodes::add);
        }
        return nodes;
    }

    private Optional<Node> node(Section section, Map<String, Integer> lines) {
        String rule = "a node's name is up to 120 characters without double quotes";
        Optional<String> name = section.need("name").flatMap(field -> {
            Optional<String> text = values.name(field, rule, ScenarioDecoder.LABEL);
            text.ifPresent(word -> WorkloadDecoder.unique(values, field, word, "node", lines));
            return text;
        });
        Optional<String> agent = section.get("agent")
                .flatMap(field -> values.name(field, "agent is the label of an agent", ScenarioDecoder.LABEL));
        List<ProbeSpec> probes = new ArrayList<>();
        section.need("probes").ifPresent(field -> {
            for (Field item : values.filledList(field, "probes")) {
                values.section(item, Block.PROBE, "a probe")
                        .flatMap(this::probe)
                        .ifPresent(probes::add);
            }
        });
        Field intervalField = section.orDefault("interval");
        Duration interval = values.duration(intervalField).orElse(LEAST_INTERVAL);
        if (interval.compareTo(LEAST_INTERVAL) < 0) {
            values.problem(
                    intervalField, "a node's interval is at least 100ms, not \"" + Quantities.format(interval) + "\"");
            return Optional.empty();
        }
        if (name.isEmpty() || probes.isEmpty()) {
            return Optional.empty();
        }
        return section.build(() -> new Node(name.get(), agent, probes, interval));
    }

    private Optional<? extends ProbeSpec> probe(Section section) {
        Optional<String> type = section.need("type").flatMap(field -> values.word(field, "a probe's type", types()));
        if (type.isEmpty()) {
            return Optional.empty();
        }
        List<String> own = Words.PROBES.getOrDefault(type.get(), List.of());
        for (String key : section.keys()) {
            if (!key.equals("type") && !own.contains(key) && Block.PROBE.keys().contains(key)) {
                section.refuse(
                        key,
                        "a " + type.get() + " probe has no `" + key + "`"
                                + (own.isEmpty() ? "" : "; it has " + String.join(" and ", own)));
            }
        }
        return make(section, type.get());
    }

    private static Map<String, String> types() {
        Map<String, String> types = new LinkedHashMap<>();
        Words.PROBES.keySet().forEach(type -> types.put(type, type));
        return types;
    }

    private Optional<? extends ProbeSpec> make(Section section, String type) {
        return switch (type) {
            case "node-exporter" -> url(section).map(ProbeSpec.NodeExporter::new);
            case "dcgm" -> url(section).map(url -> new ProbeSpec.Dcgm(url, gpus(section)));
            case "vllm" -> url(section).map(ProbeSpec.Vllm::new);
            case "jvm" -> url(section).map(url -> new ProbeSpec.Jvm(url, headers(section)));
            case "nvidia-smi" -> Optional.of(new ProbeSpec.NvidiaSmi(gpus(section)));
            case "amd-smi" -> Optional.of(new ProbeSpec.AmdSmi(gpus(section)));
            case "rocm-smi" -> Optional.of(new ProbeSpec.RocmSmi(gpus(section)));
            case "local" -> Optional.of(new ProbeSpec.Local());
            case "jstat" -> process(section).map(ProbeSpec.Jstat::new);
            case "jfr" -> process(section).map(ProbeSpec.Jfr::new);
            case "exec" ->
                section.need("command")
                        .map(values::command)
                        .filter(command -> !command.isEmpty())
                        .map(ProbeSpec.Exec::new);
            case "prometheus" -> prometheus(section);
            default -> throw new IllegalArgumentException("no probe is of type " + type);
        };
    }

    private Optional<URI> url(Section section) {
        return section.need("url").flatMap(values::url);
    }

    private List<Integer> gpus(Section section) {
        List<Integer> gpus = new ArrayList<>();
        section.get("gpus").ifPresent(field -> {
            for (Field item : values.filledList(field, "gpus")) {
                values.integer(item, "a GPU's number", 0, MOST_GPUS).ifPresent(number -> {
                    if (gpus.contains(number)) {
                        values.problem(item, "GPU " + number + " is there twice; each of gpus is there once");
                    } else {
                        gpus.add(number);
                    }
                });
            }
        });
        return gpus;
    }

    private Map<String, String> headers(Section section) {
        return section.get("headers").map(values::headers).orElse(Map.of());
    }

    /** The JVM by {@code pid} or by {@code port}. */
    private Optional<LocalProcess> process(Section section) {
        Optional<Field> port = section.get("port");
        if (port.isPresent()) {
            section.get("pid")
                    .ifPresent(pid -> section.refuse("pid", "a JVM is named by `pid` or by `port`, not by both"));
            return values.whole(port.get(), "port", 1, MOST_PORT)
                    .map(number -> new LocalProcess.OfPort(number.intValue()));
        }
        return section.need("pid")
                .flatMap(field -> values.whole(field, "pid", 1, Integer.MAX_VALUE))
                .map(LocalProcess.OfPid::new);
    }

    private Optional<ProbeSpec.Prometheus> prometheus(Section section) {
        Optional<URI> url = url(section);
        Map<String, String> headers = headers(section);
        Map<String, String> queries = new LinkedHashMap<>();
        section.need("queries").ifPresent(field -> {
            Map<String, Field> entries = values.entries(field, "queries");
            if (entries.isEmpty() && field.node() instanceof YamlNode.Mapping) {
                values.problem(field, "queries has at least one query by metric, not {}");
            }
            entries.forEach((metric, query) -> {
                if (metric.matches(METRIC)) {
                    values.text(query).ifPresent(text -> queries.put(metric, text));
                } else {
                    values.problem(
                            query,
                            "a metric's name is lower-case words joined by dots or underscores, not \"" + metric
                                    + "\"");
                }
            });
        });
        if (url.isEmpty() || queries.isEmpty()) {
            return Optional.empty();
        }
        return section.build(() -> new ProbeSpec.Prometheus(url.get(), headers, queries));
    }
}
