package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One way to watch a node. Its methods are called on one context that carries no load, one at a time. */
public interface Probe {
    /** The type's name in scenarios, such as {@code vllm}. */
    String type();

    /**
     * The metrics that it is for, whether or not this source has them. They are reported as failed while nothing can be
     * read, so that a source that never answers is seen. Empty where only the source knows.
     */
    default Set<String> metrics() {
        return Set.of();
    }

    /**
     * Takes one sample. A metric that the probe could have but this source lacks is there as not available; what went
     * wrong is there as failed. The future fails only when nothing at all could be read; the sampler then reports each
     * metric known so far as failed.
     */
    Future<Map<String, Reading>> sample();

    /**
     * What is worth saying once about the source, such as that it is slower than it is asked. Asked after each sample;
     * the first sentence is told and no other.
     */
    default Optional<String> remark() {
        return Optional.empty();
    }

    /**
     * When the readings of the last answer were true, by the agent's wall clock. Absent for a source that tells how things
     * are now: then it is when the sample was asked for.
     */
    default Optional<Instant> instant() {
        return Optional.empty();
    }

    /**
     * Readings that were true at an earlier instant.
     *
     * @param instant by the agent's wall clock
     * @param readings by metric
     */
    record Dated(Instant instant, Map<String, Reading> readings) {
        /** Copies the map. */
        public Dated {
            readings = Map.copyOf(readings);
        }
    }

    /**
     * What has become known of earlier instants since this was asked last, besides the answer. Asked after each answer; each
     * instant is told once.
     */
    default List<Dated> past() {
        return List.of();
    }

    /**
     * Takes the last sample before {@link #close}. It may end what is under way at the source, so as to learn the rest.
     */
    default Future<Map<String, Reading>> lastSample() {
        return sample();
    }

    /** Frees what it holds. */
    default Future<Void> close() {
        return Future.succeededFuture();
    }

    /** The same reading for each of {@link #metrics}. */
    default Map<String, Reading> all(Reading reading) {
        Map<String, Reading> readings = new LinkedHashMap<>();
        metrics().forEach(metric -> readings.put(metric, reading));
        return readings;
    }
}
