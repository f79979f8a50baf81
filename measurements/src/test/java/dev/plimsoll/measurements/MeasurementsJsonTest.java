package dev.plimsoll.measurements;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class MeasurementsJsonTest {
    private static final JsonMapper MAPPER = MeasurementsJson.mapper();

    @Test
    void snapshotComesBackFromTheWireUnchanged() throws Exception {
        IntervalSnapshot snapshot = snapshot();

        IntervalSnapshot back = MAPPER.readValue(MAPPER.writeValueAsBytes(snapshot), IntervalSnapshot.class);

        assertEquals(snapshot, back);
        assertEquals(
                snapshot.requests().getFirst().histograms().get("latency"),
                back.requests().getFirst().histograms().get("latency"),
                "histograms are equal bucket by bucket");
    }

    /** Format 1 of the wire, as first written: what this build reads must go on including it. */
    @Test
    void snapshotOfFormatOneStaysReadable() throws Exception {
        try (InputStream golden = getClass().getResourceAsStream("/interval-snapshot-1.json")) {
            assertEquals(snapshot(), MAPPER.readValue(golden, IntervalSnapshot.class));
        }
    }

    @Test
    void readingsKeepTheirThreeStates() throws Exception {
        Map<String, Reading> readings = Map.of(
                "cpu.utilization", Reading.of(12.5),
                "gpu.power", Reading.notAvailable("no such field in driver 470"),
                "gc.pause", Reading.failed("timed out after 1s"));
        NodeSample sample = new NodeSample("gpu-0", "local", "a1", 1_700_000_000_000_000L, readings);

        NodeSample back = MAPPER.readValue(MAPPER.writeValueAsString(sample), NodeSample.class);

        assertEquals(sample, back);
        assertTrue(back.readings().get("gpu.power").asDouble().isEmpty(), "not available is not zero");
        assertTrue(back.readings().get("gc.pause").asDouble().isEmpty(), "failed is not zero");
    }

    @Test
    void readingIsANumberOrAReason() throws Exception {
        assertEquals("12.5", MAPPER.writeValueAsString(Reading.of(12.5)));
        assertEquals("{\"unavailable\":\"no GPU\"}", MAPPER.writeValueAsString(Reading.notAvailable("no GPU")));
        assertEquals("{\"failed\":\"timeout\"}", MAPPER.writeValueAsString(Reading.failed("timeout")));
    }

    @Test
    void readingThatIsNeitherIsRefused() {
        for (String text : List.of("\"12\"", "{}", "true", "{\"value\":1}")) {
            assertThrows(JsonProcessingException.class, () -> MAPPER.readValue(text, Reading.class), text);
        }
    }

    @Test
    void bytesThatAreNoHistogramAreRefused() {
        for (String text :
                List.of("\"\"", "\"AAAA\"", "\"not base64!\"", "\"HISTFAAAABh42pNpmSzMwMDAxAABzFCaEUoz2X+AMIRT\"")) {
            assertThrows(IOException.class, () -> MAPPER.readValue(text, Histogram.class), text);
        }
    }

    @Test
    void errorClassesAreWrittenByLabel() throws Exception {
        RequestCounts counts = new RequestCounts(3, 3, 1, 2, 1, Map.of(ErrorClass.HTTP_5XX, 2L), 0, 1, 3, 10, 20, 0);

        JsonNode tree = MAPPER.valueToTree(counts);

        assertEquals(2, tree.path("errors").path("http_5xx").asLong());
        assertEquals(counts, MAPPER.treeToValue(tree, RequestCounts.class));
    }

    static IntervalSnapshot snapshot() {
        Histogram latency = Histograms.create(Metrics.LATENCY);
        latency.recordValue(12_000_000);
        latency.recordValueWithCount(250_000_000, 3);
        Histogram lag = Histograms.create(Metrics.LATENCY);
        lag.recordValue(40_000);
        RequestCounts counts = new RequestCounts(5, 5, 4, 1, 3, Map.of(ErrorClass.RESET, 1L), 0, 4, 5, 512, 256, 0);
        return new IntervalSnapshot(
                "20260101T000000Z-abcd",
                "agent-1",
                0,
                7,
                1_767_225_600_000_000L,
                1_000_000,
                false,
                List.of(new RequestInterval(new SeriesKey(0, "steady", "chat"), counts, 2, Map.of("latency", latency))),
                lag,
                Map.of("generator.loop.cpu", Reading.of(31.5)));
    }
}
