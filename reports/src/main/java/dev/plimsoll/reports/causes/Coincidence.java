package dev.plimsoll.reports.causes;

import java.util.Optional;

/**
 * How well a signal's move agrees with an anomaly in time.
 *
 * <p>The strength is the point-biserial correlation of the signal with being in the anomaly: 1 for a signal that differs
 * there, and only there. The signal may come up to some intervals earlier, for its effect is seen when requests end, and
 * one later, for a sample tells of the time before it. A pause shorter than the anomaly counts as long as the anomaly: a
 * queue outlasts what caused it.
 *
 * <p>The probability comes from circular shifts: the same is computed with the signal turned by every possible number of
 * intervals, which keeps its autocorrelation and its own moves and takes nothing away but the common time. The lag
 * costs a little, so that a signal which comes at the same instant is rarer than one that comes at any of several.
 *
 * @param strength from 0 to 1
 * @param lag intervals by which the signal comes before the anomaly; −1 is one later
 * @param width into how many intervals a pulse of the signal was drawn out
 * @param p share of turns that agree at least as well, the present one among them
 */
record Coincidence(double strength, int lag, int width, double p) {
    private static final double COST = 0.03;
    private static final double ROUNDING = 1e-9;
    private static final int LONGEST_TAIL = 30;
    private static final int FEWEST = 20;

    /**
     * Compares.
     *
     * @param signal one value an interval; not a number where there is none
     * @param usable intervals that are compared; other anomalies of the run are left out
     * @param from the anomaly's first interval; all of it is usable
     * @param to the interval after it
     * @param mostLag by how many intervals the signal may come before
     * @param direction 1 when more explains, −1 when less does, 0 for either
     * @param drawsOut whether a pulse of it has consequences that last longer
     */
    static Optional<Coincidence> of(
            double[] signal, boolean[] usable, int from, int to, int mostLag, int direction, boolean drawsOut) {
        double[] values = new double[signal.length];
        int n = 0;
        int first = 0;
        for (int i = 0; i < signal.length; i++) {
            if (i == from) {
                first = n;
            }
            if (usable[i]) {
                values[n++] = signal[i];
            }
        }
        int length = to - from;
        if (n < FEWEST || length >= n) {
            return Optional.empty();
        }
        if (direction != 0) {
            return turned(values, n, first, length, mostLag, direction, drawsOut);
        }
        Optional<Coincidence> up = turned(values, n, first, length, mostLag, 1, drawsOut);
        Optional<Coincidence> down = turned(values, n, first, length, mostLag, -1, drawsOut);
        Optional<Coincidence> better =
                up.isPresent() && (down.isEmpty() || up.get().p() <= down.get().p()) ? up : down;
        return better.map(one -> new Coincidence(one.strength, one.lag, one.width, Math.min(1, 2 * one.p)));
    }

    private static Optional<Coincidence> turned(
            double[] values, int n, int first, int length, int mostLag, int direction, boolean drawsOut) {
        int tail = drawsOut ? Math.min(length, LONGEST_TAIL) : 1;
        double[][] strengths = tail == 1
                ? new double[][] {strengths(drawnOut(values, n, 1, direction), length)}
                : new double[][] {
                    strengths(drawnOut(values, n, 1, direction), length),
                    strengths(drawnOut(values, n, tail, direction), length)
                };
        Coincidence here = new Coincidence(0, 0, 1, 1);
        double best = 0;
        int asGood = 0;
        for (int turn = 0; turn < n; turn++) {
            double found = 0;
            for (int lag = -1; lag <= mostLag; lag++) {
                int place = Math.floorMod(first - lag - turn, n);
                for (int i = 0; i < strengths.length; i++) {
                    double one = strengths[i][place] * (1 - COST * Math.abs(lag)) * (i == 0 ? 1 : 1 - COST);
                    if (turn == 0 && one > best) {
                        best = one;
                        here = new Coincidence(strengths[i][place], lag, i == 0 ? 1 : tail, 1);
                    }
                    found = Math.max(found, one);
                }
            }
            asGood += found >= best - ROUNDING ? 1 : 0;
        }
        return best > 0
                ? Optional.of(new Coincidence(here.strength, here.lag, here.width, (double) asGood / n))
                : Optional.empty();
    }

    /** Turned so that more explains, each value the largest of itself and those before it. */
    private static double[] drawnOut(double[] values, int n, int width, int direction) {
        double[] drawn = new double[n];
        for (int i = 0; i < n; i++) {
            double largest = Double.NaN;
            for (int j = 0; j < width; j++) {
                double value = direction * values[Math.floorMod(i - j, n)];
                largest = Double.isNaN(largest) || value > largest ? value : largest;
            }
            drawn[i] = largest;
        }
        return drawn;
    }

    /** The correlation with each window of that length, by its start; windows go around the end. */
    private static double[] strengths(double[] values, int length) {
        int n = values.length;
        double[] sums = new double[2 * n + 1];
        int[] counts = new int[2 * n + 1];
        double squares = 0;
        for (int i = 0; i < 2 * n; i++) {
            double value = values[i % n];
            boolean finite = Double.isFinite(value);
            sums[i + 1] = sums[i] + (finite ? value : 0);
            counts[i + 1] = counts[i] + (finite ? 1 : 0);
            squares += finite && i < n ? value * value : 0;
        }
        double[] strengths = new double[n];
        if (counts[n] == 0) {
            return strengths;
        }
        double mean = sums[n] / counts[n];
        double deviation = Math.sqrt(Math.max(0, squares / counts[n] - mean * mean));
        double share = (double) length / n;
        for (int i = 0; i < n && deviation > 1e-12 * Math.abs(mean); i++) {
            int count = counts[i + length] - counts[i];
            if (2 * count >= length) {
                double inside = (sums[i + length] - sums[i]) / count;
                double strength = (inside - mean) / deviation * Math.sqrt(share / (1 - share));
                strengths[i] = Math.max(0, Math.min(1, strength));
            }
        }
        return strengths;
    }
}
