package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle of two hours with the published readings of a GPU that got hot; the controller was killed at its end. */
class ThermalDriftProcessTest {
    private static final String RUN = "20260101-093000-250-7f3a2c";
    private static final int SECONDS = 7200;
    private static final int STEP = 5;
    private static final int REQUESTS = 10 * STEP;

    @TempDir
    private Path directory;

    @Test
    void aReportOfTheBundleNamesTheThermalDrift() throws Exception {
        Path bundle = soak();
        Launched report = Launched.run(directory, "report", bundle.toString());
        assertEquals(0, report.await(), report::err);
        /* The terminal wraps lines, so the sentence is put together again. */
        String told = report.out().replaceAll("\\s+", " ");
        assertTrue(told.contains("thermal drift of gpu-0: from the first to the last 10:00 of steady (2:00:00)"), told);
        /* Means of the first and the last 10 minutes: cold until the 12th, hot from the 105th on. */
        assertTrue(told.contains("gpu.clock.sm from 1,890 MHz to 1,650 MHz (−12.7 %)"), told);
        assertTrue(told.contains("gpu.temperature from 58 °C to 83 °C"), told);
        assertTrue(told.contains("gpu.power from 298 W to 260 W"), told);
        assertTrue(
                Files.readString(bundle.resolve("report.html")).contains("thermal drift of gpu-0"),
                "the page does not tell of it");
    }

    /** 58 → 83 °C, 298 → 260 W, 1,890 → 1,650 MHz, and 12 % fewer tokens at the same load. */
    private Path soak() {
        RunInfo info = new RunInfo(
                RunInfo.FORMAT,
                RUN,
                new RunInfo.ScenarioRef("soak", "abc123"),
                RunInfo.Status.RUNNING,
                "",
                Instant.parse("2026-01-01T09:30:00Z"),
                Optional.empty(),
                Optional.of(Instant.parse("2026-01-01T09:30:00Z")),
                "1.0.0",
                "nio",
                List.of(),
                new RunInfo.TargetRef(List.of("http://127.0.0.1:8000"), List.of("m"), "m", "0.32.0", Map.of()),
                List.of());
        RunResults results =
                new RunResults(RUN, List.of(new PhaseWindow(0, 0, "steady", true, true, true, 0, SECONDS)));
        results.legStarts(0, 0);
        Random random = new Random(6);
        try (RunBundleWriter writer = RunBundleWriter.create(directory, info, "name: soak\n")) {
            for (int second = 0; second < SECONDS; second += STEP) {
                double way = Math.max(0, Math.min(1, (second - 720) / 5580.0));
                double warm = way * way * (3 - 2 * way);
                MergedInterval interval = interval(second, warm, random);
                results.add(interval);
                writer.interval(interval, results);
                writer.node(sample(warm, random), second + STEP / 2.0);
            }
            return writer.directory();
        }
    }

    private static NodeSample sample(double warm, Random random) {
        return new NodeSample(
                "gpu-0",
                "nvidia-smi",
                "a1",
                0,
                Map.of(
                        "gpu.clock.sm", Reading.of(15 * Math.rint((1890 - 240 * warm) / 15)),
                        "gpu.temperature", Reading.of(Math.rint(58 + 25 * warm + 0.5 * random.nextGaussian())),
                        "gpu.power", Reading.of(298 - 38 * warm + 3 * random.nextGaussian()),
                        "gpu.throttled", Reading.of(40 * warm)));
    }

    private static MergedInterval interval(int second, double warm, Random random) {
        Histogram latency = Histograms.create(Metrics.LATENCY);
        for (int i = 0; i < REQUESTS; i++) {
            latency.recordValue(Math.round((800 + 110 * warm + 40 * random.nextGaussian()) * 1e6));
        }
        long tokens = Math.round(STEP * (2400 - 290 * warm + 24 * random.nextGaussian()));
        RequestCounts counts = new RequestCounts(
                REQUESTS, REQUESTS, REQUESTS, 0, REQUESTS, Map.of(), 0, REQUESTS, REQUESTS, 0, tokens, 0);
        RequestInterval requests =
                new RequestInterval(new SeriesKey(0, "steady", "chat"), counts, 0, Map.of("latency", latency));
        return new MergedInterval(
                0, second / STEP, second, STEP, 1, List.of(requests), Histograms.create(Metrics.LATENCY), Map.of());
    }
}
