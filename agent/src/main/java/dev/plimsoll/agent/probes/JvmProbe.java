package dev.plimsoll.agent.probes;

import dev.plimsoll.agent.probes.GcTotals.Total;
import dev.plimsoll.agent.probes.PrometheusText.Sample;
import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A JVM by its own metrics page, with the names of Micrometer or of the JMX exporter (and of Prometheus' Java client,
 * old and new).
 *
 * <p>Micrometer's page has, by action and cause, the number of pauses, their sum, and the longest of the last two to
 * three minutes, from which the longest since the last page mostly follows ({@link GcTotals#longest}). The JMX exporter's
 * page has sums only: there the longest pause is not available.
 */
final class JvmProbe implements Probe {
    /** All that a JVM is watched for. */
    static final Set<String> METRICS = Set.of("gc.pause", "gc.time", "gc.count", "jvm.heap.used", "jvm.heap.committed");

    private static final Set<String> GC = Set.of("gc.pause", "gc.time", "gc.count");
    private static final String START = "process_start_time_seconds";
    private static final String MICROMETER_PAUSE = "jvm_gc_pause_seconds";
    private static final String COLLECTION = "jvm_gc_collection_seconds";

    /** There from the start, unlike the pauses, where Micrometer watches the collector. */
    private static final List<String> MICROMETER_GC = List.of(
            "jvm_gc_memory_allocated_bytes_total",
            "jvm_gc_max_data_size_bytes",
            "jvm_gc_overhead",
            "jvm_gc_overhead_percent");

    private static final List<String> USED = List.of("jvm_memory_used_bytes", "jvm_memory_bytes_used");
    private static final List<String> COMMITTED = List.of("jvm_memory_committed_bytes", "jvm_memory_bytes_committed");

    private final PageSource source;
    private @Nullable GcTotals before;
    private OptionalDouble startBefore = OptionalDouble.empty();

    /** Reads that page. */
    JvmProbe(PageSource source) {
        this.source = source;
    }

    @Override
    public String type() {
        return "jvm";
    }

    @Override
    public Set<String> metrics() {
        return METRICS;
    }

    @Override
    public Future<Map<String, Reading>> sample() {
        return source.get().map(this::read);
    }

    private Map<String, Reading> read(PageSource.Page page) {
        PrometheusText text = page.text();
        if (!text.has("jvm_")) {
            return all(source.without("jvm_", before != null));
        }
        Map<String, Reading> readings = new LinkedHashMap<>();
        readings.put("jvm.heap.used", heap(text, USED));
        readings.put("jvm.heap.committed", heap(text, COMMITTED));
        collections(readings, text, page.nanos());
        return readings;
    }

    private void collections(Map<String, Reading> readings, PrometheusText text, long nanos) {
        Optional<String> concurrent = concurrentTimes(text);
        boolean micrometer = isMicrometer(text);
        if (!micrometer && text.named(COLLECTION + "_count").isEmpty()) {
            lacking(readings, GC, "the page has neither " + MICROMETER_PAUSE + " nor " + COLLECTION);
            return;
        }
        GcTotals now = new GcTotals(nanos, micrometer ? pauses(text) : collections(text));
        OptionalDouble start = start(text);
        GcTotals earlier = before;
        boolean restarted = earlier != null
                && (now.isReset(earlier) || start.isPresent() && startBefore.isPresent() && !start.equals(startBefore));
        before = now;
        startBefore = start.isPresent() ? start : startBefore;
        if (restarted) {
            Reading failed = Reading.failed("the JVM was restarted, and its counters with it");
            GC.forEach(metric -> readings.put(metric, failed));
        } else if (earlier != null) {
            now.share(earlier).ifPresent(reading -> readings.put("gc.time", reading));
            now.perSecond(earlier).ifPresent(reading -> readings.put("gc.count", reading));
            if (micrometer) {
                readings.put("gc.pause", now.longest(earlier));
            }
        }
        if (!micrometer) {
            lacking(
                    readings,
                    Set.of("gc.pause"),
                    "the page has sums of pauses only (" + COLLECTION + "); a jfr probe tells the longest");
        }
        concurrent.ifPresent(name -> lacking(
                readings, Set.of("gc.time"), name + " counts time in which the application ran, in " + COLLECTION));
    }

    private static void lacking(Map<String, Reading> readings, Set<String> metrics, String reason) {
        metrics.forEach(metric -> readings.put(metric, Reading.notAvailable(reason)));
    }

    private static boolean isMicrometer(PrometheusText text) {
        return !text.named(MICROMETER_PAUSE + "_count").isEmpty()
                || MICROMETER_GC.stream().anyMatch(name -> !text.named(name).isEmpty());
    }

    /** Micrometer's pauses by action, cause and collector; cycles, which older versions counted among them, are none. */
    private static Map<String, Total> pauses(PrometheusText text) {
        Map<String, Double> sums = VllmProbe.series(text, MICROMETER_PAUSE + "_sum");
        Map<String, Double> longest = VllmProbe.series(text, MICROMETER_PAUSE + "_max");
        Map<String, Total> pauses = new HashMap<>();
        for (Sample sample : text.named(MICROMETER_PAUSE + "_count")) {
            boolean cycle = sample.label("action").endsWith("cycle") || isCycle(sample.label("gc"));
            String key = new TreeMap<>(sample.labels()).toString();
            Double sum = sums.get(key);
            if (!cycle && sum != null && Double.isFinite(sample.value())) {
                Double max = longest.get(key);
                pauses.put(
                        key,
                        new Total(sample.value(), sum, max == null ? OptionalDouble.empty() : OptionalDouble.of(max)));
            }
        }
        return pauses;
    }

    /** The collectors' times of {@code GarbageCollectorMXBean}s that stop the world. */
    private static Map<String, Total> collections(PrometheusText text) {
        Map<String, Double> sums = VllmProbe.series(text, COLLECTION + "_sum");
        Map<String, Total> pauses = new HashMap<>();
        for (Sample sample : text.named(COLLECTION + "_count")) {
            String key = new TreeMap<>(sample.labels()).toString();
            Double sum = sums.get(key);
            if (!isCycle(sample.label("gc")) && sum != null && Double.isFinite(sample.value())) {
                pauses.put(key, Total.of(sample.value(), sum));
            }
        }
        return pauses;
    }

    /**
     * Whether a collector's bean counts whole cycles, most of which pass beside the application; its pauses have a bean
     * of their own. {@code G1 Concurrent GC} counts its pauses only, in spite of its name.
     */
    private static boolean isCycle(String collector) {
        return collector.endsWith(" Cycles");
    }

    /** The collector whose sums hold both pauses and concurrent work, if it is in use. */
    private static Optional<String> concurrentTimes(PrometheusText text) {
        return text.named(COLLECTION + "_count").stream()
                .map(sample -> sample.label("gc"))
                .filter(name -> name.equals("ConcurrentMarkSweep"))
                .findFirst();
    }

    private static OptionalDouble start(PrometheusText text) {
        return text.named(START).stream()
                .mapToDouble(Sample::value)
                .filter(Double::isFinite)
                .findFirst();
    }

    private static Reading heap(PrometheusText text, List<String> names) {
        for (String name : names) {
            List<Sample> heap = text.named(name).stream()
                    .filter(sample -> sample.label("area").equals("heap"))
                    .toList();
            if (!heap.isEmpty()) {
                double bytes = heap.stream().mapToDouble(Sample::value).sum();
                return bytes >= 0 && Double.isFinite(bytes)
                        ? Reading.of(bytes)
                        : Reading.failed(name + " is " + bytes + " on this page");
            }
        }
        return Reading.notAvailable("the page has no " + names.getFirst() + " of the heap");
    }
}
