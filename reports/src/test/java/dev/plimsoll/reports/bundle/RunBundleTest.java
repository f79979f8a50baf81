package dev.plimsoll.reports.bundle;

import static dev.plimsoll.reports.results.TestingLoad.merged;
import static dev.plimsoll.reports.results.TestingLoad.requests;
import static dev.plimsoll.reports.results.TestingLoad.second;
import static dev.plimsoll.reports.results.TestingLoad.steady;
import static dev.plimsoll.reports.results.TestingLoad.succeeded;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
final class RunBundleTest {
    private static final int SECONDS = 12;

    @TempDir
    private Path store;

    /** Writes a run whose second request has a name that no histogram log could hold as it is. */
    private RunResults write(RunBundleWriter writer) {
        RunResults results = new RunResults(TestingRun.ID, List.of(steady("steady", 10)));
        results.legStarts(0, 0.5);
        Random random = new Random(7);
        for (int i = 0; i < SECONDS; i++) {
            double[] latencies = random.doubles(20, 1, 500).toArray();
            MergedInterval at = second(
                    i,
                    succeeded("steady", "chat", latencies),
                    requests("steady", "a b, c/ü+*", new double[] {3}, Map.of(ErrorClass.HTTP_5XX, 1L)));
            MergedInterval interval =
                    new MergedInterval(0, i, i + 0.5, 1, 1, at.requests(), at.eventLoopLag(), at.generator());
            results.add(interval);
            writer.interval(interval, results);
            NodeSample sample = new NodeSample(
                    "gpu-0",
                    "dcgm",
                    "a1",
                    0,
                    Map.of(
                            "gpu.temperature",
                            Reading.of(60 + i),
                            "gpu.power",
                            Reading.notAvailable("no sensor"),
                            "vllm.e2e.count",
                            Reading.of(20),
                            "vllm.e2e.sum",
                            Reading.of(4_000)));
            results.add(sample, i + 0.7);
            writer.node(sample, i + 0.7);
        }
        writer.event(new RunEvent(0.5, "phase", "steady began", Map.of("phase", "steady")));
        return results;
    }

    @Test
    void aWriterToNowhereRemembersTheRunAndWritesNothing(@TempDir Path empty) throws IOException {
        RunInfo finished = TestingRun.info(TestingRun.ID, RunInfo.Status.FINISHED);
        try (RunBundleWriter writer = RunBundleWriter.nowhere(TestingRun.info(TestingRun.ID, RunInfo.Status.RUNNING))) {
            writer.event(new RunEvent(0, "phase", "it began", Map.of()));
            writer.retime(List.of(), List.of());
            writer.file(empty.resolve("report.html").toString(), "<html>");
            writer.update(finished);
            assertEquals(finished, writer.info());
        }
        try (Stream<Path> files = Files.list(empty)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void bundleIsReadBackAsItWasWritten() {
        RunInfo info = TestingRun.info(TestingRun.ID, RunInfo.Status.FINISHED);
        RunResults results;
        try (RunBundleWriter writer = RunBundleWriter.create(store, info, "name: chat\n")) {
            results = write(writer);
            writer.summary(results.summary());
            writer.verdict(new Verdict(1, TestingRun.ID, Verdict.Outcome.PROMOTE, List.of("fine"), List.of()));
        }
        RunBundle bundle = RunBundle.open(store.resolve(TestingRun.ID));
        assertEquals(info, bundle.info());
        assertEquals(Optional.of("name: chat\n"), bundle.scenario());
        assertEquals(results.summary(), bundle.summary());
        assertEquals(
                SECONDS * 20,
                bundle.summary().server().orElseThrow().lines().getFirst().serverCount());
        assertEquals(Verdict.Outcome.PROMOTE, bundle.verdict().orElseThrow().verdict());
        assertEquals(List.of(new RunEvent(0.5, "phase", "steady began", Map.of("phase", "steady"))), bundle.events());
        assertEquals(SECONDS, bundle.intervals().size());
        assertEquals(SECONDS, bundle.nodes().size());
        assertEquals(
                Reading.notAvailable("no sensor"),
                bundle.nodes().getFirst().readings().get("gpu.power"));
    }

    @Test
    void resultsAreRebuiltFromTheFilesOfARunThatWasKilled() {
        RunResults results;
        try (RunBundleWriter writer =
                RunBundleWriter.create(store, TestingRun.info(TestingRun.ID, RunInfo.Status.RUNNING), "name: chat\n")) {
            results = write(writer);
        }
        RunBundle bundle = RunBundle.open(store.resolve(TestingRun.ID));
        assertFalse(bundle.isComplete());
        assertEquals(results.summary(), bundle.summary());
        assertEquals(merged(results, Metrics.LATENCY), merged(bundle.results(), Metrics.LATENCY));
    }

    @Test
    void halfALastLineIsLeftOut() throws IOException {
        try (RunBundleWriter writer =
                RunBundleWriter.create(store, TestingRun.info(TestingRun.ID, RunInfo.Status.RUNNING), "name: chat\n")) {
            write(writer);
        }
        Path directory = store.resolve(TestingRun.ID);
        for (String name : List.of("intervals.ndjson", "nodes.ndjson", "histograms.hlog")) {
            Path file = directory.resolve(name);
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, bytes.length - 30));
        }
        RunBundle bundle = RunBundle.open(directory);
        assertEquals(SECONDS - 1, bundle.intervals().size());
        assertEquals(SECONDS - 1, bundle.nodes().size());
        // The histograms of the unfinished interval do not count either.
        assertEquals(
                (SECONDS - 1) * 21, merged(bundle.results(), Metrics.LATENCY).getTotalCount());
        assertEquals(
                (SECONDS - 1) * 21,
                bundle.summary().all().metrics().get("latency").count());
    }

    @Test
    void histogramLogIsReadByHdrHistogramsOwnReader() throws IOException {
        RunResults results;
        try (RunBundleWriter writer =
                RunBundleWriter.create(store, TestingRun.info(TestingRun.ID, RunInfo.Status.RUNNING), "name: chat\n")) {
            results = write(writer);
        }
        Histogram sum = Histograms.create(Metrics.LATENCY);
        List<String> tags = new ArrayList<>();
        try (HistogramLogReader reader = new HistogramLogReader(
                store.resolve(TestingRun.ID).resolve("histograms.hlog").toFile())) {
            while (reader.hasNext()) {
                EncodableHistogram histogram = reader.nextIntervalHistogram();
                tags.add(histogram.getTag());
                if (histogram.getTag().endsWith("/latency")) {
                    sum.add((Histogram) histogram);
                }
                assertEquals(
                        TestingRun.LOAD_STARTED.toEpochMilli() + 500,
                        histogram.getStartTimeStamp() - 1000 * (tags.size() - 1) / 5 / 1000 * 1000,
                        "lines of an interval carry its start");
                if (tags.size() == 5) {
                    break;
                }
            }
            while (reader.hasNext()) {
                EncodableHistogram histogram = reader.nextIntervalHistogram();
                if (histogram.getTag().endsWith("/latency")) {
                    sum.add((Histogram) histogram);
                }
            }
            assertEquals(TestingRun.LOAD_STARTED.toEpochMilli() / 1000.0, reader.getStartTimeSec());
        }
        assertEquals(
                List.of(
                        "steady/chat/latency",
                        "steady/chat/send_lag",
                        "steady/a%20b%2C%20c%2F%C3%BC%2B%2A/latency",
                        "steady/a%20b%2C%20c%2F%C3%BC%2B%2A/send_lag",
                        "-/-/generator.event_loop_lag"),
                tags);
        assertEquals(merged(results, Metrics.LATENCY), sum);
    }

    @Test
    void brokenLineIsNamedWithFileAndLine() throws IOException {
        try (RunBundleWriter writer =
                RunBundleWriter.create(store, TestingRun.info(TestingRun.ID, RunInfo.Status.RUNNING), "name: chat\n")) {
            write(writer);
        }
        Path file = store.resolve(TestingRun.ID).resolve("events.ndjson");
        Files.writeString(file, "{\"t\":1,\n", StandardOpenOption.APPEND);
        BundleException e = assertThrows(
                BundleException.class, () -> RunBundle.open(file.getParent()).events());
        assertTrue(e.getMessage().startsWith(file + ":2 is broken: "), e.getMessage());
    }

    @Test
    void whatIsNoBundleIsToldSo() throws IOException {
        Path missing = store.resolve("none");
        assertTrue(assertThrows(BundleException.class, () -> RunBundle.open(missing))
                .getMessage()
                .startsWith("no such run bundle: " + missing));
        assertTrue(assertThrows(BundleException.class, () -> RunBundle.open(store))
                .getMessage()
                .contains("is not a run bundle: it has no run.json"));
        Files.writeString(store.resolve("run.json"), "{\"format\": 2, \"plimsoll\": \"3.1.0\"}");
        String newer =
                assertThrows(BundleException.class, () -> RunBundle.open(store)).getMessage();
        assertTrue(newer.contains("has format 2, written by Plimsoll 3.1.0"), newer);
        Files.writeString(store.resolve("run.json"), "{\"format\": 1,\n oops");
        String broken =
                assertThrows(BundleException.class, () -> RunBundle.open(store)).getMessage();
        assertTrue(broken.contains("run.json:2 is broken"), broken);
    }

    @Test
    void runThatWasNotFinishedIsNeverPromoted() {
        Verdict promote = new Verdict(1, TestingRun.ID, Verdict.Outcome.PROMOTE, List.of(), List.of());
        for (RunInfo.Status status : List.of(RunInfo.Status.RUNNING, RunInfo.Status.ABORTED, RunInfo.Status.PARTIAL)) {
            String id = "20260101-093000-250-00000" + status.ordinal();
            try (RunBundleWriter writer = RunBundleWriter.create(store, TestingRun.info(id, status), "name: chat\n")) {
                assertThrows(IllegalStateException.class, () -> writer.verdict(promote));
            }
            assertEquals(Optional.empty(), RunBundle.open(store.resolve(id)).verdict());
        }
    }

    @Test
    void storeListsTheLatestFirstAndKnowsThePromoted() {
        for (int i = 0; i < 4; i++) {
            String id = "2026010" + (i + 1) + "-093000-250-7f3a2c";
            try (RunBundleWriter writer =
                    RunBundleWriter.create(store, TestingRun.info(id, RunInfo.Status.FINISHED), "name: chat\n")) {
                Verdict.Outcome outcome = i == 1 ? Verdict.Outcome.ROLLBACK : Verdict.Outcome.PROMOTE;
                writer.verdict(new Verdict(1, id, outcome, List.of(), List.of()));
            }
        }
        RunStore runs = new RunStore(store);
        assertEquals(
                "20260104-093000-250-7f3a2c", runs.latest().orElseThrow().info().run());
        assertEquals(
                List.of("20260104-093000-250-7f3a2c", "20260103-093000-250-7f3a2c", "20260101-093000-250-7f3a2c"),
                runs.promoted("abc123", 5).stream().map(b -> b.info().run()).toList());
        assertEquals(List.of(), runs.promoted("another", 5));
        assertEquals(Optional.empty(), runs.find("../../etc"));
    }
}
