package dev.plimsoll.measurements;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class HistogramsTest {
    @Test
    void statisticsOfTimesAreInMilliseconds() {
        Histogram histogram = Histograms.create(Metrics.LATENCY);
        histogram.recordValue(2_000_000);
        histogram.recordValue(4_000_000);

        // (2 ms + 4 ms) / 2; three significant digits allow 0.1 %.
        assertEquals(
                3.0,
                Histograms.statistic(histogram, Metrics.LATENCY, Statistic.MEAN).orElseThrow(),
                0.003);
        assertEquals(
                4.0,
                Histograms.statistic(histogram, Metrics.LATENCY, Statistic.MAX).orElseThrow(),
                0.004);
    }

    @Test
    void emptyHistogramHasNoStatistic() {
        Histogram histogram = Histograms.create(Metrics.TTFT);

        assertEquals(Optional.empty(), Histograms.statistic(histogram, Metrics.TTFT, Statistic.MEAN));
        assertEquals(Optional.empty(), Histograms.statistic(histogram, Metrics.TTFT, Statistic.percentile(99)));
    }

    @Test
    void longerThanAnHourIsRefusedAndNotClamped() {
        Histogram histogram = Histograms.create(Metrics.LATENCY);

        assertThrows(ArrayIndexOutOfBoundsException.class, () -> histogram.recordValue(2 * Histograms.HIGHEST_NANOS));
    }

    /** Two agents, 1 to 1000 ms and 1001 to 2000 ms: the p99 of both is 1980 ms; the mean of their p99s would be 1490. */
    @Test
    void percentilesComeFromTheSumOfHistograms() {
        Histogram first = Histograms.create(Metrics.LATENCY);
        Histogram second = Histograms.create(Metrics.LATENCY);
        for (int ms = 1; ms <= 1000; ms++) {
            first.recordValue(ms * 1_000_000L);
            second.recordValue((1000 + ms) * 1_000_000L);
        }
        first.add(second);

        double p99 = Histograms.statistic(first, Metrics.LATENCY, Statistic.percentile(99))
                .orElseThrow();

        assertEquals(1980, p99, 2);
    }

    @Property(tries = 50)
    void manyHistogramsAddedAreTheOneThatSawEverything(
            @ForAll @LongRange(min = 0, max = 1_000_000) long seed, @ForAll @IntRange(min = 1, max = 8) int agents) {
        RandomGenerator random = new SplittableRandom(seed);
        Histogram one = Histograms.create(Metrics.LATENCY);
        Histogram sum = Histograms.create(Metrics.LATENCY);
        Histogram[] parts = new Histogram[agents];
        for (int i = 0; i < agents; i++) {
            parts[i] = Histograms.create(Metrics.LATENCY);
        }
        for (int i = 0; i < 500; i++) {
            long value = (long) Math.exp(random.nextDouble() * Math.log(Histograms.HIGHEST_NANOS));
            one.recordValue(value);
            parts[(int) ((seed + i) % agents)].recordValue(value);
        }
        for (Histogram part : parts) {
            sum.add(part);
        }
        assertEquals(one, sum);
    }
}
