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

class AmdSmiProbeTest {
    private static final double MIB = 1024 * 1024;

    private final Workers workers = new Workers();

    @AfterEach
    void stop() {
        workers.close();
    }

    @Test
    void readsWhatTheCommandPrints() throws Exception {
        Path golden =
                Path.of(AmdSmiProbeTest.class.getResource("amd-smi-mi300x.json").toURI());
        AmdSmiProbe probe = new AmdSmiProbe(
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
    void readsBareNumbersInAnObject() throws Exception {
        List<GpuNode.Gpu> gpus = AmdSmiProbe.parse(
                "{\"gpu_data\": [{\"gpu\": 3, \"power\": {\"socket_power\": \"20 W\"}, \"usage\": {\"gfx_activity\": 5}}]}");
        assertEquals("3", gpus.getFirst().number());
        assertEquals(Reading.of(20), gpus.getFirst().readings().get("gpu.power"));
        assertEquals(Reading.of(5), gpus.getFirst().readings().get("gpu.utilization"));
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        assertEquals(
                "amd-smi listed no GPU",
                assertThrows(IOException.class, () -> AmdSmiProbe.parse("[]")).getMessage());
        for (String garbage : List.of("", "AMDSMI_STATUS_DRIVER_NOT_LOADED", "[{", "[1", "{\"gpu_data\": 1}")) {
            assertEquals(
                    "amd-smi printed no JSON that can be read",
                    assertThrows(IOException.class, () -> AmdSmiProbe.parse(garbage), garbage)
                            .getMessage());
        }
        AmdSmiProbe none = new AmdSmiProbe(List.of("/nonexistent/amd-smi"), List.of(), Duration.ofSeconds(20), workers);
        await(none.sample())
                .forEach((metric, reading) -> assertInstanceOf(Reading.NotAvailable.class, reading, metric));
    }
}
