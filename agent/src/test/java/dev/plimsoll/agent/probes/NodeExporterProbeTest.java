package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static dev.plimsoll.agent.probes.PageServer.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Reading;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeExporterProbeTest {
    private static final String PAGE = """
            node_boot_time_seconds %s
            node_cpu_seconds_total{cpu="0",mode="idle"} %s
            node_cpu_seconds_total{cpu="0",mode="iowait"} 5
            node_cpu_seconds_total{cpu="0",mode="steal"} 0
            node_cpu_seconds_total{cpu="0",mode="system"} 10
            node_cpu_seconds_total{cpu="0",mode="user"} %s
            node_cpu_seconds_total{cpu="1",mode="idle"} %s
            node_cpu_seconds_total{cpu="1",mode="iowait"} %s
            node_cpu_seconds_total{cpu="1",mode="steal"} %s
            node_cpu_seconds_total{cpu="1",mode="system"} 10
            node_cpu_seconds_total{cpu="1",mode="user"} 10
            node_load1 0.75
            node_memory_MemAvailable_bytes 2.5e+09
            node_memory_MemTotal_bytes 1e+10
            node_network_receive_bytes_total{device="eth0"} %s
            node_network_receive_bytes_total{device="lo"} %s
            node_network_receive_bytes_total{device="veth9"} %s
            node_network_transmit_bytes_total{device="eth0"} %s
            node_netstat_Tcp_RetransSegs %s
            node_pressure_cpu_waiting_seconds_total 4
            node_pressure_io_waiting_seconds_total 4
            node_vmstat_pgmajfault 7
            """;
    private static final String BEFORE = PAGE.formatted("1.7e+09", 100, 50, 100, 5, 0, 1_000, 1_000, 1_000, 1_000, 10);
    /** Two processors, 10 s each: the one 8 busy, the other 2 waiting and 1 stolen. */
    private static final String AFTER =
            PAGE.formatted("1.700000001e+09", 102, 58, 107, 7, 1, 5_000, 90_000, 90_000, 2_000, 12);

    private PageServer server;
    private NodeExporterProbe probe;

    @BeforeEach
    void start() throws Exception {
        server = new PageServer();
        probe = new NodeExporterProbe(server.source());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private Map<String, Reading> sample(String page) throws Exception {
        server.page(page);
        return await(probe.sample());
    }

    @Test
    void readsWhatHappenedBetweenTwoPages() throws Exception {
        Map<String, Reading> first = sample(BEFORE);
        assertFalse(first.containsKey("cpu.utilization"));
        assertFalse(first.containsKey("network.receive"));
        Map<String, Reading> second = sample(AFTER);
        assertEquals(LocalProbe.METRICS, second.keySet());
        assertEquals(40, value(second, "cpu.utilization"), 1e-9); // 8 of 20
        assertEquals(80, value(second, "cpu.core.max"), 1e-9); // 8 of 10
        assertEquals(5, value(second, "cpu.steal"), 1e-9); // 1 of 20
        assertEquals(10, value(second, "cpu.iowait"), 1e-9); // 2 of 20
        assertEquals(75, value(second, "memory.used"), 1e-9);
        assertEquals(Reading.of(2.5e9), second.get("memory.available"));
        assertEquals(Reading.of(0.75), second.get("load.1m"));
        assertEquals(Reading.of(0), second.get("cpu.pressure"));
        assertEquals(Reading.of(0), second.get("io.pressure"));
        assertEquals(Reading.of(0), second.get("memory.major_faults"));
        assertInstanceOf(Reading.NotAvailable.class, second.get("memory.pressure"));
        assertInstanceOf(Reading.NotAvailable.class, second.get("cpu.throttled"));
        // 4,000, 1,000 and 2 in the same time.
        double sent = value(second, "network.transmit");
        assertEquals(4 * sent, value(second, "network.receive"), 1e-6 * sent);
        assertEquals(0.002 * sent, value(second, "network.retransmits"), 1e-6 * sent);
    }

    @Test
    void aRestartGivesNoAbsurdRates() throws Exception {
        sample(AFTER);
        Map<String, Reading> lower = sample(BEFORE);
        assertEquals(Reading.failed("counter was reset"), lower.get("cpu.utilization"));
        assertEquals(Reading.failed("counter was reset"), lower.get("network.receive"));
        // Higher counters of a machine that started later have no base.
        Map<String, Reading> rebooted = sample(AFTER.replace("1.700000001e+09", "1.700009e+09"));
        assertFalse(rebooted.containsKey("cpu.utilization"), rebooted.toString());
        assertFalse(rebooted.containsKey("network.receive"), rebooted.toString());
    }

    @Test
    void anotherPageSaysSo() throws Exception {
        sample("vllm:num_requests_running 1")
                .forEach((metric, reading) -> assertInstanceOf(Reading.NotAvailable.class, reading, metric));
        sample(BEFORE);
        sample("<html>").forEach((metric, reading) -> assertInstanceOf(Reading.Failed.class, reading, metric));
    }

    /** The exporter of this machine, on a port of the loopback interface. */
    private static Process exporter(int port) throws Exception {
        return new ProcessBuilder("prometheus-node-exporter", "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void aRealExporterSeesRealLoadAsTheKernelDoes() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Process exporter = exporter(port);
        try {
            NodeExporterProbe real = new NodeExporterProbe(
                    server.source(URI.create("http://127.0.0.1:" + port + "/metrics"), Duration.ofSeconds(20)));
            LocalProbe kernel = new LocalProbe(new ProcFiles(Path.of("/")), server.workers, System::nanoTime);
            firstPage(real);
            await(kernel.sample());
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            Map<String, Reading> seen = await(real.sample());
            Map<String, Reading> there = await(kernel.sample());
            // A spinning thread keeps one processor busy, of however many; a busy machine takes part of it away, but
            // gives it to others.
            assertTrue(value(seen, "cpu.core.max") > 50, seen.toString());
            // The two look at nearly the same two seconds.
            assertEquals(value(there, "cpu.utilization"), value(seen, "cpu.utilization"), 25);
            assertEquals(value(there, "memory.used"), value(seen, "memory.used"), 10);
            assertTrue(value(seen, "load.1m") > 0, seen.toString());
            there.forEach((metric, reading) -> {
                Reading other = seen.get(metric);
                if (!metric.equals("cpu.throttled") && reading instanceof Reading.Value) {
                    assertInstanceOf(Reading.Value.class, other, metric);
                }
            });
        } finally {
            exporter.destroyForcibly().waitFor();
        }
    }

    /** Waits until the exporter answers. */
    private static void firstPage(Probe probe) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try {
                await(probe.sample());
                return;
            } catch (ExecutionException e) {
                assertTrue(System.nanoTime() < end, String.valueOf(e.getCause().getMessage()));
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }
}
