package dev.plimsoll.reports.render;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/**
 * Against what the code of wrk 4.1 and wrk2 prints of the same values: {@code print_stats}, {@code print_hdr_latency} and
 * what they call, compiled alone and given the values of the tests.
 */
class WrkTextTest {
    private static final WrkFigures.Errors NONE = new WrkFigures.Errors(0, 0, 0, 0);
    private static final WrkText.Detail PLAIN = new WrkText.Detail(false, false, false);
    private static final WrkText.Detail LATENCY = new WrkText.Detail(true, false, false);

    private static Histogram histogram(long... values) {
        Histogram histogram = new Histogram(1, 24L * 60 * 60 * 1_000_000, 3);
        for (long value : values) {
            histogram.recordValue(value);
        }
        return histogram;
    }

    private static String golden(String name) throws IOException {
        try (var in = WrkTextTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void closingIsWrksLineByLine() throws IOException {
        Histogram latency = histogram();
        for (int i = 1; i <= 2_000; i++) {
            latency.recordValue(i);
        }
        WrkFigures figures = new WrkFigures(
                2,
                4,
                8_000,
                5,
                new WrkFigures.Errors(1, 2, 3, 4),
                latency,
                latency,
                List.of(900.0, 1_000.0, 1_100.0, 1_000.0),
                OptionalLong.of(1_310_720));
        assertEquals(golden("wrk-4.1-closing.txt"), WrkText.closing(figures, LATENCY, Optional.empty()));
    }

    @Test
    void spectrumIsWrk2sLineByLine() throws IOException {
        Histogram latency = histogram();
        for (int i = 1; i <= 1_000; i++) {
            latency.recordValue(i);
        }
        for (int i = 0; i < 10; i++) {
            latency.recordValue(1_000_000 + i * 100_000);
        }
        WrkFigures figures =
                new WrkFigures(2, 1, 1_010, 0, NONE, latency, histogram(), List.of(505.0), OptionalLong.empty());
        String text = WrkText.closing(figures, new WrkText.Detail(true, false, true), Optional.empty());
        String golden = golden("wrk2-spectrum.txt");
        assertTrue(text.contains(golden), () -> "expected\n" + golden + "in\n" + text);
    }

    @Test
    void openingIsWrks() {
        assertEquals(
                "Running 2m test @ http://127.0.0.1/\n  2 threads and 100 connections\n",
                WrkText.opening(120, "http://127.0.0.1/", 2, 100));
    }

    @Test
    void withoutAnswersItIsWhatWrkPrints() throws IOException {
        WrkFigures figures = new WrkFigures(
                2,
                1.1,
                0,
                0,
                new WrkFigures.Errors(0, 47_515, 0, 0),
                histogram(),
                histogram(),
                List.of(),
                OptionalLong.of(0));
        assertEquals(
                golden("wrk-4.1-errors.txt"),
                WrkText.opening(1, "http://127.0.0.1:8080/close", 2, 10)
                        + WrkText.closing(figures, PLAIN, Optional.empty()));
    }

    @Test
    void oneScriptReadsWrkAndThis() throws IOException {
        WrkFigures figures = new WrkFigures(
                1,
                2,
                200_000,
                0,
                NONE,
                histogram(50, 60, 80, 190, 4_190),
                histogram(),
                List.of(99_000.0, 101_000.0),
                OptionalLong.of(1 << 20));
        String ours = WrkText.opening(2, "http://127.0.0.1:8080/", 1, 10)
                + WrkText.closing(figures, LATENCY, Optional.of("a doubt"));
        Map<String, Double> theirs = WrkParser.parse(golden("wrk-4.1-run.txt"));
        Map<String, Double> read = WrkParser.parse(ours);
        assertEquals(119_442.05, theirs.get("per_second"));
        assertEquals(192.0, theirs.get("p99"));
        assertEquals(theirs.keySet(), read.keySet());
        assertEquals(100_000.0, read.get("per_second")); // 200,000 in 2 s
        assertEquals(4_190.0, read.get("latency.max"));
        assertEquals(80.0, read.get("p50"), "the third of five");
        assertEquals(100_000.0, read.get("rate.avg"), "the mean of 99,000 and 101,000");
    }

    @Test
    void whatWasNotCountedIsNotZero() {
        WrkFigures figures =
                new WrkFigures(1, 1, 1, 0, NONE, histogram(5), histogram(), List.of(1.0), OptionalLong.empty());
        String text = WrkText.closing(figures, PLAIN, Optional.empty());
        assertTrue(text.contains("  1 requests in 1.00s\n"), text);
        assertFalse(text.contains("Transfer/sec"), text);
    }

    @Test
    void aDoubtIsOneLineAtTheEnd() {
        WrkFigures figures =
                new WrkFigures(1, 1, 1, 0, NONE, histogram(5), histogram(), List.of(1.0), OptionalLong.empty());
        String text = WrkText.closing(figures, PLAIN, Optional.of("it was\nbusy\u001b[0m"));
        assertEquals("Generator:    it was busy\uFFFD[0m", text.lines().toList().getLast());
    }
}
