package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The agent's own machine, from {@code /proc} and the control group of the agent.
 *
 * <p>What the kernel does not have is not available; a file that cannot be read fails the metrics it is for, and no
 * others.
 */
final class LocalProbe implements Probe {
    private static final double PERCENT = 100;
    private static final double MICROS_PER_SECOND = 1e6;
    private static final String RECEIVED = "network.receive";
    private static final String SENT = "network.transmit";
    private static final String RETRANSMITS = "network.retransmits";
    private static final String FAULTS = "memory.major_faults";
    private static final List<String> PRESSED = List.of("cpu", "memory", "io");
    private static final String THROTTLED = "cpu.throttled";
    private static final Set<String> CPU = Set.of("cpu.utilization", "cpu.core.max", "cpu.steal", "cpu.iowait");
    private static final Set<String> MEMORY = Set.of("memory.used", "memory.available");

    /** All that it is for. */
    static final Set<String> METRICS = Set.of(
            "cpu.utilization",
            "cpu.core.max",
            "cpu.steal",
            "cpu.iowait",
            THROTTLED,
            "cpu.pressure",
            "load.1m",
            "memory.used",
            "memory.available",
            "memory.pressure",
            FAULTS,
            "io.pressure",
            RECEIVED,
            SENT,
            RETRANSMITS);

    private final ProcFiles files;
    private final Workers workers;
    private final LongSupplier nanoClock;
    private @Nullable CpuTimes cpuBefore;
    private @Nullable Counters before;

    /**
     * Reads these files.
     *
     * @param nanoClock {@code System::nanoTime}
     */
    LocalProbe(ProcFiles files, Workers workers, LongSupplier nanoClock) {
        this.files = files;
        this.workers = workers;
        this.nanoClock = nanoClock;
    }

    @Override
    public String type() {
        return "local";
    }

    @Override
    public Set<String> metrics() {
        return METRICS;
    }

    @Override
    public Future<Map<String, Reading>> sample() {
        return workers.run(this::read);
    }

    private interface Part {
        void read() throws IOException;
    }

    private Map<String, Reading> read() {
        Map<String, Reading> readings = new LinkedHashMap<>();
        Counters now = new Counters(nanoClock.getAsLong());
        attempt(readings, CPU, () -> cpu(readings));
        attempt(readings, Set.of(THROTTLED), () -> throttled(readings, now));
        PRESSED.forEach(
                resource -> attempt(readings, Set.of(resource + ".pressure"), () -> pressure(readings, now, resource)));
        attempt(readings, Set.of("load.1m"), () -> readings.put("load.1m", Reading.of(files.loadAverage())));
        attempt(readings, MEMORY, () -> memory(readings));
        attempt(readings, Set.of(RECEIVED, SENT), () -> traffic(readings, now));
        attempt(
                readings,
                Set.of(RETRANSMITS),
                () -> rate(readings, now, RETRANSMITS, files.retransmits(), "/proc/net/snmp has no RetransSegs"));
        attempt(
                readings,
                Set.of(FAULTS),
                () -> rate(readings, now, FAULTS, files.majorFaults(), "/proc/vmstat has no pgmajfault"));
        before = now;
        return readings;
    }

    private static void attempt(Map<String, Reading> readings, Set<String> metrics, Part part) {
        Reading problem;
        try {
            part.read();
            return;
        } catch (FileNotFoundException e) {
            problem = Reading.notAvailable(String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            problem = Reading.failed(String.valueOf(e.getMessage()));
        }
        for (String metric : metrics) {
            readings.put(metric, problem);
        }
    }

    private void cpu(Map<String, Reading> readings) throws IOException {
        CpuTimes now = files.cpuTimes();
        readings.putAll(cpuReadings(now, cpuBefore));
        cpuBefore = now;
    }

    /** The processors' share since then; nothing without an earlier reading. */
    static Map<String, Reading> cpuReadings(CpuTimes now, @Nullable CpuTimes earlier) {
        Map<String, Reading> readings = new HashMap<>();
        if (earlier == null) {
            return readings;
        }
        if (now.all().total() < earlier.all().total()) {
            CPU.forEach(metric -> readings.put(metric, Counters.reset()));
            return readings;
        }
        put(readings, "cpu.utilization", now.utilization(earlier));
        put(readings, "cpu.core.max", now.busiestCore(earlier));
        put(readings, "cpu.steal", now.steal(earlier));
        put(readings, "cpu.iowait", now.iowait(earlier));
        return readings;
    }

    private static void put(Map<String, Reading> readings, String metric, OptionalDouble value) {
        value.ifPresent(v -> readings.put(metric, Reading.of(v)));
    }

    private void throttled(Map<String, Reading> readings, Counters now) throws IOException {
        OptionalLong micros = files.throttledMicros();
        if (micros.isEmpty()) {
            readings.put(THROTTLED, Reading.notAvailable("the agent's control group has no CPU limit"));
            return;
        }
        now.put(THROTTLED, micros.getAsLong() / MICROS_PER_SECOND);
        share(now, before, THROTTLED).ifPresent(reading -> readings.put(THROTTLED, reading));
    }

    /** How much of the time a counter of seconds grew, in percent; it may count several queues, so 100 at most. */
    static Optional<Reading> share(Counters now, @Nullable Counters earlier, String counter) {
        return now.since(earlier, counter).map(change -> switch (change) {
            case Counters.Change.Growth growth -> Reading.of(PERCENT * Math.min(1, growth.amount() / growth.seconds()));
            case Counters.Change.Reset reset -> Counters.reset();
        });
    }

    private void pressure(Map<String, Reading> readings, Counters now, String resource) throws IOException {
        String metric = resource + ".pressure";
        OptionalLong micros = files.pressureMicros(resource);
        if (micros.isEmpty()) {
            readings.put(metric, Reading.notAvailable("this kernel does not tell /proc/pressure/" + resource));
            return;
        }
        now.put(metric, micros.getAsLong() / MICROS_PER_SECOND);
        share(now, before, metric).ifPresent(reading -> readings.put(metric, reading));
    }

    private void memory(Map<String, Reading> readings) throws IOException {
        Map<String, Long> bytes = files.memoryBytes();
        Long total = bytes.get("MemTotal");
        Long available = bytes.get("MemAvailable");
        MEMORY.forEach(
                metric -> readings.put(metric, Reading.notAvailable("/proc/meminfo has no MemTotal and MemAvailable")));
        if (total != null && available != null && total > 0) {
            readings.put("memory.available", Reading.of(available));
            readings.put("memory.used", Reading.of(PERCENT * (1 - (double) available / total)));
        }
    }

    private void traffic(Map<String, Reading> readings, Counters now) throws IOException {
        Map<String, Double> received = new HashMap<>();
        Map<String, Double> sent = new HashMap<>();
        files.traffic().forEach((name, traffic) -> {
            if (isCounted(name)) {
                received.put(name, (double) traffic.received());
                sent.put(name, (double) traffic.sent());
            }
        });
        now.put(RECEIVED, received);
        now.put(SENT, sent);
        for (String metric : Set.of(RECEIVED, SENT)) {
            if (now.has(metric)) {
                now.perSecond(before, metric).ifPresent(reading -> readings.put(metric, reading));
            } else {
                readings.put(metric, Reading.notAvailable("there is no network interface but virtual ones"));
            }
        }
    }

    /**
     * Whether a network interface's bytes count: not the loopback, and none whose bytes another interface carries too,
     * such as bridges, bonds, VLANs and the host's ends of containers' links.
     */
    static boolean isCounted(String device) {
        return !device.equals("lo")
                && !device.contains(".")
                && !device.matches(
                        "(veth|docker|podman|br-|virbr|cni|flannel|cali|cilium|lxc|tun|tap|ifb|dummy|bond|team|vlan"
                                + "|kube|nodelocaldns|vxlan|wg).*|br[0-9]+");
    }

    private void rate(
            Map<String, Reading> readings, Counters now, String metric, OptionalLong count, String otherwise) {
        if (count.isEmpty()) {
            readings.put(metric, Reading.notAvailable(otherwise));
            return;
        }
        now.put(metric, count.getAsLong());
        now.perSecond(before, metric).ifPresent(reading -> readings.put(metric, reading));
    }
}
