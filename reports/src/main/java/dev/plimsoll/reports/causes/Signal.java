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
    private static final int SHIFTS_TO_SEE = 5;
    /** A signal that has one value nearly all the time moves whenever it has another. */
    private static final double MOSTLY_THE_SAME = 0.8;

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

    /** Whether its level changes anywhere by more than its own noise, whatever happens at the same time. */
    boolean moves(ShiftScan scan) {
        double[] finite = finite();
        double range = Arrays.stream(finite).max().orElse(0)
                - Arrays.stream(finite).min().orElse(0);
        double floor = 0.01 * range;
        double usual = Noise.median(finite);
        if (Arrays.stream(finite).filter(value -> value == usual).count() > MOSTLY_THE_SAME * finite.length) {
            return true;
        }
        return scan.scan(values, floor, SHIFTS_TO_SEE).stream()
                .anyMatch(shift -> suspect.direction() == 0
                        || shift.edge() != Shift.Edge.NONE
                        || Math.signum(shift.size()) == suspect.direction());
    }

    private double[] finite() {
        return Arrays.stream(values).filter(Double::isFinite).toArray();
    }
}
