package dev.plimsoll.simulator.engine;

/** A Prometheus histogram: cumulative counts under fixed upper bounds, with sum and count. Not thread-safe. */
public final class BucketHistogram {
    private final double[] bounds;
    private final long[] counts;
    private double sum;
    private long count;

    /** An empty histogram; {@code bounds} are ascending upper bounds without infinity. */
    public BucketHistogram(double... bounds) {
        for (int i = 1; i < bounds.length; i++) {
            if (!(bounds[i] > bounds[i - 1])) {
                throw new IllegalArgumentException("bounds must ascend, were " + bounds[i - 1] + ", " + bounds[i]);
            }
        }
        this.bounds = bounds.clone();
        counts = new long[bounds.length + 1];
    }

    /** Adds one value. */
    public void observe(double value) {
        int i = 0;
        while (i < bounds.length && value > bounds[i]) {
            i++;
        }
        counts[i]++;
        sum += value;
        count++;
    }

    /** Number of upper bounds, without infinity. */
    public int buckets() {
        return bounds.length;
    }

    /** Upper bound of bucket {@code index}. */
    public double bound(int index) {
        return bounds[index];
    }

    /** Values at or below the upper bound of bucket {@code index}; {@link #buckets} stands for infinity. */
    public long cumulative(int index) {
        long total = 0;
        for (int i = 0; i <= index; i++) {
            total += counts[i];
        }
        return total;
    }

    /** Sum of all values. */
    public double sum() {
        return sum;
    }

    /** Number of all values. */
    public long count() {
        return count;
    }
}
