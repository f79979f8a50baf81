package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static dev.plimsoll.agent.probes.PageServer.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalProbeTest {
    @TempDir
    private Path root;

    private final Workers workers = new Workers();
    private final AtomicLong nanos = new AtomicLong();

    @AfterEach
    void stop() {
        workers.close();
    }

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void machine(String stat, long throttledMicros, long received, long sent, long retransmits)
            throws IOException {
        file("proc/stat", stat);
        file("proc/self/cgroup", "0::/job\n");
        file(
                "sys/fs/cgroup/job/cpu.stat",
                "usage_usec 9\nnr_periods 10\nnr_throttled 2\nthrottled_usec " + throttledMicros + "\n");
        file("proc/loadavg", "0.50 0.40 0.30 1/100 4711\n");
        file(
                "proc/meminfo",
                "MemTotal:        1000 kB\nMemFree:  10 kB\nMemAvailable:     250 kB\nHugePages_Total: 0\n");
        String pressure = "some avg10=1.25 avg60=0.10 avg300=0.01 total=%d\nfull avg10=0.00 total=0\n";
        file("proc/pressure/cpu", pressure.formatted(throttledMicros / 2));
        file("proc/pressure/io", pressure.formatted(throttledMicros * 2));
        file("proc/vmstat", "pgfault 9\npgmajfault " + 2 * retransmits + "\n");
        String device = "%s: %d 1 0 0 0 0 0 0 %d 1 0 0 0 0 0 0\n";
        file(
                "proc/net/dev",
                "Inter-| Receive | Transmit\n face |bytes packets|bytes packets\n"
                        + device.formatted("    lo", received * 7, sent * 7)
                        + device.formatted("  eth0", received, sent)
                        + device.formatted(" veth1", received * 3, sent * 3));
        file("proc/net/snmp", "Tcp: RtoAlgorithm InSegs RetransSegs\nTcp: 1 100 " + retransmits + "\n");
    }

    private static final String BEFORE = """
            cpu  1000 0 500 8000 400 0 100 0 0 0
            cpu0 500 0 250 4000 200 0 50 0 0 0
            cpu1 500 0 250 4000 200 0 50 0 0 0
            intr 5
            """;

    /** Two processors, 200 ticks each: the one 120 busy, the other 10 waiting and 20 stolen. */
    private static final String AFTER = """
            cpu  1100 0 520 8250 410 0 100 20 0 0
            cpu0 600 0 270 4080 200 0 50 0 0 0
            cpu1 500 0 250 4170 210 0 50 20 0 0
            intr 6
            """;

    @Test
    void readsAGoldenMachine() throws Exception {
        LocalProbe probe = new LocalProbe(new ProcFiles(root), workers, nanos::get);
        machine(BEFORE, 100_000, 1_000, 0, 5);
        Map<String, Reading> first = await(probe.sample());
        Reading noPressure = first.get("memory.pressure");
        assertInstanceOf(Reading.NotAvailable.class, noPressure);
        assertEquals(
                Map.of(
                        "memory.pressure", noPressure,
                        "load.1m", Reading.of(0.5),
                        "memory.used", Reading.of(75),
                        "memory.available", Reading.of(250 * 1024)),
                first);

        machine(AFTER, 600_000, 5_000, 600, 11);
        nanos.set(TimeUnit.SECONDS.toNanos(2));
        Map<String, Reading> second = await(probe.sample());
        assertEquals(LocalProbe.METRICS, second.keySet());
        assertEquals(30, value(second, "cpu.utilization"), 1e-9); // 120 of 400
        assertEquals(60, value(second, "cpu.core.max"), 1e-9); // 120 of 200
        assertEquals(5, value(second, "cpu.steal"), 1e-9); // 20 of 400
        assertEquals(2.5, value(second, "cpu.iowait"), 1e-9); // 10 of 400
        assertEquals(25, value(second, "cpu.throttled"), 1e-9); // 0.5 of 2 s
        assertEquals(2_000, value(second, "network.receive"), 1e-9); // 4,000 in 2 s, of eth0 alone
        assertEquals(300, value(second, "network.transmit"), 1e-9);
        assertEquals(3, value(second, "network.retransmits"), 1e-9);
        assertEquals(6, value(second, "memory.major_faults"), 1e-9); // 12 in 2 s
        assertEquals(12.5, value(second, "cpu.pressure"), 1e-9); // 0.25 of 2 s
        assertEquals(50, value(second, "io.pressure"), 1e-9); // 1 of 2 s

        machine(BEFORE, 100_000, 1_000, 0, 5);
        nanos.set(TimeUnit.SECONDS.toNanos(3));
        Map<String, Reading> reset = await(probe.sample());
        for (String metric : Set.of(
                "cpu.utilization",
                "cpu.core.max",
                "cpu.throttled",
                "cpu.pressure",
                "memory.major_faults",
                "network.receive",
                "network.transmit",
                "network.retransmits")) {
            assertEquals(Reading.failed("counter was reset"), reset.get(metric), metric);
        }
        // No time has passed: nothing to divide by.
        Map<String, Reading> again = await(probe.sample());
        assertFalse(again.containsKey("network.receive"), again.toString());
        assertFalse(again.containsKey("cpu.utilization"), again.toString());
    }

    @Test
    void whatAMachineLacksIsNotAvailableAndWhatIsBrokenFailed() throws Exception {
        LocalProbe probe = new LocalProbe(new ProcFiles(root), workers, nanos::get);
        await(probe.sample())
                .forEach((metric, reading) -> assertInstanceOf(Reading.NotAvailable.class, reading, metric));
        machine("cpu x y\n", 0, 0, 0, 0);
        file("proc/loadavg", "high\n");
        file("proc/net/dev", "lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n");
        Map<String, Reading> broken = await(probe.sample());
        assertInstanceOf(Reading.Failed.class, broken.get("cpu.utilization"));
        assertInstanceOf(Reading.Failed.class, broken.get("load.1m"));
        assertInstanceOf(Reading.NotAvailable.class, broken.get("network.receive"));
        assertEquals(Reading.of(75), broken.get("memory.used"));
    }

    @Test
    void knowsInterfacesWhoseBytesAreCountedElsewhere() {
        for (String device : Set.of("eth0", "ens5", "enp1s0f0", "ib0", "wlan0", "bronze")) {
            assertTrue(LocalProbe.isCounted(device), device);
        }
        for (String device : Set.of("lo", "veth12ab", "docker0", "br-1a2b", "br0", "eth0.100", "bond0", "cali1")) {
            assertFalse(LocalProbe.isCounted(device), device);
        }
    }

    @Test
    void readsThisMachine() throws Exception {
        LocalProbe probe = new LocalProbe(new ProcFiles(Path.of("/")), workers, System::nanoTime);
        await(probe.sample());
        Map<String, Reading> readings = Map.of();
        double busiest = 0;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (busiest < 40 && System.nanoTime() < deadline) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            readings = await(probe.sample());
            busiest = value(readings, "cpu.core.max");
        }
        assertTrue(busiest >= 40 && busiest <= 100, readings.toString());
        assertEquals(LocalProbe.METRICS, readings.keySet());
        readings.forEach((metric, reading) -> {
            assertTrue(Metrics.find(metric).isPresent(), metric);
            assertFalse(reading instanceof Reading.Failed, metric + " " + reading);
            reading.asDouble().ifPresent(value -> assertTrue(value >= 0, metric + " " + value));
        });
        double used = value(readings, "memory.used");
        assertTrue(used > 0 && used < 100, readings.toString());
        assertTrue(value(readings, "cpu.utilization") <= busiest + 1e-9, readings.toString());
    }
}
