package dev.plimsoll.reports.causes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CoincidenceTest {
    private static final int N = 200;

    @Test
    void aSignalThatDiffersThereAndOnlyThereHasStrengthOne() {
        double[] signal = new double[N];
        Arrays.fill(signal, 80, 100, 7);
        Coincidence found = of(signal, 80, 100, 3).orElseThrow();
        assertEquals(1, found.strength(), 1e-9);
        assertEquals(0, found.lag());
        /* Of all turns only the present one agrees as well, and fewer of the stretches of other lengths. */
        assertEquals(1.0 / N, found.turned(), 1e-9);
        assertTrue(found.p() < found.turned(), found.toString());
    }

    @Test
    void theLagTellsHowMuchEarlierTheSignalMoved() {
        double[] signal = new double[N];
        Arrays.fill(signal, 77, 97, 7);
        Coincidence found = of(signal, 80, 100, 5).orElseThrow();
        assertEquals(3, found.lag());
        assertEquals(1, found.strength(), 1e-9);
    }

    @Test
    void aPulseCountsAsLongAsItsConsequences() {
        double[] signal = new double[N];
        signal[80] = 300;
        Coincidence found = of(signal, 80, 86, 3).orElseThrow();
        assertEquals(1, found.strength(), 1e-9);
        assertEquals(6, found.width());
    }

    @Test
    void aRampAgreesBestWithARamp() {
        double[] ramp = new double[N];
        double[] step = new double[N];
        for (int i = 0; i < 6; i++) {
            ramp[80 + i] = 12 * (i + 1);
        }
        Arrays.fill(step, 80, 86, 50);
        Coincidence.Span grows = new Coincidence.Span(80, 86, List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0));
        Coincidence alike = of(ramp, grows).orElseThrow();
        assertEquals(1, alike.strength(), 1e-9);
        assertEquals(0, alike.lag());
        assertEquals(1.0 / N, alike.turned(), 1e-9);
        /* The ramp's sum is 21 and its squares' 91 of n = 200, so its deviation is √(91/200 − (21/200)²) = 0.666; the
        step's is √(6/200 − (6/200)²) = 0.171, and their covariance 21/200 − 21/200 · 6/200 = 0.1019. */
        assertEquals(0.1019 / 0.666 / 0.1706, of(step, grows).orElseThrow().strength(), 0.002);
    }

    @Test
    void aStretchKnownToTheIntervalLeavesOneForALag() {
        double[] ramp = new double[N];
        for (int i = 0; i < 6; i++) {
            ramp[76 + i] = 12 * (i + 1);
        }
        Coincidence.Span grows = new Coincidence.Span(80, 86, List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0));
        assertTrue(of(ramp, grows).map(Coincidence::strength).orElse(0.0) < 0.5);
    }

    @Test
    void aShapeHasAValueForEachInterval() {
        assertThrows(IllegalArgumentException.class, () -> new Coincidence.Span(80, 86, List.of(1.0, 2.0)));
    }

    private static Optional<Coincidence> of(double[] signal, Coincidence.Span span) {
        boolean[] usable = new boolean[N];
        Arrays.fill(usable, true);
        return Coincidence.of(signal, usable, List.of(span), 5, 1, false);
    }

    @Test
    void aSignalThatMovesAtOtherTimesTooIsWeak() {
        double[] signal = new double[N];
        for (int i = 0; i < N; i += 10) {
            signal[i] = 300;
        }
        Coincidence found = of(signal, 80, 81, 0).orElseThrow();
        /* 20 of 200 values are as large, so a tenth of all turns agrees as well. */
        assertEquals(0.1, found.turned(), 1e-9);
        assertTrue(found.strength() < 0.3, found.toString());
    }

    @Test
    void whatHappensInOtherAnomaliesIsLeftOut() {
        double[] signal = new double[N];
        signal[80] = 300;
        signal[150] = 300;
        boolean[] usable = new boolean[N];
        Arrays.fill(usable, true);
        usable[150] = false;
        assertEquals(
                1,
                Coincidence.of(signal, usable, span(80, 81), 0, 1, true)
                        .orElseThrow()
                        .strength(),
                1e-9);
    }

    @Test
    void theProbabilityIsUniformForNoiseThatLasts() {
        int small = 0;
        Random random = new Random(5);
        for (int run = 0; run < 400; run++) {
            double[] signal = new double[N];
            double value = 0;
            for (int i = 0; i < N; i++) {
                value = 0.9 * value + random.nextGaussian();
                signal[i] = value;
            }
            int from = 20 + random.nextInt(140);
            double p = of(signal, from, from + 10, 3).map(Coincidence::p).orElse(1.0);
            small += p <= 0.1 ? 1 : 0;
        }
        /* 40 expected; 4 standard deviations of a binomial with 400 tries are 24. */
        int found = small;
        assertTrue(found <= 64, () -> found + " of 400 unrelated signals had a probability of 0.1 or less");
    }

    private static Optional<Coincidence> of(double[] signal, int from, int to, int mostLag) {
        boolean[] usable = new boolean[N];
        Arrays.fill(usable, true);
        return Coincidence.of(signal, usable, span(from, to), mostLag, 1, true);
    }

    private static List<Coincidence.Span> span(int from, int to) {
        return List.of(new Coincidence.Span(from, to));
    }
}
