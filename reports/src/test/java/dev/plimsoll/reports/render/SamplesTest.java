package dev.plimsoll.reports.render;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class SamplesTest {
    @Test
    void neededIsTheLeastCountWhoseLargestValueBoundsThePercentile() {
        for (double percentile : new double[] {50, 90, 95, 99, 99.9, 99.99}) {
            long needed = Samples.needed(percentile);
            /* Confidence 1 − q^n reaches 95 % at n, and not at n − 1. */
            assertTrue(1 - Math.pow(percentile / 100, needed) >= 0.95, "p" + percentile);
            assertTrue(1 - Math.pow(percentile / 100, needed - 1) < 0.95, "p" + percentile);
        }
        assertEquals(299, Samples.needed(99));
    }

    @Test
    void onlyPercentilesNeedMany() {
        assertTrue(Samples.suffice(1, "mean"));
        assertTrue(Samples.suffice(1, "max"));
        assertFalse(Samples.suffice(298, "p99"));
        assertTrue(Samples.suffice(299, "p99"));
    }
}
