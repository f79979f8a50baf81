package dev.plimsoll.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Metrics;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ComparisonReaderTest {
    private static BaselineCheck read(String text) {
        return ComparisonReader.read(text, List.of("chat"), List.of("gpu-0"), List.of("steady"));
    }

    @Test
    void readsWhatAScenarioWouldHold() {
        BaselineCheck check = read("latency.p99 on chat in steady <= +10% and +5ms");
        assertEquals(Metrics.LATENCY, check.metric());
        assertEquals(OptionalDouble.of(0.1), check.relative());
        assertEquals(OptionalDouble.of(5), check.absolute());
        assertEquals(
                "gpu.power", read("gpu.power.mean on gpu-0 <= +5%").metric().name());
    }

    @Test
    void saysWhatIsWrongAndWhere() {
        IllegalArgumentException limit = assertThrows(IllegalArgumentException.class, () -> read("latency.p99 <= 10%"));
        assertEquals("a change after <= begins with +, such as +10%, not \"10%\" (column 16)", limit.getMessage());
        IllegalArgumentException name =
                assertThrows(IllegalArgumentException.class, () -> read("latency.p99 on chit <= +10%"));
        assertTrue(name.getMessage().contains("the nearest is \"chat\""), name::getMessage);
    }
}
