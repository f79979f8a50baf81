package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import dev.plimsoll.reports.results.MergedInterval;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

final class ProgressLineTest {
    private static final Progress PROGRESS = new Progress(1234, 1, 18, 20, Optional.of(81.2), Optional.of(1430.0));

    @Test
    void plainLineSaysEverything() {
        ProgressLine.Place place = new ProgressLine.Place(40.9, 70, "steady", List.of("ttft.p99 < 500ms", "x < 1"));
        assertEquals(
                "40 s / 70 s steady, 20.00/s, 1,234 ok, 1 error, 18 in flight, ttft p50 81.2 ms, latency p99 1.43 s,"
                        + " at risk: ttft.p99 < 500ms and 1 more",
                ProgressLine.plain(place, PROGRESS));
    }

    @Test
    void liveLineNeverReachesTheLastColumn() {
        ProgressLine.Place place = new ProgressLine.Place(40, 70, "steady", List.of("ttft.p99 < 500ms"));
        for (int width = 20; width < 200; width++) {
            String line = ProgressLine.live(place, PROGRESS, width, false);
            assertTrue(line.length() < width, width + ": " + line);
            assertTrue(line.contains("40 s"), line);
        }
        String wide = ProgressLine.live(place, PROGRESS, 160, false);
        assertTrue(wide.startsWith("[###########---------] 40 s / 70 s steady · 20.00/s"), wide);
        assertTrue(wide.endsWith(" · at risk: ttft.p99 < 500ms"), wide);
    }

    @Test
    void colourIsOptional() {
        ProgressLine.Place place = new ProgressLine.Place(40, 70, "steady", List.of("ttft.p99 < 500ms"));
        String coloured = ProgressLine.live(place, PROGRESS, 160, true);
        assertTrue(coloured.contains("\u001b[33mat risk"), coloured);
        assertFalse(ProgressLine.live(place, PROGRESS, 160, false).contains("\u001b"));
        assertEquals(ProgressLine.live(place, PROGRESS, 160, false), coloured.replaceAll("\u001b\\[[0-9]+m", ""));
    }

    @Test
    void countsAreOfTheRunAndTimesOfTheLastInterval() {
        Progress progress = Progress.NONE.plus(interval(0, 100)).plus(interval(1, 200));
        assertEquals(4, progress.succeeded());
        assertEquals(2, progress.failed());
        assertEquals(14, progress.inFlight());
        assertEquals(6, progress.sentRate());
        assertEquals(200, progress.ttftP50Millis().orElseThrow(), 0.2);
        assertEquals(Optional.empty(), progress.latencyP99Millis());
    }

    /* Two requests of the workload in half a second: 3 sent, 2 ended well, 1 failed, 7 in flight each. */
    private static MergedInterval interval(int index, double ttftMillis) {
        Histogram ttft = Histograms.create(Metrics.TTFT);
        ttft.recordValue(Math.round(ttftMillis * 1e6));
        RequestCounts counts = new RequestCounts(3, 3, 2, 1, 2, Map.of(ErrorClass.RESET, 1L), 0, 2, 3, 0, 0, 0);
        List<RequestInterval> requests = List.of(
                new RequestInterval(new SeriesKey(0, "p", "a"), counts, 7, Map.of("ttft", ttft)),
                new RequestInterval(new SeriesKey(0, "p", "b"), RequestCounts.NONE, 7, Map.of("ttft", ttft)));
        return new MergedInterval(
                0, index, index * 0.5, 0.5, 1, requests, Histograms.create(Metrics.LATENCY), Map.of());
    }
}
