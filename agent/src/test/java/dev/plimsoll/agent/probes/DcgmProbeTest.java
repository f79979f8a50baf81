package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static dev.plimsoll.agent.probes.PageServer.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Reading;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DcgmProbeTest {
    private static final double MIB = 1024 * 1024;
    private static final String HELD = """
            DCGM_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS{gpu="0",UUID="GPU-1"} %d
            DCGM_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS{gpu="0",UUID="GPU-1"} %d
            DCGM_FI_DEV_POWER_VIOLATION{gpu="0",UUID="GPU-1"} %d
            DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="GPU-1"} %d
            """;

    private PageServer server;

    @BeforeEach
    void start() throws Exception {
        server = new PageServer();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private DcgmProbe probe(Duration interval) {
        return new DcgmProbe(server.source(), List.of(), interval);
    }

    private Map<String, Reading> sample(DcgmProbe probe, String page) throws Exception {
        server.page(page);
        return await(probe.sample());
    }

    @Test
    void readsTwoGpus() throws Exception {
        DcgmProbe probe = probe(Duration.ofSeconds(1));
        Map<String, Reading> readings = sample(probe, PageServer.resource("dcgm-h100.txt"));
        assertEquals(2, value(readings, "gpu.count"));
        assertEquals((97 + 91) / 2.0, value(readings, "gpu.utilization"));
        assertEquals(30, value(readings, "gpu.tensor.active"), 1e-9);
        assertEquals(64, value(readings, "gpu.temperature"));
        assertEquals(612.373 + 655.12, value(readings, "gpu.power"), 1e-9);
        assertEquals(1755, value(readings, "gpu.clock.sm"));
        assertEquals(71234 * MIB, value(readings, "gpu.memory.used"));
        assertEquals(0, value(readings, "gpu.xid"));
        assertEquals(58, value(readings, "gpu.0.temperature"));
        // What most sites do not export is not zero.
        for (String absent : new String[] {"gpu.throttled", "gpu.sm.active", "gpu.pcie.width", "gpu.ecc.uncorrected"}) {
            assertInstanceOf(Reading.NotAvailable.class, readings.get(absent), absent);
        }
        assertEquals(
                probe.metrics().size(),
                readings.keySet().stream().filter(probe.metrics()::contains).count());
    }

    @Test
    void watchesTheWantedGpusAlone() throws Exception {
        DcgmProbe one = new DcgmProbe(server.source(), List.of(1), Duration.ofSeconds(1));
        Map<String, Reading> readings = sample(one, PageServer.resource("dcgm-h100.txt"));
        assertEquals(1, value(readings, "gpu.count"));
        assertEquals(655.12, value(readings, "gpu.power"));
    }

    @Test
    void takesWhatBelongsToThePartitionedGpuOnce() throws Exception {
        Map<String, Reading> readings = sample(probe(Duration.ofSeconds(1)), PageServer.resource("dcgm-a100-mig.txt"));
        assertEquals(1, value(readings, "gpu.count"));
        assertEquals(112.87, value(readings, "gpu.power"), 1e-9);
        assertEquals(41, value(readings, "gpu.0.temperature"));
        assertInstanceOf(Reading.NotAvailable.class, readings.get("gpu.memory.temperature"), "blank");
        assertEquals(80, value(readings, "gpu.0_1.utilization"), 1e-9);
        assertEquals(24 * MIB, value(readings, "gpu.0_7.memory.used"));
        assertEquals(18766 * MIB, value(readings, "gpu.memory.used"), "of the fullest instance");
        assertEquals(40, value(readings, "gpu.utilization"), 1e-9);
        assertFalse(readings.containsKey("gpu.0_7.temperature"), readings.toString());
    }

    @Test
    void knowsRenamedFieldsAndImpossibleValues() throws Exception {
        Map<String, Reading> readings = sample(probe(Duration.ofSeconds(1)), PageServer.resource("dcgm-renamed.txt"));
        assertEquals(Reading.failed("82505.0 was read, which no GPU can have"), readings.get("gpu.temperature"));
        assertEquals(77, value(readings, "gpu.memory.temperature"));
        assertEquals(812.373, value(readings, "gpu.power"));
        assertEquals(1965, value(readings, "gpu.clock.sm"), 1e-9);
        assertEquals(79, value(readings, "gpu.xid"));
        assertInstanceOf(Reading.NotAvailable.class, readings.get("gpu.memory.used"), "blank of 32 bits");
        // 0x44: heat by hardware, and the power limit.
        assertEquals(100, value(readings, "gpu.throttled"));
        assertEquals(100, value(readings, "gpu.throttled.power_cap"));
    }

    @Test
    void takesSharesOfTimeFromOneChangeOfThePageToTheNext() throws Exception {
        DcgmProbe probe = probe(Duration.ofMillis(1));
        assertFalse(sample(probe, HELD.formatted(0, 0, 0, 50)).containsKey("gpu.throttled"));
        // Nobody knows how old the first page was.
        assertFalse(sample(probe, HELD.formatted(9, 9, 9, 51)).containsKey("gpu.throttled"));
        assertFalse(sample(probe, HELD.formatted(9, 9, 9, 51)).containsKey("gpu.throttled"), "the same page");
        Map<String, Reading> held = sample(probe, HELD.formatted(1009, 2009, 509, 52));
        double share = value(held, "gpu.throttled");
        assertTrue(share > 0 && share < 100, "2 µs in what two requests take: " + share);
        assertEquals(share / 4, value(held, "gpu.throttled.power_cap"), 1e-9, "500 ns against 2000 ns");
        assertEquals(0, value(sample(probe, HELD.formatted(1009, 2009, 509, 53)), "gpu.throttled"));
        assertEquals(
                Reading.failed("counter was reset"),
                sample(probe, HELD.formatted(0, 0, 0, 54)).get("gpu.throttled"));
    }

    @Test
    void remarksOnceThatTheExporterIsSlowerThanItIsAsked() throws Exception {
        // Asked every nanosecond, so that any time between two changes is much longer.
        DcgmProbe slow = probe(Duration.ofNanos(1));
        for (int i = 0; i < 5; i++) {
            sample(slow, HELD.formatted(i, i, i, 50 + i));
        }
        String remark = slow.remark().orElseThrow();
        assertTrue(remark.contains("change every"), remark);
        assertTrue(remark.contains("/metrics"), remark);
        DcgmProbe quick = probe(Duration.ofHours(1));
        for (int i = 0; i < 5; i++) {
            sample(quick, HELD.formatted(i, i, i, 50 + i));
        }
        assertEquals(Optional.empty(), quick.remark());
        DcgmProbe still = probe(Duration.ofNanos(1));
        sample(still, HELD.formatted(1, 1, 1, 50));
        sample(still, HELD.formatted(1, 1, 1, 50));
        assertTrue(
                still.remark().orElseThrow().contains("have not changed"),
                still.remark().toString());
    }

    @Test
    void aGpuThatIsGoneFailsAndAnotherPageSaysSo() throws Exception {
        DcgmProbe probe = probe(Duration.ofSeconds(1));
        assertInstanceOf(
                Reading.NotAvailable.class, sample(probe, "node_load1 1").get("gpu.temperature"));
        String both = PageServer.resource("dcgm-h100.txt");
        sample(probe, both);
        String one = both.replaceAll("(?m)^DCGM.*gpu=\"1\".*\n", "");
        Map<String, Reading> readings = sample(probe, one);
        assertEquals(1, value(readings, "gpu.count"));
        assertEquals(Reading.failed("GPU 1: it is no longer listed"), readings.get("gpu.temperature"));
        assertEquals(58, value(readings, "gpu.0.temperature"));
        String without = both.replaceAll("(?m)^DCGM_FI_DEV_GPU_TEMP.*\n", "");
        Reading.Failed vanished =
                assertInstanceOf(Reading.Failed.class, sample(probe, without).get("gpu.0.temperature"));
        assertEquals("was there before: the exporter does not tell DCGM_FI_DEV_GPU_TEMP", vanished.reason());
        assertInstanceOf(Reading.Failed.class, sample(probe, "<html>").get("gpu.temperature"));
    }
}
