package dev.plimsoll.agent.probes;

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
import org.jspecify.annotations.Nullable;

/**
 * A machine as Prometheus' node exporter sees it, with the metrics of {@link LocalProbe}.
 *
 * <p>One is not available: {@code cpu.throttled}, since the exporter sees no control group.
 */
final class NodeExporterProbe implements Probe {
    private static final double PERCENT = 100;
    private static final String CPU_SECONDS = "node_cpu_seconds_total";
    private static final String BOOT = "node_boot_time_seconds";
    private static final List<String> CPU = List.of("cpu.utilization", "cpu.core.max", "cpu.steal", "cpu.iowait");

    /** How much later a machine starts at least when it has started anew; the time of its start wanders a little. */
    private static final double BOOT_TOLERANCE_SECONDS = 5;

    private final PageSource source;
    private @Nullable CpuTimes cpuBefore;
    private @Nullable Counters before;
    private OptionalDouble bootBefore = OptionalDouble.empty();

    /** Reads that page. */
    NodeExporterProbe(PageSource source) {
        this.source = source;
    }

    @Override
    public String type() {
        return "node-exporter";
    }

    @Override
    public Set<String> metrics() {
        return LocalProbe.METRICS;
    }

    @Override
    public Future<Map<String, Reading>> sample() {
        return source.get().map(this::read);
    }

    private Map<String, Reading> read(PageSource.Page page) {
        PrometheusText text = page.text();
        if (!text.has("node_")) {
            return all(source.without("node_", before != null));
        }
        Map<String, Reading> readings = new LinkedHashMap<>();
        OptionalDouble boot = value(text, BOOT);
        if (boot.isPresent()
                && bootBefore.isPresent()
                && boot.getAsDouble() > bootBefore.getAsDouble() + BOOT_TOLERANCE_SECONDS) {
            before = null;
            cpuBefore = null;
        }
        bootBefore = boot.isPresent() ? boot : bootBefore;
        Counters now = new Counters(page.nanos());
        cpu(readings, text);
        readings.put("cpu.throttled", Reading.notAvailable("the node exporter sees no control group"));
        gauge(readings, text, "load.1m", "node_load1");
        memory(readings, text);
        rate(readings, now, "network.receive", devices(text, "node_network_receive_bytes_total"));
        rate(readings, now, "network.transmit", devices(text, "node_network_transmit_bytes_total"));
        rate(readings, now, "network.retransmits", VllmProbe.series(text, "node_netstat_Tcp_RetransSegs"));
        rate(readings, now, "memory.major_faults", VllmProbe.series(text, "node_vmstat_pgmajfault"));
        List.of("cpu", "memory", "io").forEach(resource -> pressure(readings, text, now, resource));
        before = now;
        return readings;
    }

    private void cpu(Map<String, Reading> readings, PrometheusText text) {
        Map<String, double[]> byCore = new LinkedHashMap<>();
        for (Sample sample : text.named(CPU_SECONDS)) {
            double[] times = byCore.computeIfAbsent(sample.label("cpu"), core -> new double[4]);
            int column = switch (sample.label("mode")) {
                case "idle" -> 1;
                case "iowait" -> 2;
                case "steal" -> 3;
                default -> 0;
            };
            times[column] += sample.value();
        }
        if (byCore.isEmpty()) {
            Reading none = lacking(CPU_SECONDS);
            CPU.forEach(metric -> readings.put(metric, none));
            return;
        }
        double[] all = new double[4];
        Map<String, CpuTimes.Core> cores = new LinkedHashMap<>();
        byCore.forEach((core, times) -> {
            for (int i = 0; i < all.length; i++) {
                all[i] += times[i];
            }
            cores.put(core, new CpuTimes.Core(times[0], times[1], times[2], times[3]));
        });
        CpuTimes now = new CpuTimes(new CpuTimes.Core(all[0], all[1], all[2], all[3]), cores);
        // A core that went away or came would show as time of all.
        boolean sameCores = cpuBefore == null || cpuBefore.cores().keySet().equals(cores.keySet());
        if (sameCores) {
            readings.putAll(LocalProbe.cpuReadings(now, cpuBefore));
        } else {
            CPU.forEach(metric -> readings.put(metric, Reading.failed("the number of cores changed")));
        }
        for (String mode : List.of("steal", "iowait")) {
            if (text.named(CPU_SECONDS).stream()
                    .noneMatch(sample -> sample.label("mode").equals(mode))) {
                readings.put("cpu." + mode, Reading.notAvailable(CPU_SECONDS + " has no mode " + mode));
            }
        }
        cpuBefore = now;
    }

    private static void memory(Map<String, Reading> readings, PrometheusText text) {
        OptionalDouble total = value(text, "node_memory_MemTotal_bytes");
        gauge(readings, text, "memory.available", "node_memory_MemAvailable_bytes");
        OptionalDouble available = value(text, "node_memory_MemAvailable_bytes");
        readings.put(
                "memory.used",
                total.isPresent() && available.isPresent() && total.getAsDouble() > 0
                        ? Reading.of(PERCENT * (1 - available.getAsDouble() / total.getAsDouble()))
                        : lacking("node_memory_MemTotal_bytes and node_memory_MemAvailable_bytes"));
    }

    private static Map<String, Double> devices(PrometheusText text, String name) {
        Map<String, Double> bytes = new HashMap<>();
        for (Sample sample : text.named(name)) {
            if (LocalProbe.isCounted(sample.label("device")) && Double.isFinite(sample.value())) {
                bytes.put(sample.label("device"), sample.value());
            }
        }
        return bytes;
    }

    private void rate(Map<String, Reading> readings, Counters now, String metric, Map<String, Double> series) {
        if (series.isEmpty()) {
            readings.put(metric, Reading.notAvailable("the page has no counter for " + metric));
            return;
        }
        now.put(metric, series);
        now.perSecond(before, metric).ifPresent(reading -> readings.put(metric, reading));
    }

    private void pressure(Map<String, Reading> readings, PrometheusText text, Counters now, String resource) {
        String metric = resource + ".pressure";
        String name = "node_pressure_" + resource + "_waiting_seconds_total";
        OptionalDouble seconds = value(text, name);
        if (seconds.isEmpty()) {
            readings.put(metric, lacking(name));
            return;
        }
        now.put(metric, seconds.getAsDouble());
        Optional<Reading> share = LocalProbe.share(now, before, metric);
        share.ifPresent(reading -> readings.put(metric, reading));
    }

    private static void gauge(Map<String, Reading> readings, PrometheusText text, String metric, String name) {
        OptionalDouble value = value(text, name);
        readings.put(metric, value.isPresent() ? Reading.of(value.getAsDouble()) : lacking(name));
    }

    private static OptionalDouble value(PrometheusText text, String name) {
        return text.named(name).stream()
                .mapToDouble(Sample::value)
                .filter(Double::isFinite)
                .findFirst();
    }

    private static Reading lacking(String name) {
        return Reading.notAvailable("the page has no " + name);
    }
}
