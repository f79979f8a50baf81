package dev.plimsoll.simulator;

import dev.plimsoll.simulator.engine.EngineConfig;
import dev.plimsoll.simulator.engine.ModelCost;
import dev.plimsoll.simulator.engine.StepCost;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a simulated server is and where it listens. Immutable; made by a {@link Builder}.
 *
 * @param host address to listen on
 * @param port port to listen on, 0 for any free one
 * @param models names the model is served under, the first is used in answers and metrics
 * @param seed of everything drawn: output lengths, words, which requests a fault hits
 * @param cost how long steps take
 * @param engine limits of the engine
 * @param apiKey key that requests under {@code /v1} must bear, if any
 * @param version what {@code /version} says
 * @param faults faults on from the start
 * @param speed how many times as fast as the model everything runs, above 0
 * @param outputLengths lengths of outputs that nobody forces
 */
public record SimulatorOptions(
        String host,
        int port,
        List<String> models,
        long seed,
        StepCost cost,
        EngineConfig engine,
        Optional<String> apiKey,
        String version,
        FaultPlan faults,
        double speed,
        OutputLengths outputLengths) {

    /** Checks the options. */
    public SimulatorOptions {
        Objects.requireNonNull(host, "host");
        models = List.copyOf(models);
        Objects.requireNonNull(cost, "cost");
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(apiKey, "apiKey");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(faults, "faults");
        Objects.requireNonNull(outputLengths, "outputLengths");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, was " + port);
        }
        if (models.isEmpty()) {
            throw new IllegalArgumentException("at least one model name is needed");
        }
        if (!(speed > 0) || Double.isInfinite(speed)) {
            throw new IllegalArgumentException("speed must be positive and finite, was " + speed);
        }
    }

    /** Options of one H100 with Llama-3.1-8B on a free port of 127.0.0.1. */
    public static SimulatorOptions defaults() {
        return builder().build();
    }

    /** A builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Lengths of outputs without {@code ignore_eos}: log-normal, as lengths of chat answers are, and cut by
     * {@code max_tokens}.
     *
     * @param medianTokens half of the outputs are longer, at least 1
     * @param sigma standard deviation of the logarithm, 0 for a fixed length
     */
    public record OutputLengths(int medianTokens, double sigma) {
        /** Checks the ranges. */
        public OutputLengths {
            if (medianTokens < 1 || !(sigma >= 0) || sigma > 5) {
                throw new IllegalArgumentException(
                        "medianTokens must be >= 1 and sigma 0 to 5, were " + medianTokens + " and " + sigma);
            }
        }
    }

    /** Collects options; every setter returns the builder. */
    public static final class Builder {
        private String host = "127.0.0.1";
        private int port;
        private List<String> models = List.of("sim");
        private long seed = 1;
        private StepCost cost = ModelCost.llama8bOnH100();
        private int maxModelLen = 32_768;
        private int maxNumBatchedTokens = 8_192;
        private int maxNumSeqs = 256;
        private int blockSize = 16;
        private int numGpuBlocks = 29_751;
        private boolean prefixCaching = true;
        private Optional<String> apiKey = Optional.empty();
        private String version = "0.32.0";
        private FaultPlan faults = FaultPlan.NONE;
        private double speed = 1;
        private OutputLengths outputLengths = new OutputLengths(180, 0.8);

        private Builder() {}

        /** Address to listen on; 127.0.0.1 unless set. */
        public Builder host(String value) {
            host = value;
            return this;
        }

        /** Port to listen on; 0, any free one, unless set. */
        public Builder port(int value) {
            port = value;
            return this;
        }

        /** Names of the model; {@code sim} unless set. */
        public Builder models(String... values) {
            models = List.of(values);
            return this;
        }

        /** Seed of everything drawn; 1 unless set. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** How long steps take; {@link ModelCost#llama8bOnH100} unless set. */
        public Builder cost(StepCost value) {
            cost = value;
            return this;
        }

        /** Longest sequence in tokens; 32,768 unless set. */
        public Builder maxModelLen(int value) {
            maxModelLen = value;
            return this;
        }

        /** Tokens in a step at most; 8,192 unless set, vLLM's default for an API server on an H100. */
        public Builder maxNumBatchedTokens(int value) {
            maxNumBatchedTokens = value;
            return this;
        }

        /** Sequences in the batch at most; 256 unless set. */
        public Builder maxNumSeqs(int value) {
            maxNumSeqs = value;
            return this;
        }

        /** Tokens in a block; 16 unless set. */
        public Builder blockSize(int value) {
            blockSize = value;
            return this;
        }

        /** Blocks; 29,751 unless set (476,016 tokens, what vLLM finds for an 8B model on an 80 GB H100). */
        public Builder numGpuBlocks(int value) {
            numGpuBlocks = value;
            return this;
        }

        /** Whether prefixes are cached; on unless set. */
        public Builder prefixCaching(boolean value) {
            prefixCaching = value;
            return this;
        }

        /** Key that requests under {@code /v1} must bear; none unless set. */
        public Builder apiKey(String value) {
            apiKey = Optional.of(value);
            return this;
        }

        /** What {@code /version} says; 0.32.0 unless set. */
        public Builder version(String value) {
            version = value;
            return this;
        }

        /** Faults on from the start; none unless set. */
        public Builder faults(FaultPlan value) {
            faults = value;
            return this;
        }

        /** How many times as fast as the model everything runs; 1 unless set. */
        public Builder speed(double value) {
            speed = value;
            return this;
        }

        /** Lengths of outputs that nobody forces; median 180, sigma 0.8 unless set. */
        public Builder outputLengths(int medianTokens, double sigma) {
            outputLengths = new OutputLengths(medianTokens, sigma);
            return this;
        }

        /** The options. */
        public SimulatorOptions build() {
            EngineConfig engine = new EngineConfig(
                    maxModelLen, maxNumBatchedTokens, maxNumSeqs, blockSize, numGpuBlocks, prefixCaching);
            return new SimulatorOptions(
                    host, port, models, seed, cost, engine, apiKey, version, faults, speed, outputLengths);
        }
    }
}
