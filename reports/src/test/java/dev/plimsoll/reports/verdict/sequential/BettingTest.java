package dev.plimsoll.reports.verdict.sequential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BettingTest {
    private static final double TAIL = 0.025;

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.01, 0.3})
    void theTruthIsRuledOutOnEitherSideInAtMostItsShare(double share) {
        Random random = new Random(2);
        int gamblers = 2000;
        int richWithMore = 0;
        int richWithFewer = 0;
        for (int gambler = 0; gambler < gamblers; gambler++) {
            int hits = 0;
            boolean more = false;
            boolean fewer = false;
            for (int n = 1; n <= 3000; n++) {
                hits += random.nextDouble() < share ? 1 : 0;
                if (n % 50 == 0) {
                    more |= Betting.atLeast(hits, n, share) <= TAIL;
                    fewer |= Betting.atMost(hits, n, share) <= TAIL;
                }
            }
            richWithMore += more ? 1 : 0;
            richWithFewer += fewer ? 1 : 0;
        }
        double above = (double) richWithMore / gamblers;
        double below = (double) richWithFewer / gamblers;
        System.out.printf("a share of %s was ruled out by more hits in %.4f, by fewer in %.4f%n", share, above, below);
        assertTrue(above <= TAIL && below <= TAIL, () -> above + " and " + below);
    }

    /** Looked at once, 368 requests without a hit rule out 1 %, for 0.99³⁶⁸ = 0.025; at any time it takes half as many more. */
    @Test
    void watchingCostsHalfAsManyRequestsAgain() {
        int n = 1;
        while (Betting.atMost(0, n, 0.01) > TAIL) {
            n++;
        }
        int needed = n;
        assertTrue(needed > 368 && needed < 600, () -> "needed " + needed);
    }

    /** Nothing can be won on a side where there is nothing more to see. */
    @Test
    void isNoProbabilityAboveOne() {
        assertEquals(1, Betting.atLeast(0, 100, 0.5));
        assertEquals(1, Betting.atMost(100, 100, 0.5));
    }

    @Test
    void refusesMoreHitsThanRequests() {
        assertThrows(IllegalArgumentException.class, () -> Betting.atLeast(2, 1, 0.5));
    }
}
