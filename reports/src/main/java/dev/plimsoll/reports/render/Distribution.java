package dev.plimsoll.reports.render;

import java.util.Arrays;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * The recorded values of a histogram without its empty buckets: what {@link Histogram} says of percentiles this says
 * too, in a fraction of the memory, so that the intervals of an hour can be kept side by side. Immutable; adding loses
 * nothing.
 */
public final class Distribution {
    /** No value at all. */
    public static final Distribution EMPTY = new Distribution(new long[0], new long[0]);

    private final long[] values;
    private final long[] counts;
    private final long total;

    /* values are ascending, each the highest value equivalent to its bucket's, as HdrHistogram reports them. */
    private Distribution(long[] values, long[] counts) {
        this.values = values;
        this.counts = counts;
        this.total = Arrays.stream(counts).sum();
    }

    /** The values recorded in a histogram, in its unit. */
    public static Distribution of(Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            return EMPTY;
        }
        long[] values = new long[64];
        long[] counts = new long[64];
        int size = 0;
        for (HistogramIterationValue step : histogram.recordedValues()) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
                counts = Arrays.copyOf(counts, size * 2);
            }
            values[size] = histogram.highestEquivalentValue(step.getValueIteratedTo());
            counts[size] = step.getCountAtValueIteratedTo();
            size++;
        }
        return new Distribution(Arrays.copyOf(values, size), Arrays.copyOf(counts, size));
    }

    /** The values of both. */
    public Distribution plus(Distribution other) {
        if (total == 0) {
            return other;
        }
        if (other.total == 0) {
            return this;
        }
        long[] bothValues = new long[values.length + other.values.length];
        long[] bothCounts = new long[bothValues.length];
        int size = 0;
        int i = 0;
        int j = 0;
        while (i < values.length || j < other.values.length) {
            boolean mine = j == other.values.length || i < values.length && values[i] <= other.values[j];
            boolean theirs = i == values.length || j < other.values.length && other.values[j] <= values[i];
            bothValues[size] = mine ? values[i] : other.values[j];
            bothCounts[size++] = (mine ? counts[i++] : 0) + (theirs ? other.counts[j++] : 0);
        }
        return new Distribution(Arrays.copyOf(bothValues, size), Arrays.copyOf(bothCounts, size));
    }

    /** How many values. */
    public long count() {
        return total;
    }

    /** The value at or below which that share of all lies, as HdrHistogram computes it; nothing where there is none. */
    public OptionalLong percentile(double percentile) {
        if (total == 0) {
            return OptionalLong.empty();
        }
        double requested = Math.min(Math.max(Math.nextAfter(percentile, Double.NEGATIVE_INFINITY), 0), 100);
        long rank = Math.max(1, (long) Math.ceil(requested * total / 100));
        long seen = 0;
        for (int i = 0; i < values.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return OptionalLong.of(values[i]);
            }
        }
        return OptionalLong.of(values[values.length - 1]);
    }

    /** The largest value. */
    public OptionalLong max() {
        return total == 0 ? OptionalLong.empty() : OptionalLong.of(values[values.length - 1]);
    }

    /** The smallest value. */
    public OptionalLong min() {
        return total == 0 ? OptionalLong.empty() : OptionalLong.of(values[0]);
    }

    /** Calls with every distinct value and how often it was recorded, ascending. */
    public void forEach(ValueConsumer consumer) {
        for (int i = 0; i < values.length; i++) {
            consumer.accept(values[i], counts[i]);
        }
    }

    /** Takes a value and how often it was recorded. */
    @FunctionalInterface
    public interface ValueConsumer {
        /** Takes one. */
        void accept(long value, long count);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Distribution d && Arrays.equals(values, d.values) && Arrays.equals(counts, d.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(values) + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return total + " values";
    }
}
