package dev.plimsoll.agent.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.scenarios.Load.Arrivals;
import dev.plimsoll.scenarios.Load.Open;
import dev.plimsoll.scenarios.Load.Rate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ArrivalScheduleTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final double NANOS = 1e9;

    @Test
    void constantArrivalsStartAtOnceAndKeepEqualGaps() {
        long[] instants = instants(new Rate.Constant(4), new Arrivals.Constant(), Duration.ofSeconds(2), 7, 1);
        long quarter = 250_000_000;
        assertArrayEquals(
                LongStream.range(0, 8).map(i -> i * quarter).toArray(),
                instants,
                "4/s for 2 s: 8 arrivals 250 ms apart");
    }

    @Test
    void constantRateOffersItsCountWithinOneInAThousandOverAMinute() {
        for (double rate : new double[] {0.1, 1.0 / 3, 20, 33.3, 999.9, 12_345.678}) {
            long offered = instants(new Rate.Constant(rate), new Arrivals.Constant(), MINUTE, 1, 2).length;
            double expected = rate * 60;
            assertTrue(Math.abs(offered - expected) <= Math.max(1, expected * 0.001), rate + "/s gave " + offered);
        }
    }

    @Test
    void poissonGapsAreExponentialWhateverTheNumberOfShards() {
        for (int shards : new int[] {1, 2, 4}) {
            long[] instants = instants(new Rate.Constant(500), new Arrivals.Poisson(), MINUTE, 11, shards);
            assertFollows(gaps(instants), gap -> 1 - Math.exp(-gap * 500), "Poisson, shards " + shards);
        }
    }

    @Test
    void gammaGapsFollowTheirLawWhateverTheNumberOfShards() {
        // A gamma law of coefficient of variation 1/√2 has shape 2, whose distribution is 1 − (1 + x)e^−x; mean 2.
        for (int shards : new int[] {1, 2, 4}) {
            Arrivals smooth = new Arrivals.Gamma(Math.sqrt(0.5));
            double[] gaps = gaps(instants(new Rate.Constant(500), smooth, MINUTE, 3, shards));
            assertFollows(gaps, gap -> erlang2(gap * 500 * 2), "gamma of shape 2, shards " + shards);
        }
    }

    @Test
    void burstyGammaGapsHaveTheirMeanAndDeviation() {
        // cv 2 is shape 1/4: the branch for shapes below 1. n ≈ 30,000 gaps, so the mean's own deviation is
        // 2 / √30,000 ≈ 1.2 % and the one of the cv about √((kurtosis − 1) / 4n) ≈ 2 %.
        double[] gaps = gaps(instants(new Rate.Constant(500), new Arrivals.Gamma(2), MINUTE, 5, 1));
        double mean = Arrays.stream(gaps).average().orElseThrow();
        double variance = Arrays.stream(gaps)
                .map(gap -> (gap - mean) * (gap - mean))
                .average()
                .orElseThrow();
        assertEquals(1.0 / 500, mean, 0.04 / 500);
        assertEquals(2, Math.sqrt(variance) / mean, 0.15);
    }

    @Test
    void poissonOnARampIsPoissonInRescaledTime() {
        Rate.Ramp ramp = new Rate.Ramp(100, 900);
        RateCurve curve = RateCurve.of(ramp, MINUTE);
        long[] instants = instants(ramp, new Arrivals.Poisson(), MINUTE, 17, 4);
        double[] gaps = new double[instants.length - 1];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = curve.expectedBy(instants[i + 1] / NANOS) - curve.expectedBy(instants[i] / NANOS);
        }
        assertFollows(gaps, gap -> 1 - Math.exp(-gap), "ramp");
    }

    @Test
    void rampIntegratesToItsTrapezoid() {
        long[] instants = instants(new Rate.Ramp(5, 40), new Arrivals.Constant(), MINUTE, 1, 1);
        assertEquals(1350, instants.length, "(5 + 40) / 2 · 60");
        // After t seconds 5t + (35 / 60) t² / 2 are due: 412.5 in the first half minute.
        assertEquals(
                413, Arrays.stream(instants).filter(t -> t < 30_000_000_000L).count(), "arrivals 0 to 412");
    }

    @Test
    void rampFromNothingAndToNothingAreMirrorImages() {
        assertEquals(300, instants(new Rate.Ramp(0, 10), new Arrivals.Constant(), MINUTE, 1, 1).length);
        assertEquals(300, instants(new Rate.Ramp(10, 0), new Arrivals.Constant(), MINUTE, 1, 1).length);
    }

    @Test
    void spikeHasItsCountInsideAndTheBaseOutside() {
        Rate.Spike spike = new Rate.Spike(10, 100, Duration.ofSeconds(20), Duration.ofSeconds(10));
        long[] instants = instants(spike, new Arrivals.Constant(), MINUTE, 1, 1);
        assertEquals(1500, instants.length, "50 s · 10/s + 10 s · 100/s");
        long inside = Arrays.stream(instants)
                .filter(t -> t >= 20_000_000_000L && t < 30_000_000_000L)
                .count();
        assertEquals(1000, inside);
    }

    @Test
    void spikeBeyondTheEndIsCutOff() {
        Rate.Spike spike = new Rate.Spike(10, 100, Duration.ofSeconds(55), Duration.ofSeconds(10));
        assertEquals(1050, instants(spike, new Arrivals.Constant(), MINUTE, 1, 1).length, "55 · 10 + 5 · 100");
    }

    @Test
    void stepsAreOfEqualLength() {
        Rate.Steps steps = new Rate.Steps(List.of(5.0, 10.0, 20.0));
        long[] instants = instants(steps, new Arrivals.Constant(), MINUTE, 1, 1);
        assertEquals(700, instants.length, "20 s each of 5/s, 10/s and 20/s");
        assertEquals(
                100, Arrays.stream(instants).filter(t -> t < 20_000_000_000L).count());
    }

    @Test
    void anotherSeedRoundOrPhaseGivesOtherInstants() {
        long[] one = instants(7, 0, 0);
        assertFalse(Arrays.equals(one, instants(8, 0, 0)), "seed");
        assertFalse(Arrays.equals(one, instants(7, 1, 0)), "round");
        assertFalse(Arrays.equals(one, instants(7, 0, 1)), "phase");
        assertArrayEquals(one, instants(7, 0, 0), "the same again");
    }

    @Test
    void endIsSaidAgainAndAgain() {
        ArrivalSchedule schedule = schedule(new Rate.Constant(1), new Arrivals.Poisson(), MINUTE, 1, 0, 1);
        while (schedule.nextNanos() != ArrivalSchedule.END) {
            assertTrue(schedule.index() >= 0);
        }
        assertEquals(ArrivalSchedule.END, schedule.nextNanos());
        assertEquals(-1, schedule.index());
    }

    @Test
    void aShardThatDoesNotExistIsRefused() {
        var failure = assertThrows(
                IllegalArgumentException.class,
                () -> schedule(new Rate.Constant(1), new Arrivals.Constant(), MINUTE, 1, 2, 2));
        assertEquals("shard 2 of 2 does not exist", failure.getMessage());
    }

    @Property(tries = 200)
    void shardsTogetherSendExactlyWhatOneWould(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 9) int shards,
            @ForAll @IntRange(min = 0, max = 2) int law,
            @ForAll @DoubleRange(min = 0, max = 300) double from,
            @ForAll @DoubleRange(min = 0.1, max = 300) double to) {
        Arrivals arrivals = List.of(new Arrivals.Constant(), new Arrivals.Poisson(), new Arrivals.Gamma(1.7))
                .get(law);
        Duration duration = Duration.ofSeconds(3);
        long[] alone = instants(new Rate.Ramp(from, to), arrivals, duration, seed, 1);
        long[] together = instants(new Rate.Ramp(from, to), arrivals, duration, seed, shards);
        assertArrayEquals(alone, together);
    }

    @Property(tries = 300)
    void instantsNeverDecreaseAndStayWithinThePhase(
            @ForAll long seed,
            @ForAll @DoubleRange(min = 0.05, max = 20) double cv,
            @ForAll @DoubleRange(min = 0.5, max = 500) double base,
            @ForAll @DoubleRange(min = 0.5, max = 500) double spike) {
        Duration duration = Duration.ofMillis(4_700);
        Rate rate = new Rate.Spike(base, spike, Duration.ofMillis(1_300), Duration.ofMillis(800));
        ArrivalSchedule schedule = schedule(rate, new Arrivals.Gamma(cv), duration, seed, 0, 1);
        long last = 0;
        for (long at = schedule.nextNanos(); at != ArrivalSchedule.END; at = schedule.nextNanos()) {
            assertTrue(at >= last && at < duration.toNanos(), at + " after " + last);
            last = at;
        }
    }

    private static ArrivalSchedule schedule(
            Rate rate, Arrivals arrivals, Duration duration, long seed, int shard, int shards) {
        return ArrivalSchedule.of(new Open(rate, arrivals, 1), duration, seed, 0, 0, shard, shards);
    }

    private static long[] instants(long seed, int round, int phase) {
        ArrivalSchedule schedule = ArrivalSchedule.of(
                new Open(new Rate.Constant(10), new Arrivals.Poisson(), 1), MINUTE, seed, round, phase, 0, 1);
        return LongStream.generate(schedule::nextNanos)
                .takeWhile(at -> at != ArrivalSchedule.END)
                .toArray();
    }

    /** The arrivals of all shards, by their index in the global schedule. */
    private static long[] instants(Rate rate, Arrivals arrivals, Duration duration, long seed, int shards) {
        long[] all = new long[2_000_000];
        Arrays.fill(all, -1);
        int count = 0;
        for (int shard = 0; shard < shards; shard++) {
            ArrivalSchedule schedule = schedule(rate, arrivals, duration, seed, shard, shards);
            for (long at = schedule.nextNanos(); at != ArrivalSchedule.END; at = schedule.nextNanos()) {
                int index = Math.toIntExact(schedule.index());
                assertEquals(shard, index % shards);
                assertEquals(-1, all[index], "index " + index + " taken twice");
                all[index] = at;
                count++;
            }
        }
        long[] instants = Arrays.copyOf(all, count);
        assertTrue(Arrays.stream(instants).allMatch(at -> at >= 0), "indices have no gap");
        return instants;
    }

    private static double[] gaps(long[] instants) {
        double[] gaps = new double[instants.length - 1];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = (instants[i + 1] - instants[i]) / NANOS;
        }
        return gaps;
    }

    private static double erlang2(double x) {
        return 1 - (1 + x) * Math.exp(-x);
    }

    /** Kolmogorov–Smirnov at 1 %: the largest distance is below 1.628 / √n (the asymptotic value, n is large). */
    private static void assertFollows(double[] values, DoubleUnaryOperator law, String what) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double distance = 0;
        for (int i = 0; i < n; i++) {
            double expected = law.applyAsDouble(sorted[i]);
            distance = Math.max(distance, Math.max((i + 1.0) / n - expected, expected - (double) i / n));
        }
        double limit = 1.628 / Math.sqrt(n);
        assertTrue(distance < limit, what + ": distance " + distance + ", limit " + limit + ", n " + n);
    }
}
