package dev.plimsoll.reports.verdict.estimate;

/**
 * Numerators and denominators of one stratum, batch by batch in order of time. Immutable as long as nobody writes to the
 * arrays.
 */
public final class Batches {
    private final String phase;
    private final double[] x;
    private final double[] y;
    private final double sumX;
    private final double sumY;

    /**
     * Batches.
     *
     * @param phase strata of the same phase are rounds of it
     * @param x numerators
     * @param y denominators, as many
     */
    public Batches(String phase, double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException(
                    "every numerator has a denominator, not " + x.length + " and " + y.length);
        }
        this.phase = phase;
        this.x = x;
        this.y = y;
        sumX = sum(x);
        sumY = sum(y);
    }

    /** The phase that they are of. */
    public String phase() {
        return phase;
    }

    /** How many batches there are. */
    public int count() {
        return x.length;
    }

    /** The sum of the numerators. */
    public double sumX() {
        return sumX;
    }

    /** The sum of the denominators. */
    public double sumY() {
        return sumY;
    }

    /** What the ratio leaves unexplained in each batch; adds up to 0. */
    public double[] residuals(double ratio) {
        double meanX = sumX / x.length;
        double meanY = sumY / x.length;
        double[] residuals = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            residuals[i] = x[i] - meanX - ratio * (y[i] - meanY);
        }
        return residuals;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
