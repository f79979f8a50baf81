package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class WrkFiguresTest {
    private static final SeriesKey KEY = new SeriesKey(0, "load", "request");
    private final RunResults results =
            new RunResults("run", List.of(new PhaseWindow(0, 0, "load", true, false, true, 0, 2)));

    WrkFiguresTest() {
        results.legStarts(0, 0);
    }

    private static Histogram nanos(long... values) {
        Histogram histogram = Histograms.create(Metrics.LATENCY);
        for (long value : values) {
            histogram.recordValue(value);
        }
        return histogram;
    }

    private void interval(
            int index, long answered, Map<ErrorClass, Long> errors, long inFlight, Histogram good, Histogram failed) {
        long failures = errors.values().stream().mapToLong(Long::longValue).sum();
        RequestCounts counts = new RequestCounts(
                answered + failures,
                answered,
                answered,
                failures,
                answered,
                errors,
                0,
                answered,
                answered,
                0,
                0,
                100 * answered);
        Map<String, Histogram> histograms = new HashMap<>();
        histograms.put("latency", good);
        histograms.put("service_time", good);
        histograms.put("failed_latency", failed);
        results.add(new MergedInterval(
                0,
                index,
                index,
                1,
                1,
                List.of(new RequestInterval(KEY, counts, inFlight, histograms)),
                nanos(),
                Map.of()));
    }

    @Test
    void answersOfAnyStatusCountWithTheirLatency() {
        interval(0, 2, Map.of(ErrorClass.HTTP_4XX, 1L), 0, nanos(100_000, 200_000), nanos(300_000));
        interval(
                1,
                1,
                Map.of(ErrorClass.HTTP_5XX, 1L, ErrorClass.CONTENT, 1L),
                0,
                nanos(100_000),
                nanos(50_000, 60_000));
        WrkFigures figures = WrkFigures.of(results, 1);
        assertEquals(2, figures.seconds());
        assertEquals(6, figures.answered(), "2 + 1 in the first second, 1 + 2 in the other");
        assertEquals(2, figures.badStatus(), "a status below 400 that nobody listed is not a bad one");
        assertEquals(6, figures.latency().getTotalCount());
        assertEquals(300, figures.latency().getMaxValue());
        assertEquals(3, figures.service().getTotalCount());
        assertEquals(0, figures.errors().total());
        assertEquals(List.of(3.0, 3.0), figures.rates());
        assertEquals(300, figures.bytesReceived().orElseThrow(), "100 for each of the three good answers");
    }

    @Test
    void latenciesOfErrorsThatCannotBeToldApartAreLeftOut() {
        interval(
                0,
                1,
                Map.of(ErrorClass.HTTP_4XX, 1L, ErrorClass.TIMEOUT, 1L),
                0,
                nanos(100_000),
                nanos(300_000, 2_000_000_000));
        interval(1, 0, Map.of(ErrorClass.HTTP_4XX, 1L), 0, nanos(), nanos(300_000));
        WrkFigures figures = WrkFigures.of(results, 1);
        assertEquals(2, figures.latency().getTotalCount(), "the good one, and the second's 4xx");
        assertEquals(3, figures.answered());
        assertEquals(2, figures.badStatus());
        assertEquals(1, figures.errors().timeout());
    }

    @Test
    void errorsHaveWrksNames() {
        Map<ErrorClass, Long> errors = Map.of(
                ErrorClass.CONNECT, 1L,
                ErrorClass.TLS, 2L,
                ErrorClass.RESET, 4L,
                ErrorClass.PROTOCOL, 8L,
                ErrorClass.UNSENT, 16L,
                ErrorClass.TIMEOUT, 32L);
        interval(0, 0, errors, 0, nanos(), nanos());
        assertEquals(
                new WrkFigures.Errors(3, 12, 16, 32), WrkFigures.of(results, 1).errors());
    }

    @Test
    void ratesAreThoseOfOneThread() {
        interval(0, 8, Map.of(), 3, nanos(1_000), nanos());
        interval(1, 4, Map.of(), 12, nanos(1_000), nanos());
        assertEquals(List.of(4.0, 2.0), WrkFigures.of(results, 2).rates());
        assertEquals(OptionalLong.of(12), WrkFigures.mostUnderWay(results));
    }

    @Test
    void aRunWithoutLoadHasNoFigures() {
        WrkFigures figures = WrkFigures.of(new RunResults("run", List.of()), 1);
        assertEquals(0, figures.seconds());
        assertEquals(0, figures.answered());
        assertTrue(WrkFigures.mostUnderWay(new RunResults("run", List.of())).isEmpty());
    }
}
