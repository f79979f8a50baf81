package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.ValueCounts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportDataBuilderTest {
    private static final RunInfo INFO =
            TestingReports.info(RunInfo.Status.FINISHED, Optional.of(TestingReports.LOAD_STARTED));

    @Test
    void columnsAreMergedAndPercentilesComeFromTheMergedHistogram() {
        ReportDataBuilder builder = builder();
        int seconds = ReportDataBuilder.MAX_COLUMNS + 1;
        for (int t = 0; t < seconds; t++) {
            /* 99 requests of 1 ms in even seconds, one of 1 s in odd ones. */
            builder.interval(t % 2 == 0 ? interval(t, 99, 1) : interval(t, 1, 1000));
        }
        Timeline timeline = builder.build().timeline();
        assertEquals(2, timeline.width());
        assertEquals((seconds + 1) / 2, timeline.columns().size());
        Timeline.Column first = timeline.columns().getFirst();
        assertEquals(100, first.succeeded());
        assertEquals(2, first.seconds());
        /* The averaged p99 of both would be 500 ms; of 100 values 99 are 1 ms, and only the largest is 1 s. */
        assertEquals(1, first.time("latency").quantile(0.99) / 1e6, 0.002);
        assertEquals(1000, first.time("latency").quantile(1) / 1e6, 1);
    }

    @Test
    void nothingIsLostInColumns() {
        ReportDataBuilder builder = builder();
        Histogram sum = Histograms.create(Metrics.LATENCY);
        for (int t = 0; t < 1000; t++) {
            MergedInterval interval = interval(t, 1 + t % 7, 1 + t);
            builder.interval(interval);
            sum.add(interval.requests().getFirst().histograms().get("latency"));
        }
        ReportData data = builder.build();
        ValueCounts all = ValueCounts.NONE;
        for (Timeline.Column column : data.timeline().columns()) {
            all = all.plus(column.time("latency"));
        }
        assertEquals(sum.getTotalCount(), all.total());
        for (double percentile : new double[] {1, 50, 90, 99, 99.9}) {
            assertEquals(sum.getValueAtPercentile(percentile), all.quantile(percentile / 100), "p" + percentile);
            assertEquals(
                    sum.getValueAtPercentile(percentile),
                    data.spectrum("latency").quantile(percentile / 100));
        }
        assertTrue(
                data.omitted().getFirst().startsWith("Charts over time show columns of 4 s"),
                data.omitted().toString());
    }

    @Test
    void gaugesKeepTheirExtremesAndGapsStayGaps() {
        ReportDataBuilder builder = builder();
        for (int t = 0; t < 400; t++) {
            Reading reading = t >= 100 && t < 200
                    ? Reading.failed("timed out")
                    : t == 301 ? Reading.of(99) : t == 302 ? Reading.of(0) : Reading.of(50);
            builder.sample(t < 60 ? t : 60 + (t - 60) * 0.02, sample(reading));
        }
        NodeLane lane = builder.build().nodes().getFirst();
        assertEquals(0, lane.min());
        assertEquals(99, lane.max());
        assertEquals(100, lane.failures());
        assertEquals(
                300, lane.points().stream().mapToLong(NodeLane.Point::count).sum());
    }

    @Test
    void samplesOutsideTheRunAreNotDrawnAndSaidSo() {
        ReportDataBuilder builder = builder();
        builder.sample(-3600, sample(Reading.of(1)))
                .sample(1e9, sample(Reading.of(1)))
                .sample(5, sample(Reading.of(1)));
        ReportData data = builder.build();
        assertEquals(1, data.nodes().getFirst().points().size());
        assertTrue(
                data.omitted().getFirst().startsWith("2 samples of nodes"),
                data.omitted().toString());
    }

    @Test
    void wallClocksAreCorrectedByTheAgentsOffset() {
        long zero = TestingReports.LOAD_STARTED.toEpochMilli() * 1000;
        /* Agent a2's clock is 310 µs behind: what it calls 4.999690 s is 5 s. */
        NodeSample late =
                new NodeSample("n", "p", "a2", zero + 5_000_000 - 310, Map.of("cpu.utilization", Reading.of(1)));
        NodeLane lane = builder().sample(late).build().nodes().getFirst();
        assertEquals(5.0, lane.points().getFirst().t(), 1e-9);
    }

    @Test
    void shortFirstIntervalDoesNotTearTheColumnsApart() {
        ReportDataBuilder builder = builder();
        MergedInterval whole = interval(0, 1, 1);
        builder.interval(
                new MergedInterval(0, 0, 0, 0.05, 1, whole.requests(), Histograms.create(Metrics.LATENCY), Map.of()));
        for (int t = 2; t < 12; t++) {
            builder.interval(interval(t, 1, 1));
        }
        Timeline timeline = builder.build().timeline();
        assertTrue(timeline.width() >= 1, "as wide as an interval: " + timeline.width());
        assertEquals(
                11,
                timeline.columns().stream()
                        .mapToLong(Timeline.Column::succeeded)
                        .sum());
    }

    @Test
    void errorsKnowWhenTheyWereSeen() {
        ReportDataBuilder builder = builder();
        RequestCounts failed = new RequestCounts(1, 1, 0, 1, 0, Map.of(ErrorClass.RESET, 1L), 0, 0, 1, 0, 0, 0);
        for (int t : new int[] {3, 9}) {
            RequestInterval request = new RequestInterval(new SeriesKey(0, "p", "r"), failed, 0, Map.of());
            builder.interval(
                    new MergedInterval(0, t, t, 1, 1, List.of(request), Histograms.create(Metrics.LATENCY), Map.of()));
        }
        Timeline.Span span = builder.build().timeline().errors().get(ErrorClass.RESET);
        assertEquals(new Timeline.Span(3, 10), span);
    }

    @Test
    void phasesAreBandsThatDoNotOverlap() {
        List<Timeline.Band> bands = TestingReports.rollback().timeline().bands();
        assertEquals(
                List.of(new Timeline.Band("warm-up", false, 0, 10), new Timeline.Band("steady", true, 10, 60)), bands);
    }

    @Test
    void generatorKeepsItsWorstReading() {
        ReportDataBuilder builder = builder();
        for (int t = 0; t < 2 * ReportDataBuilder.MAX_COLUMNS; t++) {
            Histogram lag = Histograms.create(Metrics.LATENCY);
            lag.recordValue(t == 1 ? 7_000_000 : 100_000);
            builder.interval(new MergedInterval(
                    0, t, t, 1, 1, List.of(), lag, Map.of("generator.cpu", Reading.of(t == 0 ? 80 : 10))));
        }
        Timeline.Column first = builder.build().timeline().columns().getFirst();
        assertEquals(80.0, first.generator().get("generator.cpu"));
        assertEquals(7.0, first.generator().get("generator.event_loop_lag"), 0.01);
    }

    @Test
    void warmUpIsInTheTimelineAndNotInTheSpectra() {
        ReportData data = TestingReports.rollback();
        long measured = data.summary().all().counts().succeeded();
        assertEquals(measured, data.spectrum("latency").total());
        long drawn = data.timeline().columns().stream()
                .mapToLong(c -> c.time("latency").total())
                .sum();
        assertTrue(drawn > measured, drawn + " > " + measured);
        OptionalDouble first = data.timeline().columns().stream()
                .mapToDouble(Timeline.Column::t)
                .min();
        assertEquals(0, first.orElseThrow());
    }

    @Test
    void bundleGivesBackWhatTheRunGave(@TempDir Path store) {
        ReportData live = TestingReports.rollback();
        ReportData read = TestingReports.bundle(store);
        assertEquals(live.timeline().bands(), read.timeline().bands());
        assertEquals(live.timeline().errors(), read.timeline().errors());
        assertEquals(live.summary(), read.summary());
        assertEquals(live.verdict(), read.verdict());
        assertEquals(live.parts().keySet(), read.parts().keySet());
        assertEquals(live.nodes(), read.nodes());
        for (int i = 0; i < live.timeline().columns().size(); i++) {
            Timeline.Column mine = live.timeline().columns().get(i);
            Timeline.Column theirs = read.timeline().columns().get(i);
            assertEquals(mine.scheduled(), theirs.scheduled());
            assertEquals(mine.generator(), theirs.generator());
            for (String metric : mine.times().keySet()) {
                assertEquals(mine.time(metric).total(), theirs.time(metric).total(), metric);
                assertEquals(
                        mine.time(metric).quantile(0.99), theirs.time(metric).quantile(0.99), metric);
            }
        }
        for (String metric : live.spectra().keySet()) {
            assertEquals(
                    live.spectrum(metric).quantile(0.999), read.spectrum(metric).quantile(0.999), metric);
        }
        assertEquals("name: chat-release-gate\n", read.scenarioText());
    }

    private static ReportDataBuilder builder() {
        return new ReportDataBuilder(INFO, new RunResults(TestingReports.RUN, List.of()).summary());
    }

    private static NodeSample sample(Reading reading) {
        return new NodeSample("gpu-0", "dcgm", "a1", 0, Map.of("gpu.utilization", reading));
    }

    private static MergedInterval interval(int t, int count, double millis) {
        Histogram latency = Histograms.create(Metrics.LATENCY);
        latency.recordValueWithCount(Math.round(millis * 1e6), count);
        RequestCounts counts = new RequestCounts(count, count, count, 0, count, Map.of(), 0, count, count, 0, 0, 0);
        RequestInterval request =
                new RequestInterval(new SeriesKey(0, "steady", "chat"), counts, 3, Map.of("latency", latency));
        return new MergedInterval(0, t, t, 1, 1, List.of(request), Histograms.create(Metrics.LATENCY), Map.of());
    }
}
