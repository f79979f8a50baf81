package dev.plimsoll.agent.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.schedule.RandomStream;
import dev.plimsoll.scenarios.TokenCount;
import dev.plimsoll.scenarios.TokenCount.Distribution;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenDrawTest {
    private static final int N = 100_000;
    private static final int WIDE = TokenCount.LIMIT;

    private static int[] draws(TokenCount count) {
        return IntStream.range(0, N)
                .map(i -> TokenDraw.draw(count, RandomStream.of(7, 0, i)))
                .toArray();
    }

    private static double mean(int[] draws) {
        return IntStream.of(draws).average().orElseThrow();
    }

    private static double deviation(int[] draws) {
        double mean = mean(draws);
        return Math.sqrt(IntStream.of(draws)
                .mapToDouble(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow());
    }

    @Test
    void fixedIsAlwaysTheSame() {
        assertEquals(1, IntStream.of(draws(TokenCount.fixed(256))).distinct().count());
        assertEquals(256, TokenDraw.draw(TokenCount.fixed(256), RandomStream.of(1, 2, 3)));
    }

    @Test
    void normalHasItsMeanAndDeviation() {
        int[] draws = draws(new TokenCount(Distribution.NORMAL, 1000, 100, 1, WIDE));
        // Standard errors: 100 / √N = 0.32 and 100 / √(2 N) = 0.22; five of them are allowed.
        assertEquals(1000, mean(draws), 1.6);
        assertEquals(100, deviation(draws), 1.1);
    }

    @Test
    void lognormalHasTheMeanAndDeviationOfTheNumberItself() {
        int[] draws = draws(new TokenCount(Distribution.LOGNORMAL, 1000, 500, 1, WIDE));
        // Standard error of the mean: 500 / √N = 1.6. The fourth moment makes that of the deviation about 3.
        assertEquals(1000, mean(draws), 8);
        assertEquals(500, deviation(draws), 15);
        // The median of a log-normal is m / √(1 + s²/m²) = 894.4; its density there gives a standard error of 1.7.
        int[] sorted = IntStream.of(draws).sorted().toArray();
        assertEquals(894.4, sorted[N / 2], 9);
    }

    @Test
    void uniformReachesEachNumberEquallyOften() {
        int[] draws = draws(new TokenCount(Distribution.UNIFORM, 12, 0, 10, 14));
        for (int value = 10; value <= 14; value++) {
            int wanted = value;
            // N / 5 = 20,000 with a standard deviation of √(N · 0.2 · 0.8) = 126.
            assertEquals(N / 5.0, IntStream.of(draws).filter(x -> x == wanted).count(), 5 * 126);
        }
    }

    @Test
    void exponentialHasItsMeanAndDeviation() {
        int[] draws = draws(new TokenCount(Distribution.EXPONENTIAL, 1000, 0, 1, WIDE));
        // Both are the mean; standard errors 3.2 and 1000 · √(8 / (4 N)) = 4.5.
        assertEquals(1000, mean(draws), 16);
        assertEquals(1000, deviation(draws), 23);
    }

    @Test
    void drawsOutsideTheLimitsAreClamped() {
        for (Distribution law :
                new Distribution[] {Distribution.NORMAL, Distribution.LOGNORMAL, Distribution.EXPONENTIAL}) {
            int[] draws = draws(new TokenCount(law, 100, 80, 50, 150));
            assertEquals(50, IntStream.of(draws).min().orElseThrow(), law + " reaches its least");
            assertEquals(150, IntStream.of(draws).max().orElseThrow(), law + " reaches its most");
            // Clamped, not drawn again: each end gathers more than the number beside it.
            assertTrue(
                    IntStream.of(draws).filter(x -> x == 50).count()
                            > 5 * IntStream.of(draws).filter(x -> x == 51).count(),
                    law.toString());
        }
    }
}
