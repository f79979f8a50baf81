package dev.plimsoll.reports.results;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The content of {@code summary.json}: every metric's statistics, by phase and request, by node, and of the generator.
 *
 * @param format version of the bundle's format
 * @param run the run's id
 * @param phases the phases that were run, in order; rounds of a phase are added up
 * @param all all measured phases together
 * @param generator whether the generator was fit
 * @param nodes the nodes that were watched
 * @param server what the server says of the same requests; absent where none was watched
 */
public record Summary(
        int format,
        String run,
        List<PhaseSummary> phases,
        Figures all,
        GeneratorSummary generator,
        List<NodeSummary> nodes,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<ServerView> server) {
    /** The version of {@code summary.json} that this build writes. */
    public static final int FORMAT = 1;

    /** Copies the lists. */
    public Summary {
        phases = List.copyOf(phases);
        nodes = List.copyOf(nodes);
        requireNonNull(server, "server");
    }

    /** A summary without a server that was watched. */
    public Summary(
            int format,
            String run,
            List<PhaseSummary> phases,
            Figures all,
            GeneratorSummary generator,
            List<NodeSummary> nodes) {
        this(format, run, phases, all, generator, nodes, Optional.empty());
    }

    /**
     * One phase.
     *
     * @param name its name
     * @param measured whether it counts
     * @param durationSeconds how long it scheduled requests, over all rounds
     * @param requests by name of the workload
     * @param all all requests together
     */
    public record PhaseSummary(
            String name,
            boolean measured,
            @JsonProperty("duration_s") double durationSeconds,
            List<RequestSummary> requests,
            Figures all) {
        /** Copies the list. */
        public PhaseSummary {
            requests = List.copyOf(requests);
        }
    }

    /**
     * One request of the workload.
     *
     * @param name its name
     * @param figures its counts, rates and metrics
     */
    public record RequestSummary(String name, @JsonUnwrapped Figures figures) {}

    /**
     * Counts, rates and metrics of some requests.
     *
     * @param counts how many
     * @param rates window metrics by name; absent ones are left out
     * @param metrics statistics by metric name; a metric without values is left out
     */
    public record Figures(Counts counts, Map<String, Double> rates, Map<String, MetricSummary> metrics) {
        /** Keeps the order of the maps. */
        public Figures {
            rates = Collections.unmodifiableMap(new LinkedHashMap<>(rates));
            metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        }
    }

    /**
     * How many requests.
     *
     * @param scheduled wanted by the load model
     * @param sent handed to a socket
     * @param succeeded ended well
     * @param failed ended otherwise
     * @param good met every objective
     * @param outOfRange values no histogram could hold
     * @param errors failures by class; classes without failures are left out
     */
    public record Counts(
            long scheduled,
            long sent,
            long succeeded,
            long failed,
            long good,
            @JsonProperty("out_of_range") long outOfRange,
            Map<String, Long> errors) {}

    /**
     * The statistics of one metric, in its unit. Written flat: {@code {"unit", "count", "mean", …, "p50", …, "max"}}.
     *
     * @param unit the unit's symbol
     * @param count how many values
     * @param statistics by name: mean, stddev, min, p50, p75, p90, p95, p99, p99.9, p99.99, max; those that the count
     *     cannot support are there all the same and {@code count} says so
     */
    public record MetricSummary(
            String unit, long count, @JsonAnyGetter Map<String, Double> statistics) {}

    /**
     * Whether the generator was fit to measure.
     *
     * @param sendLagP99Millis of open-loop phases; absent when there is none
     * @param eventLoopLagP99Millis how late timers fired
     * @param cpuMax the busiest event-loop thread, as a share of a core
     * @param fit whether nothing spoke against it
     * @param findings what spoke against it, a sentence each
     */
    public record GeneratorSummary(
            @JsonProperty("send_lag_p99_ms") Optional<Double> sendLagP99Millis,
            @JsonProperty("event_loop_lag_p99_ms") Optional<Double> eventLoopLagP99Millis,
            @JsonProperty("cpu_max") Optional<Double> cpuMax,
            boolean fit,
            List<String> findings) {
        /** Copies the list. */
        public GeneratorSummary {
            findings = List.copyOf(findings);
        }
    }

    /**
     * One node.
     *
     * @param name its name
     * @param metrics statistics over samples of the measured phases, by metric name
     * @param missing metrics without a value, with the reason
     */
    public record NodeSummary(String name, Map<String, MetricSummary> metrics, Map<String, String> missing) {}
}
