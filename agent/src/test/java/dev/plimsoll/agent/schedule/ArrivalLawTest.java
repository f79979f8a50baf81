package dev.plimsoll.agent.schedule;

import static dev.plimsoll.agent.schedule.KolmogorovSmirnov.assertFollows;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.scenarios.Load.Arrivals;
import dev.plimsoll.scenarios.Load.Open;
import dev.plimsoll.scenarios.Load.Rate;
import java.time.Duration;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The law of arrivals, as a server sees them that cannot tell the shards apart: merged by time alone. Seeds are fixed, so
 * a test at a level of 1 % passes or fails for good.
 */
class ArrivalLawTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final double NANOS = 1e9;
    /** A thousandth of a mean gap: 500 ns at 2,000/s, where rounding to nanoseconds is no error yet. */
    private static final double LEAST = 1e-3;

    private static final List<Integer> SHARDS = List.of(1, 2, 4);

    /** A law, and the distribution of its gaps of mean 1. */
    private record Law(String name, Arrivals arrivals, DoubleUnaryOperator gaps) {
        static Law poisson() {
            return new Law("Poisson", new Arrivals.Poisson(), KolmogorovSmirnov::exponential);
        }

        /** A gamma law of coefficient of variation c has shape 1/c², and of mean 1 the scale c². */
        static Law gamma(double cv) {
            double shape = 1 / (cv * cv);
            return new Law(
                    "gamma of cv " + cv, new Arrivals.Gamma(cv), gap -> KolmogorovSmirnov.gamma(shape, gap * shape));
        }
    }

    private record Case(Law law, String shape, Rate rate, int shards) {
        @Override
        public String toString() {
            return law.name + ", " + shape + ", shards " + shards;
        }
    }

    static Stream<Case> cases() {
        List<Law> laws = List.of(Law.poisson(), Law.gamma(0.3), Law.gamma(1), Law.gamma(2), Law.gamma(3.5));
        return laws.stream()
                .flatMap(law -> SHARDS.stream()
                        .flatMap(shards -> Stream.of(
                                new Case(law, "constant", new Rate.Constant(400), shards),
                                new Case(law, "ramp", new Rate.Ramp(0, 800), shards),
                                new Case(law, "falling ramp", new Rate.Ramp(700, 100), shards),
                                new Case(law, "steps", new Rate.Steps(List.of(100.0, 900.0, 200.0)), shards),
                                new Case(
                                        law,
                                        "spike",
                                        new Rate.Spike(100, 2_000, Duration.ofSeconds(20), Duration.ofSeconds(10)),
                                        shards))));
    }

    /**
     * Time rescaling: with Λ(t) the arrivals expected by t, the instants Λ(t₁), Λ(t₂), … are a renewal process of mean
     * gap 1, whose gaps follow the law whatever the rate did.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void gapsFollowTheirLawInRescaledTime(Case one) {
        long[] instants = merged(one.rate, one.law.arrivals, MINUTE, 20_261_124, one.shards);
        RateCurve curve = RateCurve.of(one.rate, MINUTE);
        double[] gaps = new double[instants.length];
        double before = 0;
        for (int i = 0; i < gaps.length; i++) {
            double at = curve.expectedBy(instants[i] / NANOS);
            gaps[i] = at - before;
            before = at;
        }
        assertFollows(gaps, LEAST, one.law.gaps, one.toString());
        assertUncorrelated(gaps, one.toString());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void manyShardsMergedAreBitForBitTheOne(Case one) {
        assertArrayEquals(
                merged(one.rate, one.law.arrivals, MINUTE, 7, 1),
                merged(one.rate, one.law.arrivals, MINUTE, 7, one.shards));
    }

    /** Of a Poisson stream every n-th arrival is due to one of n shards: the gaps of one shard are n exponentials. */
    @Test
    void aShardOfSeveralHasEveryNthArrival() {
        for (int shards : SHARDS) {
            ArrivalSchedule schedule = schedule(new Rate.Constant(2_000), new Arrivals.Poisson(), MINUTE, 5, 0, shards);
            double[] gaps = gaps(instants(schedule), 2_000);
            assertFollows(gaps, LEAST, gap -> KolmogorovSmirnov.gamma(shards, gap), "shard 0 of " + shards);
        }
    }

    @Test
    void tenThousandASecondAreOfferedExactlyForAMinute() {
        for (int shards : SHARDS) {
            long[] instants = merged(new Rate.Constant(10_000), new Arrivals.Constant(), MINUTE, 1, shards);
            assertEquals(600_000, instants.length);
            for (int i = 0; i < instants.length; i++) {
                // 100 µs apart, rounded down to whole nanoseconds.
                assertTrue(Math.abs(instants[i] - i * 100_000L) <= 1, "arrival " + i + " at " + instants[i]);
            }
        }
    }

    /**
     * The random laws offer 600,000 ± √600,000 · cv of them. A tenth of a per cent is 600; a Poisson minute is within it
     * three times in five, so these are the bounds of four deviations.
     */
    @Test
    void theRandomLawsOfferTheirRateWithinTheirOwnScatter() {
        for (double cv : new double[] {0.25, 1, 2}) {
            Arrivals arrivals = cv == 1 ? new Arrivals.Poisson() : new Arrivals.Gamma(cv);
            for (long seed = 0; seed < 3; seed++) {
                long offered = merged(new Rate.Constant(10_000), arrivals, MINUTE, seed, 4).length;
                assertEquals(600_000, offered, 4 * cv * Math.sqrt(600_000), "cv " + cv + ", seed " + seed);
            }
        }
    }

    /** What the tests above would not notice if it could not fail: a law that is nearly right. */
    @Test
    void theTestTellsALawFromItsNeighbour() {
        long[] instants = merged(new Rate.Constant(400), new Arrivals.Gamma(1.1), MINUTE, 20_261_124, 4);
        double[] gaps = gaps(instants, 400);
        double distance = KolmogorovSmirnov.distance(gaps, LEAST, KolmogorovSmirnov::exponential);
        assertTrue(distance > KolmogorovSmirnov.limit(gaps.length), "cv 1.1 taken for Poisson: " + distance);
    }

    /** The distribution function itself, where it has closed forms: shape 1 and 2, and the square of a normal. */
    @Test
    void theGammaDistributionIsRight() {
        for (double x : new double[] {1e-6, 0.1, 1, 1.9, 2.1, 5, 30}) {
            assertEquals(1 - Math.exp(-x), KolmogorovSmirnov.gamma(1, x), 1e-9);
            assertEquals(1 - (1 + x) * Math.exp(-x), KolmogorovSmirnov.gamma(2, x), 1e-9);
        }
        // χ² of one degree of freedom at 1 deviation: 0.6826894921.
        assertEquals(0.6826894921, KolmogorovSmirnov.gamma(0.5, 0.5), 1e-9);
    }

    /** The correlation of neighbouring gaps of a renewal process is 0, with a deviation of 1 / √n. */
    private static void assertUncorrelated(double[] gaps, String what) {
        int n = gaps.length - 1;
        double mean = IntStream.range(0, gaps.length)
                .mapToDouble(i -> gaps[i])
                .average()
                .orElseThrow();
        double variance = 0;
        double covariance = 0;
        for (int i = 0; i < n; i++) {
            variance += (gaps[i] - mean) * (gaps[i] - mean);
            covariance += (gaps[i] - mean) * (gaps[i + 1] - mean);
        }
        double correlation = covariance / variance;
        assertTrue(Math.abs(correlation) < 4 / Math.sqrt(n), what + ": neighbouring gaps correlate " + correlation);
    }

    private static double[] gaps(long[] instants, double rate) {
        return IntStream.range(1, instants.length)
                .mapToDouble(i -> (instants[i] - instants[i - 1]) / NANOS * rate)
                .toArray();
    }

    /** The instants of all shards, sorted. */
    private static long[] merged(Rate rate, Arrivals arrivals, Duration duration, long seed, int shards) {
        return IntStream.range(0, shards)
                .mapToObj(shard -> instants(schedule(rate, arrivals, duration, seed, shard, shards)))
                .flatMapToLong(LongStream::of)
                .sorted()
                .toArray();
    }

    private static ArrivalSchedule schedule(
            Rate rate, Arrivals arrivals, Duration duration, long seed, int shard, int shards) {
        return ArrivalSchedule.of(new Open(rate, arrivals, 1), duration, seed, 0, 0, shard, shards);
    }

    private static long[] instants(ArrivalSchedule schedule) {
        return LongStream.generate(schedule::nextNanos)
                .takeWhile(at -> at != ArrivalSchedule.END)
                .toArray();
    }
}
