package dev.plimsoll.reports.bundle;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.baseline.Circumstances;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The content of {@code run.json}.
 *
 * @param format version of the bundle's format
 * @param run the run's id, which sorts by time
 * @param scenario which scenario
 * @param status how far it is
 * @param reason why it is not simply finished; empty otherwise
 * @param started when the controller began
 * @param ended when it was done
 * @param loadStarted the zero of the run's timeline; absent when no load was sent
 * @param plimsoll version of the controller
 * @param transport of the agents: {@code io_uring}, {@code epoll} or {@code nio}
 * @param agents expected agents and what became of them
 * @param target what the load went to
 * @param notes what a reader should know, a sentence each
 */
public record RunInfo(
        int format,
        String run,
        ScenarioRef scenario,
        Status status,
        String reason,
        Instant started,
        Optional<Instant> ended,
        @JsonProperty("load_started") Optional<Instant> loadStarted,
        String plimsoll,
        String transport,
        List<AgentRef> agents,
        TargetRef target,
        List<String> notes) {
    /** The version of the bundle's format that this build writes. */
    public static final int FORMAT = 1;

    /** Checks the components and copies the lists. */
    public RunInfo {
        requireNonNull(run, "run");
        requireNonNull(status, "status");
        agents = List.copyOf(agents);
        notes = List.copyOf(notes);
    }

    /**
     * Under what the run was measured.
     *
     * @param results what it measured
     * @param unfit what speaks against its generator, a sentence each
     */
    public Circumstances circumstances(RunResults results, List<String> unfit) {
        return Circumstances.of(
                scenario.loadHash(), target.model(), target.vllmVersion(), target.cacheConfig(), results, unfit);
    }

    /** How far a run is. */
    public enum Status {
        /** It goes on, or its controller was killed: what is there is partial. */
        RUNNING,
        /** It went to its end. */
        FINISHED,
        /** It was stopped before its end, and what had ended by then is complete. */
        ABORTED,
        /** Part of the measurement is missing, such as that of a lost agent. */
        PARTIAL;

        /** The name in {@code run.json}. */
        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Which scenario.
     *
     * @param name its name
     * @param loadHash the hash of what shapes its load
     */
    public record ScenarioRef(
            String name, @JsonProperty("load_hash") String loadHash) {}

    /**
     * One agent.
     *
     * @param id unique
     * @param label its name in scenarios
     * @param version of its Plimsoll
     * @param host its machine
     * @param clockOffsetMicros its wall clock − the controller's, in µs
     * @param clockUncertaintyMicros how far off that may be
     * @param state {@code expected}, {@code ready}, {@code finished} or {@code lost}
     */
    public record AgentRef(
            String id,
            String label,
            String version,
            String host,
            @JsonProperty("clock_offset_us") long clockOffsetMicros,
            @JsonProperty("clock_uncertainty_us") long clockUncertaintyMicros,
            String state) {}

    /**
     * What the load went to.
     *
     * @param urls base URLs, without user info
     * @param models served
     * @param model asked for; empty for plain HTTP
     * @param vllmVersion as the server says; empty when it does not
     * @param cacheConfig labels of {@code vllm:cache_config_info}
     * @param http the version of HTTP that load is sent in: {@code 1.1} or {@code 2}; absent before the first load
     * @param tls what speaks TLS: {@code openssl} or {@code jdk}; absent without {@code https}
     */
    public record TargetRef(
            List<String> urls,
            List<String> models,
            String model,
            @JsonProperty("vllm_version") String vllmVersion,
            @JsonProperty("cache_config") Map<String, String> cacheConfig,
            Optional<String> http,
            Optional<String> tls) {
        /** Copies the collections. */
        public TargetRef {
            urls = List.copyOf(urls);
            models = List.copyOf(models);
            cacheConfig = Map.copyOf(cacheConfig);
        }

        /** A target that no load was sent to yet. */
        public TargetRef(
                List<String> urls,
                List<String> models,
                String model,
                String vllmVersion,
                Map<String, String> cacheConfig) {
            this(urls, models, model, vllmVersion, cacheConfig, Optional.empty(), Optional.empty());
        }
    }
}
