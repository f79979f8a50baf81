package dev.plimsoll.reports.verdict.baseline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class HolmTest {
    /** 0.005 ≤ 0.05 / 4 and 0.01 ≤ 0.05 / 3, but 0.03 > 0.05 / 2, which ends it. */
    @Test
    void rejectsFromTheSmallestOnUntilOneIsTooLarge() {
        assertArrayEquals(
                new boolean[] {true, false, false, true}, Holm.rejected(new double[] {0.01, 0.04, 0.03, 0.005}, 0.05));
    }

    @Test
    void whatHasNoPValueDoesNotCount() {
        assertArrayEquals(new boolean[] {false, true}, Holm.rejected(new double[] {Double.NaN, 0.05}, 0.05));
        assertArrayEquals(new boolean[0], Holm.rejected(new double[0], 0.05));
    }

    @Test
    void oneAloneIsHeldToAlphaItself() {
        assertArrayEquals(new boolean[] {true}, Holm.rejected(new double[] {0.05}, 0.05));
        assertArrayEquals(new boolean[] {false}, Holm.rejected(new double[] {0.0501}, 0.05));
    }
}
