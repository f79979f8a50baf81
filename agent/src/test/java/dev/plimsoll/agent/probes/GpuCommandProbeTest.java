package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static dev.plimsoll.agent.probes.PageServer.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Reading;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GpuCommandProbeTest {
    private static final double MIB = 1024 * 1024;

    private final Workers workers = new Workers();

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void readsWhatAmdSmiPrints() throws Exception {
        Path golden = Path.of(
                GpuCommandProbeTest.class.getResource("amd-smi-mi300x.json").toURI());
        GpuCommandProbe probe = GpuCommandProbe.amdSmi(
                List.of("/bin/sh", "-c", "[ \"$*\" = 'metric --json' ] && cat " + golden, "amd-smi"),
                List.of(),
                Duration.ofSeconds(20),
                workers);
        Map<String, Reading> readings = await(probe.sample());
        assertEquals(2, value(readings, "gpu.count"));
        assertEquals(96, value(readings, "gpu.utilization"), "the other does not tell");
        assertEquals(74, value(readings, "gpu.temperature"));
        assertEquals(687 + 140, value(readings, "gpu.power"));
        assertEquals(2088, value(readings, "gpu.clock.sm"), "of the slowest engine");
        assertEquals(180123 * MIB, value(readings, "gpu.memory.used"));
        assertEquals(100, value(readings, "gpu.throttled"));
        assertEquals(0, value(readings, "gpu.0.throttled"));
        assertInstanceOf(Reading.NotAvailable.class, readings.get("gpu.1.utilization"));
        assertTrue(
                readings.keySet().containsAll(probe.metrics()),
                readings.keySet().toString());
    }

    @Test
    void readsBareNumbersInAnObjectOfAmdSmi() throws Exception {
        List<GpuNode.Gpu> gpus = AmdSmiOutput.parse(
                "{\"gpu_data\": [{\"gpu\": 3, \"power\": {\"socket_power\": \"20 W\"}, \"usage\": {\"gfx_activity\": 5}}]}");
        assertEquals("3", gpus.getFirst().number());
        assertEquals(Reading.of(20), gpus.getFirst().readings().get("gpu.power"));
        assertEquals(Reading.of(5), gpus.getFirst().readings().get("gpu.utilization"));
    }

    @Test
    void saysWhatIsWrongWithAmdSmi() throws Exception {
        assertEquals(
                "amd-smi listed no GPU",
                assertThrows(IOException.class, () -> AmdSmiOutput.parse("[]")).getMessage());
        for (String garbage : List.of("", "AMDSMI_STATUS_DRIVER_NOT_LOADED", "[{", "[1", "{\"gpu_data\": 1}")) {
            assertEquals(
                    "amd-smi printed no JSON that can be read",
                    assertThrows(IOException.class, () -> AmdSmiOutput.parse(garbage), garbage)
                            .getMessage());
        }
        GpuCommandProbe none =
                GpuCommandProbe.amdSmi(List.of("/nonexistent/amd-smi"), List.of(), Duration.ofSeconds(20), workers);
        await(none.sample())
                .forEach((metric, reading) -> assertInstanceOf(Reading.NotAvailable.class, reading, metric));
    }

    /**
     * Descriptions, units and quirks as in outputs of rocm-smi that were published with ROCm/ROC-smi issue 77 (MI50: lanes),
     * wandb pull request 5449 (MI250X, ROCm 5) and sebhildebrandt/systeminformation pull request 960 (Radeon 780M, ROCm 6.2);
     * the numbers are made up.
     */
    @Test
    void readsWhatRocmSmiPrintsOfOldAndNewVersions() throws Exception {
        Path golden = Path.of(
                GpuCommandProbeTest.class.getResource("rocm-smi-mi250x.json").toURI());
        GpuCommandProbe probe = GpuCommandProbe.rocmSmi(
                List.of(
                        "/bin/sh",
                        "-c",
                        "[ \"$*\" = '--showuse --showmemuse --showmeminfo vram --showtemp --showpower --showclocks --json' ]"
                                + " && cat " + golden,
                        "rocm-smi"),
                List.of(),
                Duration.ofSeconds(20),
                workers);
        Map<String, Reading> readings = await(probe.sample());
        assertEquals(3, value(readings, "gpu.count"), "10 is a card, and system is none");
        assertEquals(96, value(readings, "gpu.0.utilization"));
        assertEquals(71, value(readings, "gpu.0.temperature"), "of the junction");
        assertEquals(63, value(readings, "gpu.0.memory.temperature"));
        assertEquals(412, value(readings, "gpu.0.power"));
        assertEquals(1700, value(readings, "gpu.0.clock.sm"));
        assertEquals(1600, value(readings, "gpu.0.clock.memory"));
        assertEquals(16, value(readings, "gpu.0.pcie.width"));
        assertEquals(60_000_000_000.0, value(readings, "gpu.0.memory.used"));
        assertEquals(68_702_699_520.0 - 60_000_000_000.0, value(readings, "gpu.0.memory.free"));
        assertEquals(7.222, value(readings, "gpu.10.power"), "of the socket, in newer versions");
        assertEquals(31, value(readings, "gpu.10.temperature"), "of the edge where there is no junction");
        assertInstanceOf(Reading.NotAvailable.class, readings.get("gpu.1.power"), "N/A, as of a second die");
        assertEquals(412 + 7.222, value(readings, "gpu.power"), 1e-9);
        assertTrue(
                readings.keySet().containsAll(probe.metrics()),
                readings.keySet().toString());
    }

    @Test
    void saysWhatIsWrongWithRocmSmi() {
        assertEquals(
                "rocm-smi listed no GPU",
                assertThrows(IOException.class, () -> RocmSmiOutput.parse("{\"system\": {}}"))
                        .getMessage());
        for (String garbage : List.of("", "ERROR: No AMD GPUs", "{")) {
            assertEquals(
                    "rocm-smi printed no JSON that can be read",
                    assertThrows(IOException.class, () -> RocmSmiOutput.parse(garbage), garbage)
                            .getMessage());
        }
    }
}
