package dev.plimsoll.scenarios;

import dev.plimsoll.measurements.Metric;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a scenario of a tree: the top of the language, and what spans its sections. */
final class ScenarioDecoder {
    /** What names of scenarios and phases look like. */
    static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,79}";
    /** What names of requests and nodes look like. */
    static final String LABEL = "[^\\s\\p{Cntrl}\"](?:[^\\p{Cntrl}\"]{0,118}[^\\s\\p{Cntrl}\"])?";

    private final Problems problems;
    private final Values values;
    private final NamedFiles files;

    ScenarioDecoder(Problems problems, NamedFiles files) {
        this.problems = problems;
        this.values = new Values(problems);
        this.files = files;
    }

    /** The scenario; absent only after a problem. */
    Optional<Scenario> decode(YamlNode root) {
        Optional<Section> found = values.section(new Field(root, ""), Block.SCENARIO, "a scenario");
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Section top = found.get();
        Optional<String> name = top.need("name")
                .flatMap(field -> values.name(
                        field, "a scenario's name is up to 80 letters, digits, dots, dashes and underscores", NAME));
        String description = values.text(quoted(top.orDefault("description"))).orElse("");
        Optional<Target> target = top.need("target")
                .flatMap(field -> values.section(field, Block.TARGET, "target"))
                .flatMap(this::target);
        Optional<Api> api = target.map(Target::api);
        List<RequestSpec> workload = top.need("workload")
                .map(field -> new WorkloadDecoder(values, api, files).decode(field))
                .orElse(List.of());
        Duration drain = target.map(Target::timeout).orElse(Duration.ofSeconds(60));
        List<Phase> phases = top.need("phases")
                .map(field -> new PhaseDecoder(values, drain).decode(field))
                .orElse(List.of());
        int repeat = values.integer(top.orDefault("repeat"), "repeat", 1, 1000).orElse(1);
        long seed = values.whole(top.orDefault("seed"), "seed", Long.MIN_VALUE, Long.MAX_VALUE)
                .orElse(1L);
        List<Node> nodes = top.get("nodes")
                .map(field -> new NodeDecoder(values).decode(field))
                .orElse(List.of());
        Preflight preflight = top.get("preflight")
                .map(field -> new PreflightDecoder(values, files).decode(field))
                .orElse(Preflight.DEFAULT);
        List<String> nodeNames = names(top, "nodes");
        MetricNames metrics =
                new MetricNames(api, target.map(Target::stream).orElse(true), nodes, nodeNames.size() > nodes.size());
        Objectives objectives =
                top.get("objectives").map(field -> objectives(field, metrics)).orElse(Objectives.NONE);
        Optional<Gate> gate = top.get("gate").flatMap(field -> {
            Expressions expressions = new Expressions(
                    metrics,
                    names(top, "workload"),
                    nodeNames,
                    names(top, "phases"),
                    phases.stream()
                            .filter(phase -> !phase.measure())
                            .map(Phase::name)
                            .toList(),
                    problems);
            return new GateDecoder(values, expressions).decode(field);
        });
        if (problems.count() > 0 || name.isEmpty() || target.isEmpty()) {
            return Optional.empty();
        }
        return top.build(() -> new Scenario(
                name.get(),
                description,
                target.get(),
                workload,
                phases,
                repeat,
                seed,
                objectives,
                nodes,
                preflight,
                gate));
    }

    /** The names in a list, also of items with problems, so that what refers to them is not one more problem. */
    private static List<String> names(Section top, String key) {
        List<String> names = new ArrayList<>();
        if (top.get(key).map(Field::node).orElse(null) instanceof YamlNode.Sequence list) {
            for (YamlNode item : list.items()) {
                if (item instanceof YamlNode.Mapping mapping
                        && mapping.find("name").orElse(null) instanceof YamlNode.Scalar name) {
                    names.add(name.text());
                }
            }
        }
        return names;
    }

    /** An empty default is a text. */
    private static Field quoted(Field field) {
        if (field.node() instanceof YamlNode.Scalar scalar && scalar.text().isEmpty()) {
            scalar.markText();
        }
        return field;
    }

    private Optional<Target> target(Section target) {
        Optional<Api> api = values.word(target.orDefault("api"), "api", Words.API);
        List<URI> urls = new ArrayList<>();
        target.need("url").ifPresent(field -> {
            for (Field item : values.oneOrMore(field, "url")) {
                values.url(item).ifPresent(urls::add);
            }
        });
        String model = Target.MODEL_AUTO;
        if (api.isPresent() && api.get() == Api.HTTP) {
            target.refuse("model", "api http has no model; remove it");
        } else {
            model = values.name(target.orDefault("model"), "a model is a name, or auto", "\\S[^\\p{Cntrl}]{0,499}")
                    .orElse(model);
        }
        boolean generates = api.map(Api::generates).orElse(true);
        boolean stream = values.bool(target.orElse("stream", Boolean.toString(generates)))
                .orElse(generates);
        if (stream && !generates) {
            target.refuse("stream", "api " + api.get().label() + " does not stream; remove it");
        }
        Map<String, String> headers = target.get("headers").map(values::headers).orElse(Map.of());
        Duration timeout =
                values.positiveDuration(target.orDefault("timeout"), "timeout").orElse(Duration.ofSeconds(60));
        Target.Connections connections = connections(target);
        Target.Http http =
                values.word(target.orDefault("http"), "http", Words.HTTP).orElse(Target.Http.AUTO);
        Optional<Target.Tls> tls = target.get("tls").flatMap(field -> tls(field, urls));
        if (api.isEmpty() || urls.isEmpty()) {
            return Optional.empty();
        }
        String named = model;
        return target.build(() -> new Target(urls, api.get(), named, stream, headers, timeout, connections, http, tls));
    }

    private Target.Connections connections(Section target) {
        Field field = target.get("connections").orElseGet(() -> target.implied("connections"));
        return values.section(field, Block.CONNECTIONS, "connections")
                .map(section -> new Target.Connections(
                        values.integer(section.orDefault("max"), "connections.max", 1, 1_000_000)
                                .orElse(1),
                        values.bool(section.orDefault("reuse")).orElse(true)))
                .orElse(Target.Connections.DEFAULT);
    }

    private Optional<Target.Tls> tls(Field field, List<URI> urls) {
        if (!urls.isEmpty() && urls.stream().noneMatch(url -> "https".equals(url.getScheme()))) {
            values.problem(field, "tls is for https; no URL of the target is https");
        }
        return values.section(field, Block.TLS, "tls").flatMap(section -> {
            if (section.has("cert") != section.has("key")) {
                values.problem(
                        field,
                        "tls.cert and tls.key come together; `" + (section.has("cert") ? "key" : "cert")
                                + "` is missing");
                return Optional.empty();
            }
            Map<String, String> paths = new LinkedHashMap<>();
            for (String key : List.of("ca", "cert", "key")) {
                section.get(key).flatMap(file -> files.existing(values, file)).ifPresent(path -> paths.put(key, path));
            }
            boolean verify = values.bool(section.orDefault("verify")).orElse(true);
            Optional<String> serverName = section.get("server_name")
                    .flatMap(name -> values.name(
                            name, "server_name is a host's name, such as gpu.example", Target.Tls.SERVER_NAME));
            Target.TlsProvider provider = values.word(section.orDefault("provider"), "provider", Words.TLS_PROVIDER)
                    .orElse(Target.TlsProvider.AUTO);
            boolean half = paths.containsKey("cert") != paths.containsKey("key");
            return half
                    ? Optional.empty()
                    : section.build(() -> new Target.Tls(
                            Optional.ofNullable(paths.get("ca")),
                            Optional.ofNullable(paths.get("cert")),
                            Optional.ofNullable(paths.get("key")),
                            verify,
                            serverName,
                            provider));
        });
    }

    private Objectives objectives(Field field, MetricNames metrics) {
        return values.section(field, Block.OBJECTIVES, "objectives")
                .flatMap(section -> {
                    Map<Metric, Duration> limits = new LinkedHashMap<>();
                    for (Metric metric : MetricNames.times()) {
                        section.get(metric.name()).ifPresent(limit -> {
                            metrics.absence(metric).ifPresent(why -> values.problem(limit, why));
                            values.positiveDuration(limit, "an objective")
                                    .ifPresent(duration -> limits.put(metric, duration));
                        });
                    }
                    Field shareField = section.orDefault("share");
                    double share = values.ratio(shareField).orElse(1.0);
                    if (share <= 0) {
                        values.problem(shareField, "share is above 0%, not 0");
                        return Optional.empty();
                    }
                    return section.build(() -> new Objectives(limits, share));
                })
                .orElse(Objectives.NONE);
    }
}
