package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static dev.plimsoll.agent.probes.PageServer.resource;
import static dev.plimsoll.agent.probes.PageServer.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Reading;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmProbeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private PageServer server;
    private JvmProbe probe;

    @BeforeEach
    void start() throws Exception {
        server = new PageServer();
        probe = new JvmProbe(server.source());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private Map<String, Reading> read(String page) throws Exception {
        server.page(page);
        return await(probe.sample());
    }

    /** A page of Micrometer with that many evacuation pauses. */
    private static String micrometer(int count, double sum, double longest) {
        return """
                process_start_time_seconds 1.7E9
                jvm_gc_memory_allocated_bytes_total 5.0E9
                jvm_memory_used_bytes{area="heap",id="G1 Eden Space"} 1000.0
                jvm_memory_used_bytes{area="heap",id="G1 Old Gen"} 2000.0
                jvm_memory_used_bytes{area="nonheap",id="Metaspace"} 4000.0
                jvm_memory_committed_bytes{area="heap",id="G1 Old Gen"} 9000.0
                jvm_gc_pause_seconds_count{action="end of minor GC",cause="G1 Evacuation Pause",gc="G1 Young Generation"} %d
                jvm_gc_pause_seconds_sum{action="end of minor GC",cause="G1 Evacuation Pause",gc="G1 Young Generation"} %s
                jvm_gc_pause_seconds_max{action="end of minor GC",cause="G1 Evacuation Pause",gc="G1 Young Generation"} %s
                """.formatted(count, sum, longest);
    }

    @Test
    void theFirstPageHasTheHeapOnly() throws Exception {
        assertEquals(
                Map.of("jvm.heap.used", Reading.of(3_000), "jvm.heap.committed", Reading.of(9_000)),
                read(micrometer(5, 0.050, 0.020)));
    }

    @Test
    void micrometersLongestIsThatOfTheIntervalAndNotOfMinutesAgo() throws Exception {
        read(micrometer(5, 0.250, 0.120));
        // The page still shows the 120 ms of some time ago.
        assertEquals(Reading.of(0), read(micrometer(5, 0.250, 0.120)).get("gc.pause"));
        assertEquals(Reading.of(12), read(micrometer(6, 0.262, 0.120)).get("gc.pause"));
        assertEquals(Reading.of(150), read(micrometer(8, 0.450, 0.150)).get("gc.pause"));
        assertInstanceOf(
                Reading.Failed.class, read(micrometer(10, 0.500, 0.150)).get("gc.pause"));
    }

    @Test
    void aCauseThatIsNewCountsFromItsFirstPause() throws Exception {
        read(micrometer(5, 0.250, 0.120));
        String full = """
                jvm_gc_pause_seconds_count{action="end of major GC",cause="System.gc()",gc="G1 Old Generation"} 1
                jvm_gc_pause_seconds_sum{action="end of major GC",cause="System.gc()",gc="G1 Old Generation"} 0.31
                jvm_gc_pause_seconds_max{action="end of major GC",cause="System.gc()",gc="G1 Old Generation"} 0.31
                """;
        Map<String, Reading> readings = read(micrometer(5, 0.250, 0.120) + full);
        assertEquals(Reading.of(310), readings.get("gc.pause"));
        assertTrue(value(readings, "gc.time") > 0);
    }

    @Test
    void cyclesThatPassBesideTheApplicationAreNoPauses() throws Exception {
        String cycle = """
                jvm_gc_pause_seconds_count{action="end of GC cycle",cause="Proactive"} %d
                jvm_gc_pause_seconds_sum{action="end of GC cycle",cause="Proactive"} %s
                jvm_gc_pause_seconds_max{action="end of GC cycle",cause="Proactive"} %s
                """;
        read(micrometer(5, 0.250, 0.120) + cycle.formatted(1, 2.5, 2.5));
        Map<String, Reading> readings = read(micrometer(5, 0.250, 0.120) + cycle.formatted(2, 6.0, 3.5));
        assertEquals(Reading.of(0), readings.get("gc.pause"));
        assertEquals(Reading.of(0), readings.get("gc.time"));
        assertEquals(Reading.of(0), readings.get("gc.count"));
    }

    @Test
    void aRestartFailsOnceAndIsNoPause() throws Exception {
        read(micrometer(5, 0.250, 0.120));
        for (String metric : List.of("gc.pause", "gc.time", "gc.count")) {
            assertEquals(
                    Reading.failed("the JVM was restarted, and its counters with it"),
                    read(micrometer(1, 0.010, 0.010)).get(metric),
                    metric);
            assertEquals(Reading.of(0), read(micrometer(1, 0.010, 0.010)).get(metric), metric);
            read(micrometer(5, 0.250, 0.120).replace("1.7E9", "1.8E9"));
        }
        // More pauses than before, but of another process.
        assertInstanceOf(
                Reading.Failed.class,
                read(micrometer(50, 2.5, 0.120).replace("1.7E9", "1.9E9")).get("gc.pause"));
    }

    @Test
    void theOldNamesOfTheJmxExporterAreKnown() throws Exception {
        String page = resource("jmx-exporter-0.20.0.txt");
        Map<String, Reading> first = read(page);
        assertEquals(Reading.of(5.24288E7), first.get("jvm.heap.used"));
        assertEquals(Reading.of(6.7108864E7), first.get("jvm.heap.committed"));
        String later = page.replace("\"G1 Young Generation\",} 158.0", "\"G1 Young Generation\",} 160.0");
        assertFalse(later.equals(page));
        Map<String, Reading> second = read(later);
        assertTrue(value(second, "gc.count") > 0);
        assertEquals(Reading.of(0), second.get("gc.time"));
        Reading.NotAvailable none = assertInstanceOf(Reading.NotAvailable.class, second.get("gc.pause"));
        assertTrue(none.reason().contains("sums of pauses only"), none.reason());
    }

    @Test
    void aCollectorThatCountsItsConcurrentWorkTellsNoTimeOfPauses() throws Exception {
        String page = """
                jvm_gc_collection_seconds_count{gc="ParNew",} 5.0
                jvm_gc_collection_seconds_sum{gc="ParNew",} 0.5
                jvm_gc_collection_seconds_count{gc="ConcurrentMarkSweep",} 1.0
                jvm_gc_collection_seconds_sum{gc="ConcurrentMarkSweep",} 7.5
                """;
        read(page);
        Map<String, Reading> readings = read(page);
        assertInstanceOf(Reading.NotAvailable.class, readings.get("gc.time"));
        assertEquals(Reading.of(0), readings.get("gc.count"));
    }

    @Test
    void aPageOfSomethingElseSaysSo() throws Exception {
        Map<String, Reading> readings = read("node_load1 3\n");
        assertEquals(JvmProbe.METRICS, readings.keySet());
        readings.values()
                .forEach(reading -> assertEquals(
                        Reading.notAvailable("no jvm_ metrics on " + server.url() + "; is the URL right?"), reading));
        read(micrometer(1, 1, 1));
        assertInstanceOf(Reading.Failed.class, read("node_load1 3\n").get("gc.time"));
    }

    @Test
    void aPageWithoutCollectionsLacksThem() throws Exception {
        Map<String, Reading> readings = read("jvm_memory_used_bytes{area=\"heap\"} 5\njvm_threads_live 3\n");
        assertEquals(Reading.of(5), readings.get("jvm.heap.used"));
        for (String metric : List.of("gc.pause", "gc.time", "gc.count", "jvm.heap.committed")) {
            assertInstanceOf(Reading.NotAvailable.class, readings.get(metric), metric);
        }
    }

    /** Samples until a collection is counted. */
    private static Map<String, Reading> untilCollected(Probe probe) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Map<String, Reading> readings = Map.of();
        while (System.nanoTime() < end) {
            readings = await(probe.sample());
            Reading count = readings.get("gc.count");
            if (count != null && count.asDouble().orElse(0) > 0) {
                return readings;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        throw new AssertionError("no collection was counted: " + readings);
    }

    @Test
    void aRealServiceWithMicrometerIsRead() throws Exception {
        try (TestJvm jvm = TestJvm.start(
                TestJvm.CURRENT,
                List.of(
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MicrometerService.class.getName()))) {
            URI url = URI.create("http://127.0.0.1:" + port(jvm) + "/actuator/prometheus");
            JvmProbe real = new JvmProbe(new PageSource(
                    server.fetch, server.workers, url, Map.of("authorization", "Bearer metrics-1"), PATIENCE));
            Map<String, Reading> first = await(real.sample());
            assertTrue(value(first, "jvm.heap.used") <= value(first, "jvm.heap.committed"), first.toString());
            // Before its first collection it has none, and that is known.
            assertEquals(0, value(await(real.sample()), "gc.pause"));
            jvm.collect();
            Map<String, Reading> readings = untilCollected(real);
            assertTrue(value(readings, "gc.pause") > 0, readings.toString());
            assertTrue(value(readings, "gc.time") > 0, readings.toString());
            JvmProbe stranger = new JvmProbe(server.source(url, PATIENCE));
            ExecutionException refused = assertThrows(ExecutionException.class, () -> await(stranger.sample()));
            assertEquals(url + " answers with status 401", refused.getCause().getMessage());
        }
    }

    private static String port(TestJvm jvm) throws Exception {
        String line = jvm.line();
        while (line != null && !line.matches("\\d+")) {
            line = jvm.line();
        }
        return String.valueOf(line);
    }

    @Test
    void aRealJvmWithTheJmxExporterIsRead(@TempDir Path directory) throws Exception {
        String exporter = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.contains("jmx_prometheus_javaagent"))
                .findFirst()
                .orElseThrow();
        Path rules = Files.writeString(directory.resolve("rules.yaml"), "{}");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (TestJvm jvm = TestJvm.allocating(
                TestJvm.CURRENT,
                TestJvm.compiled(directory),
                "-javaagent:" + exporter + "=127.0.0.1:" + port + ":" + rules)) {
            JvmProbe real = new JvmProbe(server.source(URI.create("http://127.0.0.1:" + port + "/metrics"), PATIENCE));
            Map<String, Reading> readings = untilCollected(real);
            assertTrue(value(readings, "gc.time") >= 0, readings.toString());
            assertTrue(value(readings, "jvm.heap.used") > 0, readings.toString());
            assertInstanceOf(Reading.NotAvailable.class, readings.get("gc.pause"));
            assertTrue(jvm.pid() > 0);
        }
    }
}
