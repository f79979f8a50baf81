package dev.plimsoll.reports.causes;

import dev.plimsoll.reports.results.NodeSeries;
import java.util.Arrays;

/**
 * What could explain an anomaly: a metric of a node or of the generator, on a phase's {@link Grid}.
 *
 * @param suspect what it is
 * @param node the node's name; {@code generator} for the generator and what it sent
 * @param values one an interval; not a number where there was no sample
 */
record Signal(Suspect suspect, String node, double[] values) {
    private static final int FEWEST = 10;
    /** From this part of a phase on, an anomaly may have moved the median of all else. */
    private static final double LONG = 0.4;

    /** The samples of a node, as far as they lie on the grid. */
    static Signal of(Suspect suspect, String node, NodeSeries series, Grid grid) {
        double[] sums = new double[grid.size()];
        int[] counts = new int[grid.size()];
        series.between(grid.start(), grid.end(), (t, value) -> {
            int i = Math.min(grid.size() - 1, (int) ((t - grid.start()) / grid.step()));
            if (!suspect.peak()) {
                sums[i] += value;
            } else if (counts[i] == 0 || value > sums[i]) {
                sums[i] = value;
            }
            counts[i]++;
        });
        double[] values = new double[grid.size()];
        int sampled = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = counts[i] == 0 ? Double.NaN : suspect.peak() ? sums[i] : sums[i] / counts[i];
            sampled += counts[i] == 0 ? 0 : 1;
        }
        if (sampled > 0) {
            fillBack(values, (int) Math.ceil((double) values.length / sampled));
        }
        return new Signal(suspect, node, values);
    }

    /** A sample tells of the time since the one before, so it fills the intervals that had none. */
    private static void fillBack(double[] values, int reach) {
        int left = 0;
        double next = Double.NaN;
        for (int i = values.length - 1; i >= 0; i--) {
            if (Double.isFinite(values[i])) {
                next = values[i];
                left = reach;
            } else if (left > 0) {
                values[i] = next;
                left--;
            }
        }
    }

    /** Whether it has values enough to be compared, and not always the same. */
    boolean isUsable() {
        double[] finite = finite();
        return finite.length >= FEWEST
                && finite.length >= 0.7 * values.length
                && Arrays.stream(finite).min().orElse(0)
                        < Arrays.stream(finite).max().orElse(0);
    }

    /**
     * Whether it moves anywhere as far as would matter, for half as long as an anomaly lasts. Its furthest stretch of that
     * length is held against all else, whenever it was, so that the answer is the same however it is turned in time.
     */
    boolean couldExplain(Anomaly anomaly) {
        return suspect.direction() == 0
                ? couldExplain(anomaly, 1) || couldExplain(anomaly, -1)
                : couldExplain(anomaly, suspect.direction());
    }

    private boolean couldExplain(Anomaly anomaly, int direction) {
        double[] finite = finite();
        int length = suspect.peak() ? 1 : Math.min((anomaly.shortest() + 1) / 2, finite.length / 2);
        double[] means = Noise.blockMeans(finite, length);
        int furthest = 0;
        for (int i = 1; i < means.length; i++) {
            furthest = direction * means[i] > direction * means[furthest] ? i : furthest;
        }
        double[] others = new double[finite.length - length];
        System.arraycopy(finite, 0, others, 0, furthest);
        System.arraycopy(finite, furthest + length, others, furthest, others.length - furthest);
        double usual = Noise.median(others);
        if (anomaly.longest() > LONG * finite.length) {
            usual = furthest(-direction, finite, Math.max(1, (finite.length - anomaly.longest()) / 2));
        }
        return suspect.test().passes(new Suspect.Move(usual, means[furthest], anomaly));
    }

    /** The mean of the stretch of that length that lies furthest that way. */
    private static double furthest(int direction, double[] values, int length) {
        return direction
                * Arrays.stream(Noise.blockMeans(values, length))
                        .map(v -> direction * v)
                        .max()
                        .orElse(Double.NaN);
    }

    private double[] finite() {
        return Arrays.stream(values).filter(Double::isFinite).toArray();
    }
}
