package dev.plimsoll.reports.results;

import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * The recorded values of a histogram and how often each occurred: the histogram without its empty buckets, and without
 * loss. A second of load takes some hundred bytes in this form, where the histogram takes two hundred kilobytes.
 *
 * <p>A value is the highest one that is equivalent to what was recorded, as percentiles of HdrHistogram are. The sum is
 * made of median equivalent values, as its mean is. Immutable.
 */
public final class ValueCounts {
    /** No value at all. */
    public static final ValueCounts NONE = new ValueCounts(new long[0], new long[0], 0, 0);

    private final long[] values;
    private final long[] counts;
    private final long total;
    private final double sum;

    private ValueCounts(long[] values, long[] counts, long total, double sum) {
        this.values = values;
        this.counts = counts;
        this.total = total;
        this.sum = sum;
    }

    /** The values of a histogram. */
    public static ValueCounts of(Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            return NONE;
        }
        long[] values = new long[16];
        long[] counts = new long[16];
        int size = 0;
        double sum = 0;
        for (HistogramIterationValue step : histogram.recordedValues()) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
                counts = Arrays.copyOf(counts, size * 2);
            }
            values[size] = step.getValueIteratedTo();
            counts[size] = step.getCountAtValueIteratedTo();
            sum += (double) histogram.medianEquivalentValue(values[size]) * counts[size];
            size++;
        }
        return new ValueCounts(
                Arrays.copyOf(values, size), Arrays.copyOf(counts, size), histogram.getTotalCount(), sum);
    }

    /** The values of both. */
    public ValueCounts plus(ValueCounts other) {
        if (total == 0) {
            return other;
        }
        if (other.total == 0) {
            return this;
        }
        long[] newValues = new long[values.length + other.values.length];
        long[] newCounts = new long[newValues.length];
        int size = 0;
        int mine = 0;
        int theirs = 0;
        while (mine < values.length || theirs < other.values.length) {
            boolean takeMine =
                    theirs == other.values.length || (mine < values.length && values[mine] <= other.values[theirs]);
            boolean takeTheirs =
                    mine == values.length || (theirs < other.values.length && other.values[theirs] <= values[mine]);
            newValues[size] = takeMine ? values[mine] : other.values[theirs];
            newCounts[size] = (takeMine ? counts[mine] : 0) + (takeTheirs ? other.counts[theirs] : 0);
            mine += takeMine ? 1 : 0;
            theirs += takeTheirs ? 1 : 0;
            size++;
        }
        return new ValueCounts(
                Arrays.copyOf(newValues, size), Arrays.copyOf(newCounts, size), total + other.total, sum + other.sum);
    }

    /** Records all of them in a histogram. */
    public void addTo(Histogram histogram) {
        for (int i = 0; i < values.length; i++) {
            histogram.recordValueWithCount(values[i], counts[i]);
        }
    }

    /** How many values there are. */
    public long total() {
        return total;
    }

    /** Their sum, in recorded units. */
    public double sum() {
        return sum;
    }

    /** How many values are above the limit, in recorded units. */
    public long countAbove(double limit) {
        long above = 0;
        for (int i = values.length - 1; i >= 0 && values[i] > limit; i--) {
            above += counts[i];
        }
        return above;
    }

    /** How many values are at or above the limit, in recorded units. */
    public long countAtLeast(double limit) {
        long above = 0;
        for (int i = values.length - 1; i >= 0 && values[i] >= limit; i--) {
            above += counts[i];
        }
        return above;
    }

    /**
     * Cliff's (1993) delta: the probability that a value of the others is larger than one of these, less that of the
     * opposite; from −1 to 1.
     *
     * @throws IllegalStateException when one of them has no values
     */
    public double delta(ValueCounts others) {
        if (total == 0 || others.total == 0) {
            throw new IllegalStateException("no values have no ranks");
        }
        double sum = 0;
        long below = 0;
        int mine = 0;
        for (int i = 0; i < others.values.length; i++) {
            while (mine < values.length && values[mine] < others.values[i]) {
                below += counts[mine++];
            }
            long equal = mine < values.length && values[mine] == others.values[i] ? counts[mine] : 0;
            sum += (double) others.counts[i] * (2.0 * below + equal - total);
        }
        return sum / ((double) total * others.total);
    }

    /**
     * The smallest value at or below which that share of all values lies.
     *
     * @param share from 0 to 1
     * @throws IllegalStateException without values
     */
    public double quantile(double share) {
        if (total == 0) {
            throw new IllegalStateException("no values have no quantile");
        }
        long wanted = Math.max(1, (long) Math.ceil(share * total - 1e-9 * total));
        long seen = 0;
        for (int i = 0; i < values.length; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return values[i];
            }
        }
        return values[values.length - 1];
    }
}
