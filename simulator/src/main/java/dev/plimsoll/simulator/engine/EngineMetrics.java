package dev.plimsoll.simulator.engine;

import java.util.EnumMap;
import java.util.Map;

/**
 * What a vLLM engine counts about itself. The rules are those of {@code vllm/v1/metrics/stats.py}:
 *
 * <ul>
 *   <li>Prompt tokens count when the first token of the request is out, cached ones included.
 *   <li>Time to first token runs from arrival; queue time from the queue to the first step; prefill from there to the
 *       first token; decode from the first token to the last; inference is prefill and decode together.
 *   <li>Prefix queries and hits are tokens, counted when a request is first scheduled.
 * </ul>
 *
 * <p>Confined to the engine's thread; see the caller for how a reader gets a consistent view.
 */
public final class EngineMetrics {
    private static final double NANOS = 1e9;

    private final BucketHistogram promptTokens = tokenBuckets();
    private final BucketHistogram generationTokens = tokenBuckets();
    private final BucketHistogram iterationTokens =
            new BucketHistogram(1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384);
    private final BucketHistogram maxGenerationTokens = tokenBuckets();
    private final BucketHistogram paramsN = new BucketHistogram(1, 2, 5, 10, 20);
    private final BucketHistogram paramsMaxTokens = tokenBuckets();
    private final BucketHistogram timeToFirstToken = new BucketHistogram(
            0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
            2560);
    private final BucketHistogram interTokenLatency = interTokenBuckets();
    private final BucketHistogram timePerOutputToken = interTokenBuckets();
    private final BucketHistogram endToEnd = requestBuckets();
    private final BucketHistogram queueTime = requestBuckets();
    private final BucketHistogram inferenceTime = requestBuckets();
    private final BucketHistogram prefillTime = requestBuckets();
    private final BucketHistogram decodeTime = requestBuckets();
    private final BucketHistogram requestPreemptions = new BucketHistogram(1, 2, 3, 4, 5, 10, 20);
    private final BucketHistogram prefillComputedTokens = tokenBuckets();
    private final Map<FinishReason, Long> finished = new EnumMap<>(FinishReason.class);

    private long promptTokensTotal;
    private long promptTokensCached;
    private long generationTokensTotal;
    private long prefixQueries;
    private long prefixHits;
    private long preemptions;
    private long promptTokensOfStep;

    EngineMetrics() {}

    private static BucketHistogram tokenBuckets() {
        return new BucketHistogram(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000);
    }

    private static BucketHistogram interTokenBuckets() {
        return new BucketHistogram(
                0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80);
    }

    private static BucketHistogram requestBuckets() {
        return new BucketHistogram(
                0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680);
    }

    void prefixQuery(int tokens, int hits) {
        prefixQueries += tokens;
        prefixHits += hits;
    }

    void preempted(int sequences) {
        preemptions += sequences;
    }

    void output(Step.Output output, long endNanos) {
        Sequence s = output.sequence();
        boolean first = !s.promptReported;
        if (first) {
            s.promptReported = true;
            promptTokensTotal += s.promptLength();
            promptTokensCached += s.cachedTokens;
            promptTokensOfStep += s.promptLength();
            timeToFirstToken.observe((endNanos - s.arrivalNanos) / NANOS);
        } else {
            interTokenLatency.observe((endNanos - s.lastTokenNanos) / NANOS);
        }
        if (output.tokenId() >= 0) {
            generationTokensTotal++;
        }
    }

    void finished(Sequence s, FinishReason reason, long endNanos) {
        finished.merge(reason, 1L, Long::sum);
        int produced = s.outputLength();
        double decode = (s.lastTokenNanos - s.firstTokenNanos) / NANOS;
        promptTokens.observe(s.promptLength());
        generationTokens.observe(produced);
        maxGenerationTokens.observe(produced);
        paramsN.observe(1);
        paramsMaxTokens.observe(s.maxTokens());
        endToEnd.observe((endNanos - s.arrivalNanos) / NANOS);
        queueTime.observe((s.scheduledNanos - s.readyNanos) / NANOS);
        prefillTime.observe((s.firstTokenNanos - s.scheduledNanos) / NANOS);
        inferenceTime.observe((s.lastTokenNanos - s.scheduledNanos) / NANOS);
        decodeTime.observe(decode);
        timePerOutputToken.observe(produced > 1 ? decode / (produced - 1) : 0);
        requestPreemptions.observe(s.preemptions);
        prefillComputedTokens.observe(s.promptLength() - s.cachedTokens);
    }

    void aborted() {
        finished.merge(FinishReason.ABORT, 1L, Long::sum);
    }

    void iteration(Step step) {
        if (!step.outputs().isEmpty()) {
            iterationTokens.observe(step.outputs().size() + (double) promptTokensOfStep);
        }
        promptTokensOfStep = 0;
    }

    /** {@code vllm:prompt_tokens}. */
    public long promptTokensTotal() {
        return promptTokensTotal;
    }

    /** {@code vllm:prompt_tokens_cached}: prompt tokens not computed because the prefix cache had them. */
    public long promptTokensCached() {
        return promptTokensCached;
    }

    /** {@code vllm:generation_tokens}. */
    public long generationTokensTotal() {
        return generationTokensTotal;
    }

    /** {@code vllm:prefix_cache_queries}, in tokens. */
    public long prefixQueries() {
        return prefixQueries;
    }

    /** {@code vllm:prefix_cache_hits}, in tokens. */
    public long prefixHits() {
        return prefixHits;
    }

    /** {@code vllm:num_preemptions}. */
    public long preemptions() {
        return preemptions;
    }

    /** {@code vllm:request_success} of one reason. */
    public long finished(FinishReason reason) {
        return finished.getOrDefault(reason, 0L);
    }

    /** {@code vllm:request_prompt_tokens}. */
    public BucketHistogram promptTokens() {
        return promptTokens;
    }

    /** {@code vllm:request_generation_tokens}. */
    public BucketHistogram generationTokens() {
        return generationTokens;
    }

    /** {@code vllm:iteration_tokens_total}. */
    public BucketHistogram iterationTokens() {
        return iterationTokens;
    }

    /** {@code vllm:request_max_num_generation_tokens}. */
    public BucketHistogram maxGenerationTokens() {
        return maxGenerationTokens;
    }

    /** {@code vllm:request_params_n}. */
    public BucketHistogram paramsN() {
        return paramsN;
    }

    /** {@code vllm:request_params_max_tokens}. */
    public BucketHistogram paramsMaxTokens() {
        return paramsMaxTokens;
    }

    /** {@code vllm:time_to_first_token_seconds}. */
    public BucketHistogram timeToFirstToken() {
        return timeToFirstToken;
    }

    /** {@code vllm:inter_token_latency_seconds}. */
    public BucketHistogram interTokenLatency() {
        return interTokenLatency;
    }

    /** {@code vllm:request_time_per_output_token_seconds}. */
    public BucketHistogram timePerOutputToken() {
        return timePerOutputToken;
    }

    /** {@code vllm:e2e_request_latency_seconds}. */
    public BucketHistogram endToEnd() {
        return endToEnd;
    }

    /** {@code vllm:request_queue_time_seconds}. */
    public BucketHistogram queueTime() {
        return queueTime;
    }

    /** {@code vllm:request_inference_time_seconds}. */
    public BucketHistogram inferenceTime() {
        return inferenceTime;
    }

    /** {@code vllm:request_prefill_time_seconds}. */
    public BucketHistogram prefillTime() {
        return prefillTime;
    }

    /** {@code vllm:request_decode_time_seconds}. */
    public BucketHistogram decodeTime() {
        return decodeTime;
    }

    /** {@code vllm:request_num_preemptions}. */
    public BucketHistogram requestPreemptions() {
        return requestPreemptions;
    }

    /** {@code vllm:request_prefill_kv_computed_tokens}. */
    public BucketHistogram prefillComputedTokens() {
        return prefillComputedTokens;
    }
}
