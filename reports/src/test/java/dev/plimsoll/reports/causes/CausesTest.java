package dev.plimsoll.reports.causes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.TestingRun;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plain service of 100 ms, 20 requests a second, whose JVM stops for 400 ms three times. */
class CausesTest {
    private static final String RUN = "20260101-093000-250-7f3a2c";
    private static final int SECONDS = 160;
    private static final Set<Integer> STOPS = Set.of(60, 95, 130);

    @TempDir
    private Path directory;

    private static MergedInterval interval(int second, Random random, boolean stops) {
        double[] latencies = random.doubles(20).map(u -> 90 + 20 * u).toArray();
        if (stops && STOPS.contains(second)) {
            /* Those that come during the pause wait for the rest of it. */
            for (int i = 0; i < 8; i++) {
                latencies[i] += 400 - 50 * i;
            }
        }
        return TestingLoad.second(second, TestingLoad.succeeded("steady", "users", latencies));
    }

    private static NodeSample gateway(int second, Random random, boolean stops) {
        double pause = stops && STOPS.contains(second) ? 400 : random.nextInt(3) == 0 ? 4 * random.nextDouble() : 0;
        return new NodeSample(
                "gateway",
                "jfr",
                "a1",
                0,
                Map.of("gc.pause", Reading.of(pause), "cpu.core.max", Reading.of(40 + 5 * random.nextGaussian())));
    }

    private static List<RunEvent> causes(boolean stops, boolean watched) {
        Random random = new Random(1);
        RunResults results = new RunResults(RUN, List.of(TestingLoad.steady("steady", SECONDS)));
        results.legStarts(0, 0);
        RunSeries series = new RunSeries();
        for (int second = 0; second < SECONDS; second++) {
            MergedInterval interval = interval(second, random, stops);
            results.add(interval);
            series.add(interval);
            NodeSample sample = gateway(second, random, stops);
            if (watched) {
                results.add(sample, second + 0.6);
            }
        }
        return Causes.of(results, series);
    }

    @Test
    void pausesAreNamedOnceWithAllTheirTimes() {
        List<RunEvent> found = causes(true, true);
        assertEquals(1, found.size(), found::toString);
        RunEvent event = found.getFirst();
        assertEquals("attribution", event.type());
        assertEquals(60, event.t());
        assertEquals("latency", event.detail().get("metric"));
        assertEquals("gc.pause", event.detail().get("cause"));
        assertEquals("gateway", event.detail().get("node"));
        assertEquals(0.0, event.detail().get("lag_s"));
        assertEquals(
                List.of(List.of(60.0, 61.0), List.of(95.0, 96.0), List.of(130.0, 131.0)),
                event.detail().get("times"));
        assertTrue((Double) event.detail().get("strength") > 0.9, event::toString);
        assertTrue(
                event.sentence()
                        .contains("a garbage collection stopped the JVM, gc.pause of gateway went from 0 ms to 400 ms"),
                event.sentence());
    }

    @Test
    void aRunWithoutPausesHasNoFinding() {
        assertEquals(List.of(), causes(false, true));
    }

    @Test
    void whatNobodyWatchedHasNoCause() {
        List<RunEvent> found = causes(true, false);
        assertFalse(found.isEmpty());
        found.forEach(event -> {
            assertFalse(event.detail().containsKey("cause"), event::toString);
            assertTrue(event.detail().containsKey("figures"), event::toString);
        });
    }

    @Test
    void aBundleGivesTheSameFindingsAndReadsThemBack() {
        Random random = new Random(1);
        RunInfo info = TestingRun.info(RUN, RunInfo.Status.RUNNING);
        RunResults results = new RunResults(RUN, List.of(TestingLoad.steady("steady", SECONDS)));
        results.legStarts(0, 0);
        List<RunEvent> expected = causes(true, true);
        try (RunBundleWriter writer = RunBundleWriter.create(directory, info, "name: users\n")) {
            for (int second = 0; second < SECONDS; second++) {
                MergedInterval interval = interval(second, random, true);
                results.add(interval);
                writer.interval(interval, results);
                writer.node(gateway(second, random, true), second + 0.6);
            }
            RunBundle bundle = RunBundle.open(writer.directory());
            assertEquals(texts(expected), texts(Causes.of(bundle)));
            expected.forEach(writer::event);
            assertEquals(expected, bundle.events());
        }
    }

    private static List<String> texts(List<RunEvent> events) {
        return events.stream().map(RunEvent::sentence).toList();
    }

    @Test
    void figuresOfAnIntervalComeFromItsMergedHistograms() {
        double[] many = new double[90];
        Arrays.fill(many, 10);
        double[] few = new double[10];
        Arrays.fill(few, 1000);
        RequestInterval one = TestingLoad.withMetric(TestingLoad.succeeded("steady", "a", 100, 100, 100), "itl", many);
        RequestInterval other = TestingLoad.withMetric(TestingLoad.succeeded("steady", "b", 500), "itl", few);
        RunSeries series = new RunSeries();
        series.add(TestingLoad.second(0, one, other));
        PhaseWindow window = TestingLoad.steady("steady", 1);
        Moment moment = series.of(window).getFirst();
        /* (3 · 100 + 500) / 4, and not the mean of 100 and 500. */
        assertEquals(200, moment.mean("latency"), 0.5);
        /* 10 of 100 gaps take a second, so p99 does; the mean of both p99 would be 505 ms. */
        assertEquals(1000, moment.itlTail().orElseThrow(), 1);
        assertEquals(4, moment.ended());
    }

    @Test
    void aClosedLoopHasNoAnomalyOfThroughput() {
        PhaseWindow closed = new PhaseWindow(0, 0, "steady", true, false, true, 0, SECONDS);
        PhaseWindow open = TestingLoad.steady("steady", SECONDS);
        assertEquals(List.of(), throughput(closed));
        assertEquals(List.of("throughput"), throughput(open));
    }

    /** 20 requests a second are sent, and from second 80 to 110 only 12 end; latencies are the same. */
    private static List<Object> throughput(PhaseWindow window) {
        Random random = new Random(2);
        RunResults results = new RunResults(RUN, List.of(window));
        results.legStarts(0, 0);
        RunSeries series = new RunSeries();
        for (int second = 0; second < SECONDS; second++) {
            long ended = second >= 80 && second < 110 ? 12 : 19 + random.nextInt(3);
            Moment.Sum latency = new Moment.Sum(ended * (95 + 10 * random.nextDouble()), ended);
            series.add(
                    window, new Moment(second, 1, Map.of("latency", latency), Optional.empty(), 20, 20, ended, 0, 0));
        }
        List<Object> metrics = new ArrayList<>();
        Causes.of(results, series).forEach(event -> metrics.add(event.detail().getOrDefault("metric", "")));
        return metrics;
    }

    @Test
    void aRunOfSecondsTellsNothing() {
        RunResults results = new RunResults(RUN, List.of(TestingLoad.steady("steady", 10)));
        results.legStarts(0, 0);
        RunSeries series = new RunSeries();
        Histogram none = Histograms.create(Metrics.LATENCY);
        for (int second = 0; second < 10; second++) {
            series.add(new MergedInterval(0, second, second, 1, 1, List.of(), none, Map.of()));
        }
        assertEquals(List.of(), Causes.of(results, series));
        assertEquals(List.of(), Causes.of(new RunResults(RUN, List.of(TestingLoad.steady("steady", 10))), series));
    }
}
