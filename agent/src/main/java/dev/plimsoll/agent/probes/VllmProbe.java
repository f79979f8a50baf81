package dev.plimsoll.agent.probes;

import dev.plimsoll.agent.probes.PrometheusText.Sample;
import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * What vLLM says of itself on its metrics page, from version 0.6 on.
 *
 * <p>Requests running and waiting are summed over engines and models; the KV cache's usage is that of the fullest
 * engine, since that one preempts first. Rates, ratios, means, counts and sums are of what was added since the last page
 * that could be read, so that no request is missing from a count because a page was. A mean or a ratio of nothing has no reading.
 */
final class VllmProbe implements Probe {
    private static final String PREFIX = "vllm:";
    private static final String START = "process_start_time_seconds";
    private static final double MILLIS_PER_SECOND = 1e3;

    /** Gauges by metric, with the names they had, newest first. */
    private static final Map<String, List<String>> GAUGES = ordered(
            Map.entry("vllm.requests.running", List.of("num_requests_running")),
            Map.entry("vllm.requests.waiting", List.of("num_requests_waiting")),
            Map.entry("vllm.kv_cache.usage", List.of("kv_cache_usage_perc", "gpu_cache_usage_perc")));

    /** Counters by metric; each with {@code _total} or without. */
    private static final Map<String, List<String>> RATES = ordered(
            Map.entry("vllm.preemptions", List.of("num_preemptions")),
            Map.entry("vllm.tokens.prompt", List.of("prompt_tokens")),
            Map.entry("vllm.tokens.generation", List.of("generation_tokens")),
            Map.entry("vllm.requests.finished", List.of("request_success")));

    /** Histograms of seconds by metric. */
    private static final Map<String, List<String>> MEANS = ordered(
            Map.entry("vllm.ttft", List.of("time_to_first_token_seconds")),
            Map.entry("vllm.itl", List.of("inter_token_latency_seconds", "time_per_output_token_seconds")),
            Map.entry("vllm.e2e", List.of("e2e_request_latency_seconds")),
            Map.entry("vllm.queue_time", List.of("request_queue_time_seconds", "time_in_queue_requests")));

    /** Histograms whose count and sum are told too, so that they can be added up over a run. */
    private static final List<String> FLOWS = List.of("vllm.ttft", "vllm.itl", "vllm.e2e");

    private static final String HIT_RATIO = "vllm.prefix_cache.hit_ratio";
    private static final List<String> PREFIX_CACHES = List.of("prefix_cache", "gpu_prefix_cache");

    private final PageSource source;
    private final Set<String> seen = new HashSet<>();
    private @Nullable Counters before;
    private @Nullable Map<String, Double> startedBefore;

    /** Reads that page. */
    VllmProbe(PageSource source) {
        this.source = source;
    }

    @SafeVarargs
    private static Map<String, List<String>> ordered(Map.Entry<String, List<String>>... entries) {
        Map<String, List<String>> map = new LinkedHashMap<>();
        for (Map.Entry<String, List<String>> entry : entries) {
            map.put(entry.getKey(), entry.getValue());
        }
        return map;
    }

    @Override
    public String type() {
        return "vllm";
    }

    @Override
    public Set<String> metrics() {
        Set<String> metrics = new LinkedHashSet<>(GAUGES.keySet());
        metrics.addAll(RATES.keySet());
        metrics.addAll(MEANS.keySet());
        FLOWS.forEach(metric -> metrics.addAll(List.of(metric + ".count", metric + ".sum")));
        metrics.add(HIT_RATIO);
        return metrics;
    }

    @Override
    public Future<Map<String, Reading>> sample() {
        return source.get().map(this::read);
    }

    private Map<String, Reading> read(PageSource.Page page) {
        PrometheusText text = page.text();
        Map<String, Reading> readings = new LinkedHashMap<>();
        if (!text.has(PREFIX)) {
            String reason = "no vllm: metrics on " + source.address() + "; is the URL right?";
            metrics().forEach(metric -> readings.put(metric, lacking(metric, reason)));
            return readings;
        }
        Counters now = new Counters(page.nanos());
        RATES.forEach((metric, names) -> find(text, names).ifPresent(series -> now.put(metric, series)));
        MEANS.forEach((metric, names) -> histogram(text, names, metric, now));
        prefixCache(text, now);
        Map<String, Double> started = series(text, START);
        boolean restarted = startedBefore != null && !started.isEmpty() && !started.equals(startedBefore);

        GAUGES.forEach((metric, names) -> readings.put(metric, gauge(text, metric, names)));
        RATES.keySet()
                .forEach(metric -> put(readings, metric, now.has(metric), restarted, now.perSecond(before, metric)));
        MEANS.keySet()
                .forEach(metric -> put(
                        readings,
                        metric,
                        now.has(count(metric)),
                        restarted,
                        now.quotient(before, sum(metric), count(metric), MILLIS_PER_SECOND, Double.MAX_VALUE)));
        for (String metric : FLOWS) {
            boolean there = now.has(count(metric));
            put(readings, metric + ".count", there, restarted, growth(now, count(metric), 1));
            put(readings, metric + ".sum", there, restarted, growth(now, sum(metric), MILLIS_PER_SECOND));
        }
        put(
                readings,
                HIT_RATIO,
                now.has(count(HIT_RATIO)),
                restarted,
                now.quotient(before, sum(HIT_RATIO), count(HIT_RATIO), 1, 1));
        before = now;
        startedBefore = started.isEmpty() ? startedBefore : started;
        return readings;
    }

    private Optional<Reading> growth(Counters now, String counter, double factor) {
        return now.since(before, counter).map(change -> switch (change) {
            case Counters.Change.Growth growth -> Reading.of(growth.amount() * factor);
            case Counters.Change.Reset reset -> Counters.reset();
        });
    }

    private void put(
            Map<String, Reading> readings, String metric, boolean there, boolean restarted, Optional<Reading> reading) {
        if (!there) {
            readings.put(metric, lacking(metric, "this version of vLLM does not report it"));
            return;
        }
        seen.add(metric);
        if (restarted && before != null) {
            readings.put(metric, Reading.failed("the server was restarted, and its counters with it"));
        } else {
            reading.ifPresent(value -> readings.put(metric, value));
        }
    }

    /** What was there once is only missing now. */
    private Reading lacking(String metric, String reason) {
        return seen.contains(metric) ? Reading.failed("was there before: " + reason) : Reading.notAvailable(reason);
    }

    private Reading gauge(PrometheusText text, String metric, List<String> names) {
        for (String name : names) {
            List<Sample> samples = text.named(PREFIX + name);
            if (!samples.isEmpty()) {
                seen.add(metric);
                double[] values = samples.stream().mapToDouble(Sample::value).toArray();
                double value = metric.equals("vllm.kv_cache.usage")
                        ? DoubleStream.of(values).max().orElse(Double.NaN)
                        : DoubleStream.of(values).sum();
                return Double.isFinite(value)
                        ? Reading.of(value)
                        : Reading.failed(PREFIX + name + " is " + value + " on this page");
            }
        }
        return lacking(metric, "this version of vLLM does not report it");
    }

    private static Optional<Map<String, Double>> find(PrometheusText text, List<String> names) {
        for (String name : names) {
            for (String spelling : List.of(PREFIX + name + "_total", PREFIX + name)) {
                Map<String, Double> series = series(text, spelling);
                if (!series.isEmpty()) {
                    return Optional.of(series);
                }
            }
        }
        return Optional.empty();
    }

    private static void histogram(PrometheusText text, List<String> names, String metric, Counters now) {
        for (String name : names) {
            Map<String, Double> sums = series(text, PREFIX + name + "_sum");
            Map<String, Double> counts = series(text, PREFIX + name + "_count");
            if (!sums.isEmpty() && !counts.isEmpty()) {
                now.put(sum(metric), sums);
                now.put(count(metric), counts);
                return;
            }
        }
    }

    private static void prefixCache(PrometheusText text, Counters now) {
        for (String name : PREFIX_CACHES) {
            Optional<Map<String, Double>> hits = find(text, List.of(name + "_hits"));
            Optional<Map<String, Double>> queries = find(text, List.of(name + "_queries"));
            if (hits.isPresent() && queries.isPresent()) {
                now.put(sum(HIT_RATIO), hits.get());
                now.put(count(HIT_RATIO), queries.get());
                return;
            }
        }
    }

    private static String sum(String metric) {
        return metric + " sum";
    }

    private static String count(String metric) {
        return metric + " count";
    }

    /** The values of a name by its labels; a value that is no number is left out. */
    static Map<String, Double> series(PrometheusText text, String name) {
        Map<String, Double> series = new HashMap<>();
        for (Sample sample : text.named(name)) {
            if (Double.isFinite(sample.value())) {
                series.put(new TreeMap<>(sample.labels()).toString(), sample.value());
            }
        }
        return series;
    }
}
