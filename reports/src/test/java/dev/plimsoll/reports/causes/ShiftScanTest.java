package dev.plimsoll.reports.causes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShiftScanTest {
    private static final ShiftScan SCAN = new ShiftScan(2.5, 2);
    private static final double FLOOR = 0.01;

    @Test
    void aSpikeIsOneShiftOfOneValue() {
        double[] values = noise(200, 0, 1);
        values[120] += 20;
        List<Shift> shifts = SCAN.scan(values, FLOOR);
        assertEquals(1, shifts.size(), shifts::toString);
        assertEquals(120, shifts.getFirst().from());
        assertEquals(121, shifts.getFirst().to());
        assertEquals(20, shifts.getFirst().size(), 3);
    }

    @Test
    void aHumpIsFoundWithItsEnds() {
        double[] values = noise(300, 0, 2);
        for (int i = 100; i < 140; i++) {
            values[i] += 4;
        }
        List<Shift> shifts = SCAN.scan(values, FLOOR);
        assertEquals(1, shifts.size(), shifts::toString);
        assertEquals(100, shifts.getFirst().from(), 2);
        assertEquals(140, shifts.getFirst().to(), 2);
        assertEquals(Shift.Edge.NONE, shifts.getFirst().edge());
    }

    @Test
    void aLastingChangeReachesToAnEnd() {
        double[] values = noise(300, 0, 3);
        for (int i = 200; i < 300; i++) {
            values[i] += 3;
        }
        List<Shift> shifts = SCAN.scan(values, FLOOR);
        assertEquals(1, shifts.size(), shifts::toString);
        assertEquals(200, shifts.getFirst().from(), 2);
        assertEquals(Shift.Edge.END, shifts.getFirst().edge());
    }

    @Test
    void noiseThatLastsHasNoShift() {
        int withShift = 0;
        for (int seed = 0; seed < 100; seed++) {
            withShift += SCAN.scan(noise(300, 0.9, 100 + seed), FLOOR).isEmpty() ? 0 : 1;
        }
        int found = withShift;
        assertTrue(found <= 5, () -> found + " of 100 series without a change had a shift");
    }

    @Test
    void gapsAndShortSeriesAreBorne() {
        double[] values = noise(100, 0, 4);
        values[40] = Double.NaN;
        values[50] += 30;
        values[99] = Double.NaN;
        assertEquals(50, SCAN.scan(values, FLOOR).getFirst().from());
        assertEquals(List.of(), SCAN.scan(new double[ShiftScan.FEWEST - 1], FLOOR));
        assertEquals(List.of(), SCAN.scan(new double[100], FLOOR));
    }

    /** Deviation 1, and that correlation from value to value. */
    private static double[] noise(int size, double correlation, long seed) {
        Random random = new Random(seed);
        double[] values = new double[size];
        double value = random.nextGaussian();
        for (int i = 0; i < size; i++) {
            values[i] = value;
            value = correlation * value + Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
        }
        return values;
    }
}
