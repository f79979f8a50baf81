package dev.plimsoll.scenarios;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.measurements.Unit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The metrics that one scenario can have: the catalogue, and those that its own probes bring along. */
final class MetricNames {
    private static final Set<String> OF_STREAMS = Set.of("ttft", "ttft_service", "tpot", "itl", "chunk_gap");
    private static final Set<String> OF_GENERATION = Set.of("latency_per_token", "output_tokens", "output_throughput");
    private static final Set<String> OF_TOKENS = Set.of("input_tokens", "total_throughput");

    private final Map<String, Metric> metrics = new LinkedHashMap<>();
    private final boolean anyName;
    private final Optional<Api> api;
    private final boolean stream;
    private final boolean nodes;

    /**
     * The metrics of a scenario.
     *
     * @param api absent if it is not known, because of a problem
     * @param stream whether answers are streamed
     *
     * @param nodes its nodes
     * @param moreNodes whether it has others, which are not known because of a problem
     */
    MetricNames(Optional<Api> api, boolean stream, List<Node> nodes, boolean moreNodes) {
        this.api = api;
        this.stream = stream;
        this.nodes = !nodes.isEmpty() || moreNodes;
        Metrics.all().forEach(metric -> metrics.put(metric.name(), metric));
        boolean commands = moreNodes;
        for (Node node : nodes) {
            for (ProbeSpec probe : node.probes()) {
                if (probe instanceof ProbeSpec.Prometheus prometheus) {
                    prometheus.queries().keySet().forEach(name -> metrics.computeIfAbsent(name, Metrics::custom));
                }
                commands |= probe instanceof ProbeSpec.Exec;
            }
        }
        this.anyName = commands;
    }

    /** The times of a request, on which there can be objectives. */
    static List<Metric> times() {
        return Metrics.all().stream()
                .filter(metric -> metric.kind() == Metric.Kind.REQUEST && metric.unit() == Unit.MILLISECONDS)
                .toList();
    }

    /**
     * A metric with its statistic.
     *
     * @param metric the metric
     * @param statistic present exactly when the metric has statistics
     */
    record Subject(Metric metric, Optional<Statistic> statistic) {}

    /**
     * The metric and statistic written so.
     *
     * @throws IllegalArgumentException with the rule, the word and the nearest valid one
     */
    Subject parse(String word) {
        Optional<String> name = metrics.keySet().stream()
                .filter(candidate -> word.equals(candidate) || word.startsWith(candidate + "."))
                .max(Comparator.comparingInt(String::length));
        if (name.isEmpty()) {
            return ofOneGpu(word).orElseGet(() -> custom(word));
        }
        Metric metric = metrics.getOrDefault(name.get(), Metrics.LATENCY);
        if (name.get().length() == word.length()) {
            if (metric.hasStatistics()) {
                throw new IllegalArgumentException(
                        word + " needs a statistic, such as " + word + ".mean or " + word + ".p99");
            }
            return new Subject(metric, Optional.empty());
        }
        String rest = word.substring(name.get().length() + 1);
        if (!metric.hasStatistics()) {
            throw new IllegalArgumentException(
                    metric.name() + " is one number for a window; write it without \"." + rest + "\"");
        }
        Optional<Statistic> statistic = Statistic.parse(rest);
        if (statistic.isEmpty()) {
            if (nearest(word).isPresent()
                    && nearest(word).get().length() > metric.name().length()) {
                throw unknown(word);
            }
            throw new IllegalArgumentException("unknown statistic \"" + rest + "\" of " + metric.name()
                    + "; valid are mean, min, max, stddev and p50 to p99.9999");
        }
        return new Subject(metric, statistic);
    }

    /** A metric of one GPU, such as {@code gpu.3.temperature.max}. */
    private static Optional<Subject> ofOneGpu(String word) {
        int dot = word.indexOf('.');
        while (dot > 0) {
            Optional<Statistic> statistic = Statistic.parse(word.substring(dot + 1));
            String name = word.substring(0, dot);
            if (statistic.isPresent() && Metrics.isOfOneGpu(name)) {
                return Metrics.find(name).map(metric -> new Subject(metric, statistic));
            }
            dot = word.indexOf('.', dot + 1);
        }
        if (Metrics.isOfOneGpu(word)) {
            throw new IllegalArgumentException(
                    word + " needs a statistic, such as " + word + ".mean or " + word + ".p99");
        }
        return Optional.empty();
    }

    private Subject custom(String word) {
        int dot = word.indexOf('.');
        while (anyName && dot > 0) {
            Optional<Statistic> statistic = Statistic.parse(word.substring(dot + 1));
            String name = word.substring(0, dot);
            if (statistic.isPresent() && name.matches("[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*")) {
                return new Subject(Metrics.custom(name), statistic);
            }
            dot = word.indexOf('.', dot + 1);
        }
        throw unknown(word);
    }

    private Optional<String> nearest(String word) {
        return Nearest.to(withoutStatistic(word), metrics.keySet());
    }

    private IllegalArgumentException unknown(String word) {
        String name = withoutStatistic(word);
        return new IllegalArgumentException(
                "unknown metric \"" + name + "\""
                        + nearest(word)
                                .map(near -> "; the nearest is \"" + near + "\"")
                                .orElse(
                                        "; only those of the documentation and of `exec` and `prometheus` probes can be judged"));
    }

    private static String withoutStatistic(String word) {
        int dot = word.indexOf('.');
        while (dot > 0) {
            if (Statistic.parse(word.substring(dot + 1)).isPresent()) {
                return word.substring(0, dot);
            }
            dot = word.indexOf('.', dot + 1);
        }
        return word;
    }

    /** Why this scenario can never have that metric, if so. */
    Optional<String> absence(Metric metric) {
        String name = metric.name();
        if (metric.kind() == Metric.Kind.NODE) {
            boolean ofGenerator = isOfGenerator(metric);
            return nodes || ofGenerator
                    ? Optional.empty()
                    : Optional.of(name + " is of a node, and no node is watched; add one under `nodes`");
        }
        if (api.isEmpty()) {
            return Optional.empty();
        }
        String label = api.get().label();
        boolean tokens = OF_STREAMS.contains(name) || OF_GENERATION.contains(name);
        if (tokens && !api.get().generates() || OF_TOKENS.contains(name) && api.get() == Api.HTTP) {
            return Optional.of("api " + label + " has no " + name + "; it has " + String.join(", ", available()));
        }
        if (OF_STREAMS.contains(name) && !stream) {
            return Optional.of(name + " is measured on streams only; set target.stream to true");
        }
        return Optional.empty();
    }

    /** Whether the generator measures it on itself. */
    static boolean isOfGenerator(Metric metric) {
        return metric.name().startsWith("generator.") || metric.name().equals("in_flight");
    }

    private Set<String> available() {
        Set<String> names = new LinkedHashSet<>();
        List<Metric> all = new ArrayList<>(List.of(Metrics.LATENCY, Metrics.SERVICE_TIME, Metrics.THROUGHPUT));
        all.add(Metrics.ERRORS_RATIO);
        all.forEach(metric -> names.add(metric.name()));
        return names;
    }
}
