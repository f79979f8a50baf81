package dev.plimsoll.measurements;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Names: metrics, statistics, error classes, counts. */
class VocabularyTest {
    @Test
    void requestMetricsHaveStatisticsAndWindowMetricsHaveNone() {
        assertTrue(Metrics.LATENCY.hasStatistics());
        assertTrue(Metrics.find("cpu.utilization").orElseThrow().hasStatistics());
        assertFalse(Metrics.THROUGHPUT.hasStatistics());
        assertFalse(Metrics.ERRORS_RATIO.hasStatistics());
    }

    @Test
    void unknownMetricIsNotFound() {
        assertEquals(Optional.empty(), Metrics.find("latancy"));
    }

    @Test
    void everyMetricHasADefinition() {
        for (Metric metric : Metrics.all()) {
            assertFalse(metric.definition().isBlank(), metric.name());
        }
    }

    @Test
    void everyGpuMetricIsThereForOneGpuToo() {
        Metric one = Metrics.find("gpu.3.temperature").orElseThrow();
        assertEquals(
                new Metric("gpu.3.temperature", Metric.Kind.NODE, Unit.CELSIUS, "temperature; of GPU 3 alone"), one);
        assertEquals(
                Unit.BYTES, Metrics.find("gpu.0_7.memory.used").orElseThrow().unit());
        assertTrue(Metrics.isOfOneGpu("gpu.12.clock.sm"));
        for (String none : List.of("gpu.temperature", "gpu.3.fan", "gpu.3", "gpu.x.temperature", "gpu.3.count")) {
            assertFalse(Metrics.isOfOneGpu(none), none);
        }
    }

    @Test
    void metricNameWithBlanksIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Metrics.custom("my metric"));
    }

    @Property
    void percentilesAreWrittenAsTheyAreRead(@ForAll @IntRange(min = 1, max = 9999) int hundredths) {
        Statistic statistic = Statistic.percentile(hundredths / 100.0);

        assertEquals(Optional.of(statistic), Statistic.parse(statistic.toString()));
    }

    @Test
    void statisticsThatAreNoneAreNotParsed() {
        for (String text : List.of("", "avg", "p", "p0", "p100", "p-1", "p99,9", "P99", "p99.99999")) {
            assertEquals(Optional.empty(), Statistic.parse(text), text);
        }
        assertEquals(Optional.of(Statistic.percentile(99.9)), Statistic.parse("p99.9"));
    }

    @Test
    void readingIsFinite() {
        assertThrows(IllegalArgumentException.class, () -> Reading.of(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Reading.of(Double.POSITIVE_INFINITY));
    }

    @Test
    void countsAddClassByClass() {
        RequestCounts first = new RequestCounts(3, 3, 1, 2, 1, Map.of(ErrorClass.RESET, 2L), 0, 1, 3, 5, 7, 0);
        RequestCounts second =
                new RequestCounts(4, 3, 2, 2, 0, Map.of(ErrorClass.RESET, 1L, ErrorClass.UNSENT, 1L), 1, 2, 3, 1, 2, 0);

        RequestCounts sum = first.plus(second);

        assertEquals(
                new RequestCounts(7, 6, 3, 4, 1, Map.of(ErrorClass.RESET, 3L, ErrorClass.UNSENT, 1L), 1, 3, 6, 6, 9, 0),
                sum);
        assertEquals(first, first.plus(RequestCounts.NONE));
        assertEquals(0, sum.errors(ErrorClass.TLS));
    }
}
