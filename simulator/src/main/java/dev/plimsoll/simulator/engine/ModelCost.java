package dev.plimsoll.simulator.engine;

import java.time.Duration;

/**
 * A roofline of a dense transformer on one accelerator (or several that split it evenly).
 *
 * <pre>
 * compute = (2·P·prefillTokens + 4·L·D·prefillPairs) / (F·prefillUtilisation)
 *         + (2·P·decodeSequences + 4·L·D·decodeContextTokens) / (F·decodeUtilisation)
 * memory  = (weightBytes·weightFactor + kvBytesPerToken·contextTokens·kvFactor) / bandwidth
 * step    = max(compute, memory) + L·perLayer + perStep + sequences·perSequence + perToken
 * </pre>
 *
 * <p>P parameters, L layers, D hidden size, F peak operations per second, bandwidth in bytes per second. The roofline
 * is that of Vidur and of the inference-sim project (BLIS); the factors and overheads are those BLIS fitted against
 * vLLM on H100. {@code perToken} is what the server spends to hand out each token of a stream. Streams are handled
 * beside each other, so a step carries it once.
 *
 * @param name what is modelled, for people
 * @param parameters active parameters
 * @param layers transformer layers
 * @param hiddenSize width of the residual stream (heads times head size)
 * @param weightBytes bytes of weights read by a step
 * @param kvBytesPerToken bytes of keys and values of one token over all layers
 * @param peakFlops peak operations per second at the model's precision
 * @param memoryBandwidth bytes per second
 * @param prefillUtilisation share of the peak that prefill reaches, in (0, 1]
 * @param decodeUtilisation share of the peak that decode reaches, in (0, 1]
 * @param weightFactor time to read the weights over the ideal, at least 1
 * @param kvFactor time to read the cache over the ideal, at least 1
 * @param perRequest time in the API server before the queue
 * @param perLayer launch overhead of a layer in each step
 * @param perStep scheduling overhead of a step
 * @param perSequence overhead of a step for each sequence in it
 * @param perToken time to hand out the tokens of a step
 */
public record ModelCost(
        String name,
        double parameters,
        int layers,
        int hiddenSize,
        double weightBytes,
        double kvBytesPerToken,
        double peakFlops,
        double memoryBandwidth,
        double prefillUtilisation,
        double decodeUtilisation,
        double weightFactor,
        double kvFactor,
        Duration perRequest,
        Duration perLayer,
        Duration perStep,
        Duration perSequence,
        Duration perToken)
        implements StepCost {

    private static final double NANOS = 1e9;

    /** Checks the ranges stated for the components. */
    public ModelCost {
        positive("parameters", parameters);
        positive("layers", layers);
        positive("hiddenSize", hiddenSize);
        positive("weightBytes", weightBytes);
        positive("kvBytesPerToken", kvBytesPerToken);
        positive("peakFlops", peakFlops);
        positive("memoryBandwidth", memoryBandwidth);
        share("prefillUtilisation", prefillUtilisation);
        share("decodeUtilisation", decodeUtilisation);
        if (!(weightFactor >= 1) || !(kvFactor >= 1)) {
            throw new IllegalArgumentException("weightFactor and kvFactor must be >= 1");
        }
        notNegative("perRequest", perRequest);
        notNegative("perLayer", perLayer);
        notNegative("perStep", perStep);
        notNegative("perSequence", perSequence);
        notNegative("perToken", perToken);
    }

    /** Llama-3.1-8B in bf16 on one H100 SXM: 8.03 G parameters, 32 layers, 128 KiB of cache per token. */
    public static ModelCost llama8bOnH100() {
        return llama8b("Llama-3.1-8B bf16, 1 x H100", 989.5e12, 3.35e12, 0.45, 0.30);
    }

    /** Llama-3.1-8B in bf16 on one A100 80 GB: 312 Tflop/s, 2.039 TB/s. */
    public static ModelCost llama8bOnA100() {
        return llama8b("Llama-3.1-8B bf16, 1 x A100", 312e12, 2.039e12, 0.38, 0.18);
    }

    /** Llama-3.1-8B in bf16 on one L40S: 362 Tflop/s, 0.864 TB/s. */
    public static ModelCost llama8bOnL40S() {
        return llama8b("Llama-3.1-8B bf16, 1 x L40S", 362e12, 0.864e12, 0.32, 0.08);
    }

    private static ModelCost llama8b(String name, double flops, double bandwidth, double prefill, double decode) {
        return new ModelCost(
                name,
                8.03e9,
                32,
                4096,
                2 * 8.03e9,
                128 * 1024,
                flops,
                bandwidth,
                prefill,
                decode,
                1.4,
                1.9,
                Duration.ofNanos(15_600_000),
                Duration.ofNanos(32_000),
                Duration.ofNanos(126_000),
                Duration.ofNanos(4_000),
                Duration.ofNanos(46_000));
    }

    /** This model without factors and overheads: the bare roofline. */
    public ModelCost ideal() {
        return new ModelCost(
                name + ", bare roofline",
                parameters,
                layers,
                hiddenSize,
                weightBytes,
                kvBytesPerToken,
                peakFlops,
                memoryBandwidth,
                prefillUtilisation,
                decodeUtilisation,
                1,
                1,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO);
    }

    @Override
    public long stepNanos(StepLoad load) {
        double attention = 4.0 * layers * hiddenSize;
        double compute = (2 * parameters * load.prefillTokens() + attention * load.prefillPairs())
                        / (peakFlops * prefillUtilisation)
                + (2 * parameters * load.decodeSequences() + attention * load.decodeContextTokens())
                        / (peakFlops * decodeUtilisation);
        double contextTokens = load.prefillContextTokens() + load.decodeContextTokens();
        double memory = (weightBytes * weightFactor + kvBytesPerToken * contextTokens * kvFactor) / memoryBandwidth;
        long overhead = layers * perLayer.toNanos()
                + perStep.toNanos()
                + load.decodeSequences() * perSequence.toNanos()
                + perToken.toNanos();
        return Math.max(1, Math.round(Math.max(compute, memory) * NANOS) + overhead);
    }

    @Override
    public long requestOverheadNanos() {
        return perRequest.toNanos();
    }

    private static void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be positive and finite, was " + value);
        }
    }

    private static void share(String name, double value) {
        if (!(value > 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be in (0, 1], was " + value);
        }
    }

    private static void notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " must be >= 0, was " + value);
        }
    }
}
