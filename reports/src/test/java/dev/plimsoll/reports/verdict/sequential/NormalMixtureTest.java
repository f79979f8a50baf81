package dev.plimsoll.reports.verdict.sequential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class NormalMixtureTest {
    /**
     * −2 ln 0.05 = 5.9915 and its logarithm 1.7903, so ρ² = 8.7818 at time 1, and the boundary is
     * √(9.7818 / 8.7818 · (ln 9.7818 + 5.9915)) = √9.2139.
     */
    @Test
    void isTightestAtOneAndFlatAroundIt() {
        assertEquals(3.0354, NormalMixture.boundary(0.05, 1), 1e-4);
        assertTrue(NormalMixture.boundary(0.05, 0.1) < 1.25 * 3.0354);
        assertTrue(NormalMixture.boundary(0.05, 10) < 1.25 * 3.0354);
    }

    /** 2 · (1 − Φ(3.0354)) = 0.0024. */
    @Test
    void isAFixedIntervalOfAHigherConfidence() {
        assertEquals(1 - 0.0024, NormalMixture.confidence(0.05, 1), 5e-5);
    }

    @Test
    void aWalkThatIsLookedAtAfterEveryStepLeavesItInAtMostFivePercent() {
        Random random = new Random(1);
        int walks = 4000;
        int left = 0;
        for (int walk = 0; walk < walks; walk++) {
            double sum = 0;
            boolean out = false;
            for (int n = 1; n <= 600 && !out; n++) {
                sum += random.nextGaussian();
                out = Math.abs(sum) > Math.sqrt(n) * NormalMixture.boundary(0.05, n / 60.0);
            }
            left += out ? 1 : 0;
        }
        double share = (double) left / walks;
        System.out.printf("left the boundary of 5 %% in 600 looks: %.3f of %,d walks%n", share, walks);
        assertTrue(share <= 0.05, () -> "share " + share);
    }

    /**
     * The load that it takes to see a broken limit grows with the square of the boundary. The looks of a union bound that
     * begins at 30 s spend 30 α / (n (n + 1)) at the n-th.
     */
    @Test
    void needsLessLoadThanAUnionBoundFromItsFirstLookOn() {
        for (int n : new int[] {30, 60, 120, 600}) {
            double union = NormalDistribution.of(0, 1).inverseSurvivalProbability(30 * 0.05 / n / (n + 1.0) / 2);
            double mixture = NormalMixture.boundary(0.05, n / 60.0);
            double load = mixture * mixture / union / union;
            System.out.printf("at %d s: %.2f of the load of a union bound%n", n, load);
            assertTrue(load < 1, () -> n + ": " + load);
        }
    }

    @Test
    void refusesWhatIsNoProbabilityAndNoTime() {
        assertThrows(IllegalArgumentException.class, () -> NormalMixture.boundary(0, 1));
        assertThrows(IllegalArgumentException.class, () -> NormalMixture.boundary(0.05, 0));
    }
}
