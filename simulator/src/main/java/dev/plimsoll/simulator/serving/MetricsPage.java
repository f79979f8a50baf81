package dev.plimsoll.simulator.serving;

import dev.plimsoll.simulator.SimulatorOptions;
import dev.plimsoll.simulator.engine.BucketHistogram;
import dev.plimsoll.simulator.engine.EngineCore;
import dev.plimsoll.simulator.engine.EngineMetrics;
import dev.plimsoll.simulator.engine.FinishReason;
import java.util.Arrays;
import java.util.Objects;

/**
 * {@code GET /metrics} of vLLM 0.32 with one engine: the same families, labels, helps and bounds in the same order.
 *
 * <p>Counters of features that the simulator lacks (external caches, multi-modal inputs, admission limits) are there and
 * stay 0, as they do in a vLLM that does not use them. Families about the Python interpreter are left out.
 */
final class MetricsPage {
    private static final String FLOPS = " (for Model Flops Utilization calculations).";

    private final SimulatorOptions options;
    private final String labels;
    private final String model;
    private final double created;
    private final ProcessFamily process;

    MetricsPage(SimulatorOptions options, double created) {
        this.options = Objects.requireNonNull(options, "options");
        this.created = created;
        model = "model_name=\"" + escape(options.models().get(0)) + "\"";
        labels = "engine=\"0\"," + model;
        process = new ProcessFamily();
    }

    /** The page for this state. */
    String render(EngineCore core, HttpMetrics http) {
        PrometheusText out = new PrometheusText();
        process.write(out);
        state(out, core);
        caches(out, core.metrics());
        tokens(out, core.metrics());
        finished(out, core.metrics());
        sizes(out, core.metrics());
        times(out, core.metrics());
        cacheConfig(out);
        HttpFamilies.write(out, http);
        return out.toString();
    }

    private void state(PrometheusText out, EngineCore core) {
        counter(out, "estimated_flops_per_gpu", "Estimated number of floating point operations per GPU" + FLOPS, 0);
        counter(out, "estimated_read_bytes_per_gpu", "Estimated number of bytes read from memory per GPU" + FLOPS, 0);
        counter(out, "estimated_write_bytes_per_gpu", "Estimated number of bytes written to memory per GPU" + FLOPS, 0);
        out.gauge(
                "vllm:num_requests_running", "Number of requests in model execution batches.", labels, core.running());
        out.gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", labels, core.waiting());
        out.family(
                "vllm:num_requests_waiting_by_reason",
                "gauge",
                "Number of waiting requests by reason. Reason labels: 'capacity' = waiting for scheduling capacity;"
                        + " 'deferred' = deferred by transient constraints (LoRA budget, KV transfer, blocked status)."
                        + " Sum of all reasons equals vllm:num_requests_waiting.");
        out.sample("vllm:num_requests_waiting_by_reason", labels + ",reason=\"capacity\"", core.waiting());
        out.sample("vllm:num_requests_waiting_by_reason", labels + ",reason=\"deferred\"", 0);
        out.family(
                "vllm:engine_sleep_state",
                "gauge",
                "Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake;"
                        + " weights_offloaded = 1 means sleep level 1; discard_all = 1 means sleep level 2.");
        out.sample("vllm:engine_sleep_state", labels + ",sleep_state=\"awake\"", 1);
        out.sample("vllm:engine_sleep_state", labels + ",sleep_state=\"weights_offloaded\"", 0);
        out.sample("vllm:engine_sleep_state", labels + ",sleep_state=\"discard_all\"", 0);
        out.gauge("vllm:kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", labels, core.cacheUsage());
    }

    private void caches(PrometheusText out, EngineMetrics m) {
        counter(
                out,
                "prefix_cache_queries",
                "Prefix cache queries, in terms of number of queried tokens.",
                m.prefixQueries());
        counter(out, "prefix_cache_hits", "Prefix cache hits, in terms of number of cached tokens.", m.prefixHits());
        counter(
                out,
                "external_prefix_cache_queries",
                "External prefix cache queries from KV connector cross-instance cache sharing, in terms of number of"
                        + " queried tokens.",
                0);
        counter(
                out,
                "external_prefix_cache_hits",
                "External prefix cache hits from KV connector cross-instance cache sharing, in terms of number of"
                        + " cached tokens.",
                0);
        counter(out, "mm_cache_queries", "Multi-modal cache queries, in terms of number of queried items.", 0);
        counter(out, "mm_cache_hits", "Multi-modal cache hits, in terms of number of cached items.", 0);
    }

    private void tokens(PrometheusText out, EngineMetrics m) {
        counter(out, "num_preemptions", "Cumulative number of preemption from the engine.", m.preemptions());
        counter(out, "prompt_tokens", "Number of prefill tokens processed.", m.promptTokensTotal());
        double computed = m.promptTokensTotal() - m.promptTokensCached();
        counters(
                out,
                "prompt_tokens_by_source",
                "Number of prompt tokens by source.",
                "source",
                new String[] {"local_compute", "local_cache_hit", "external_kv_transfer"},
                computed,
                m.promptTokensCached(),
                0);
        counter(
                out,
                "prompt_tokens_cached",
                "Number of cached prompt tokens (local + external).",
                m.promptTokensCached());
        counters(
                out,
                "prompt_tokens_cached_by_source",
                "Prefix-cache hit tokens by the cache tier that supplied them: device (local HBM), host (offloaded to"
                        + " DRAM), disk, p2p (transferred from another vLLM instance) or external_unspecified."
                        + " Counted at admission; sums to vllm:prefix_cache_hits + vllm:external_prefix_cache_hits.",
                "source",
                new String[] {"device", "host", "p2p", "disk", "external_unspecified"},
                m.prefixHits(),
                0,
                0,
                0,
                0);
        counter(out, "generation_tokens", "Number of generation tokens processed.", m.generationTokensTotal());
    }

    private void finished(PrometheusText out, EngineMetrics m) {
        FinishReason[] reasons = FinishReason.values();
        String[] names = new String[reasons.length];
        double[] values = new double[reasons.length];
        for (int i = 0; i < reasons.length; i++) {
            names[i] = "engine=\"0\",finished_reason=\"" + reasons[i].label() + "\"," + model;
            values[i] = m.finished(reasons[i]);
        }
        out.counters("vllm:request_success", "Count of successfully processed requests.", names, values, created);
        out.counters(
                "vllm:admission_rejections",
                "Number of admission attempts rejected by a queue limit, by reason.",
                new String[] {model + ",reason=\"max_num_queued_reqs\"", model + ",reason=\"max_num_queued_tokens\""},
                new double[] {0, 0},
                created);
    }

    private void sizes(PrometheusText out, EngineMetrics m) {
        histogram(out, "request_prompt_tokens", "Number of prefill tokens processed.", m.promptTokens());
        histogram(out, "request_generation_tokens", "Number of generation tokens processed.", m.generationTokens());
        histogram(out, "iteration_tokens_total", "Histogram of number of tokens per engine_step.", m.iterationTokens());
        histogram(
                out,
                "request_max_num_generation_tokens",
                "Histogram of maximum number of requested generation tokens.",
                m.maxGenerationTokens());
        histogram(out, "request_params_n", "Histogram of the n request parameter.", m.paramsN());
        histogram(
                out,
                "request_params_max_tokens",
                "Histogram of the max_tokens request parameter.",
                m.paramsMaxTokens());
    }

    private void times(PrometheusText out, EngineMetrics m) {
        histogram(
                out,
                "time_to_first_token_seconds",
                "Histogram of time to first token in seconds.",
                m.timeToFirstToken());
        histogram(
                out,
                "inter_token_latency_seconds",
                "Histogram of inter-token latency in seconds.",
                m.interTokenLatency());
        histogram(
                out,
                "request_time_per_output_token_seconds",
                "Histogram of time_per_output_token_seconds per request.",
                m.timePerOutputToken());
        histogram(out, "e2e_request_latency_seconds", "Histogram of e2e request latency in seconds.", m.endToEnd());
        String phase = "Histogram of time spent in %s phase for request.";
        histogram(out, "request_queue_time_seconds", phase.formatted("WAITING"), m.queueTime());
        histogram(out, "request_inference_time_seconds", phase.formatted("RUNNING"), m.inferenceTime());
        histogram(out, "request_prefill_time_seconds", phase.formatted("PREFILL"), m.prefillTime());
        histogram(out, "request_decode_time_seconds", phase.formatted("DECODE"), m.decodeTime());
        histogram(
                out,
                "request_num_preemptions",
                "Histogram of the number of times a request was preempted.",
                m.requestPreemptions());
        histogram(
                out,
                "request_prefill_kv_computed_tokens",
                "Histogram of new KV tokens computed during prefill (excluding cached tokens).",
                m.prefillComputedTokens());
    }

    private void cacheConfig(PrometheusText out) {
        int block = options.engine().blockSize();
        int blocks = options.engine().numGpuBlocks();
        long tokens = (long) block * blocks;
        double concurrency = (double) tokens / options.engine().maxModelLen();
        out.gauge(
                "vllm:cache_config_info",
                "Information of the LLMEngine CacheConfig",
                "_block_size_resolved=\"True\",block_size=\"" + block
                        + "\",cache_dtype=\"auto\",cache_hit_alignment_tokens=\"None\","
                        + "effective_attention_block_size=\"" + block
                        + "\",enable_mamba_shared_prefix_checkpoint=\"False\",enable_prefix_caching=\""
                        + (options.engine().prefixCaching() ? "True" : "False")
                        + "\",engine=\"0\",gpu_memory_utilization=\"0.92\",hash_block_size=\"None\","
                        + "is_attention_free=\"False\",kv_cache_dtype_skip_layers=\"[]\",kv_cache_layout=\"None\","
                        + "kv_cache_max_concurrency=\"" + concurrency
                        + "\",kv_cache_memory_bytes=\"None\",kv_cache_size_tokens=\"" + tokens
                        + "\",kv_offloading_backend=\"native\",kv_offloading_size=\"None\","
                        + "kv_sharing_fast_prefill=\"False\",mamba_block_size=\"None\",mamba_cache_dtype=\"auto\","
                        + "mamba_cache_mode=\"none\",mamba_page_size_padded=\"None\",mamba_ssm_cache_dtype=\"float32\","
                        + "num_cpu_blocks=\"None\",num_gpu_blocks=\"" + blocks
                        + "\",num_gpu_blocks_override=\"None\",prefix_cache_retention_interval=\"0\","
                        + "prefix_caching_hash_algo=\"sha256\",prefix_match_unit=\"None\",replayssm_buffer_len=\"16\","
                        + "skip_page_size_padded=\"None\",sliding_window=\"None\",swa_bounded_replay=\"True\","
                        + "use_kda_recoverssm=\"False\",use_replayssm=\"False\",user_specified_block_size=\"False\"",
                1);
    }

    private void counter(PrometheusText out, String name, String help, double value) {
        out.counter("vllm:" + name, help, labels, value, created);
    }

    private void counters(
            PrometheusText out, String name, String help, String label, String[] values, double... counts) {
        String[] all = Arrays.stream(values)
                .map(v -> labels + "," + label + "=\"" + v + "\"")
                .toArray(String[]::new);
        out.counters("vllm:" + name, help, all, counts, created);
    }

    private void histogram(PrometheusText out, String name, String help, BucketHistogram histogram) {
        out.histogram("vllm:" + name, help, "engine=\"0\"", model, histogram, created);
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
