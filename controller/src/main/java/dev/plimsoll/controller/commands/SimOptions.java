package dev.plimsoll.controller.commands;

import dev.plimsoll.simulator.FaultPlan;
import dev.plimsoll.simulator.SimulatorOptions;
import dev.plimsoll.simulator.engine.ModelCost;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What {@code sim} is told. Defaults that are not given here are those of {@link SimulatorOptions}. */
@SuppressWarnings("NullAway.Init") // set by picocli
final class SimOptions {
    /** Accelerators that the timing is known of. */
    enum Gpu {
        H100,
        A100,
        L40S
    }

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Address to listen on (${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", defaultValue = "8000", description = "Port; 0: any free one (${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--model", paramLabel = "NAME", description = "Name of the served model (sim). Repeatable.")
    private List<String> models = List.of("sim");

    @Option(
            names = "--gpu",
            defaultValue = "H100",
            description = "Timing of Llama-3.1-8B on ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private Gpu gpu;

    @Option(names = "--seed", defaultValue = "1", description = "Of everything drawn (${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--speed", defaultValue = "1", description = "Times as fast as the model (${DEFAULT-VALUE}).")
    private double speed;

    @Option(
            names = "--max-num-seqs",
            defaultValue = "256",
            description = "Sequences in a batch at most (${DEFAULT-VALUE}).")
    private int maxNumSeqs;

    @Option(
            names = "--max-num-batched-tokens",
            defaultValue = "8192",
            description = "Tokens in a step at most (${DEFAULT-VALUE}).")
    private int maxNumBatchedTokens;

    @Option(
            names = "--max-model-len",
            defaultValue = "32768",
            description = "Longest sequence in tokens (${DEFAULT-VALUE}).")
    private int maxModelLen;

    @Option(names = "--block-size", defaultValue = "16", description = "Tokens in a KV cache block (${DEFAULT-VALUE}).")
    private int blockSize;

    @Option(names = "--num-gpu-blocks", defaultValue = "29751", description = "KV cache blocks (${DEFAULT-VALUE}).")
    private int numGpuBlocks;

    @Option(names = "--no-prefix-caching", description = "Compute every prompt anew.")
    private boolean noPrefixCaching;

    @Option(names = "--api-key", paramLabel = "KEY", description = "Key that requests must bear (none).")
    private Optional<String> apiKey;

    @Option(names = "--vllm-version", defaultValue = "0.32.0", description = "What /version says (${DEFAULT-VALUE}).")
    private String version;

    @Option(
            names = "--output-median",
            paramLabel = "TOKENS",
            defaultValue = "180",
            description = "Median length of outputs that nobody forces (${DEFAULT-VALUE}).")
    private int outputMedian;

    @Option(
            names = "--output-sigma",
            defaultValue = "0.8",
            description = "Spread of their logarithm; 0: all the same (${DEFAULT-VALUE}).")
    private double outputSigma;

    @ArgGroup(exclusive = false, heading = "%nFaults (ratios are shares of requests, 0 to 1):%n")
    private Faults faults = new Faults();

    /** Faults from the start. */
    static final class Faults {
        @Option(names = "--decode-factor", defaultValue = "1", description = "Decoding takes this many times as long.")
        private double decodeFactor = 1;

        @Option(
                names = "--step-delay",
                paramLabel = "MS",
                defaultValue = "0",
                description = "Added to each step, in ms.")
        private long stepDelayMillis;

        @Option(
                names = "--first-token-delay",
                paramLabel = "MS",
                defaultValue = "0",
                description = "Added before the first token, in ms.")
        private long firstTokenDelayMillis;

        @Option(names = "--error-ratio", defaultValue = "0", description = "Answered with an error.")
        private double errorRatio;

        @Option(names = "--error-status", defaultValue = "500", description = "Status of those (${DEFAULT-VALUE}).")
        private int errorStatus = 500;

        @Option(names = "--stall-ratio", defaultValue = "0", description = "Streams that stop in the middle.")
        private double stallRatio;

        @Option(
                names = "--stall-after",
                paramLabel = "TOKENS",
                defaultValue = "5",
                description = "Tokens before that (${DEFAULT-VALUE}).")
        private int stallAfter = 5;

        @Option(names = "--stall", paramLabel = "MS", description = "How long they stop, in ms (forever).")
        private Optional<Long> stallMillis = Optional.empty();

        @Option(names = "--reset-ratio", defaultValue = "0", description = "Connections reset in the middle.")
        private double resetRatio;

        @Option(names = "--truncate-ratio", defaultValue = "0", description = "Streams that end early without [DONE].")
        private double truncateRatio;

        @Option(names = "--error-event-ratio", defaultValue = "0", description = "Streams with an error event.")
        private double errorEventRatio;

        @Option(
                names = "--unready",
                paramLabel = "MS",
                defaultValue = "0",
                description = "A slow start: answers 503 for so long, in ms.")
        private long unreadyMillis;

        @Option(names = "--faults-for", paramLabel = "SECONDS", description = "How long the faults last (to the end).")
        private Optional<Long> seconds = Optional.empty();

        Duration unready() {
            return Duration.ofMillis(unreadyMillis);
        }

        FaultPlan build() {
            if (unreadyMillis < 0) {
                throw new IllegalArgumentException("--unready is at least 0, not " + unreadyMillis);
            }
            FaultPlan.Builder plan = FaultPlan.builder()
                    .decodeFactor(decodeFactor)
                    .stepDelay(Duration.ofMillis(stepDelayMillis))
                    .firstTokenDelay(Duration.ofMillis(firstTokenDelayMillis))
                    .errors(errorRatio, errorStatus)
                    .stall(stallRatio, stallAfter, stallMillis.map(Duration::ofMillis))
                    .resets(resetRatio)
                    .truncated(truncateRatio)
                    .errorEvents(errorEventRatio);
            seconds.map(Duration::ofSeconds).ifPresent(plan::lasts);
            return plan.build();
        }
    }

    /** How long it answers 503 after its start. */
    Duration unready() {
        return faults.unready();
    }

    /** Where it is to listen. */
    String place() {
        return host + ":" + port;
    }

    /** What is simulated. */
    String model() {
        return cost().name();
    }

    private ModelCost cost() {
        return switch (gpu) {
            case H100 -> ModelCost.llama8bOnH100();
            case A100 -> ModelCost.llama8bOnA100();
            case L40S -> ModelCost.llama8bOnL40S();
        };
    }

    /** The options, checked. */
    SimulatorOptions build() throws CommandException {
        try {
            SimulatorOptions.Builder builder = SimulatorOptions.builder()
                    .host(host)
                    .port(port)
                    .models(models.toArray(String[]::new))
                    .seed(seed)
                    .cost(cost())
                    .maxModelLen(maxModelLen)
                    .maxNumBatchedTokens(maxNumBatchedTokens)
                    .maxNumSeqs(maxNumSeqs)
                    .blockSize(blockSize)
                    .numGpuBlocks(numGpuBlocks)
                    .prefixCaching(!noPrefixCaching)
                    .version(version)
                    .speed(speed)
                    .outputLengths(outputMedian, outputSigma)
                    .faults(faults.build());
            apiKey.ifPresent(builder::apiKey);
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }
}
