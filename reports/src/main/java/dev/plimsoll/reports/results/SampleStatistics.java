package dev.plimsoll.reports.results;

import dev.plimsoll.measurements.Statistic;
import java.util.Arrays;

/** Statistics over the samples of a node. Pure. */
public final class SampleStatistics {
    private SampleStatistics() {}

    /**
     * A statistic over at least one value. A percentile is the smallest value at or below which that share of the values
     * lies; the standard deviation is that of the values themselves (divided by n), as HdrHistogram's is.
     */
    public static double of(double[] values, Statistic statistic) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no values have no " + statistic);
        }
        return switch (statistic.kind()) {
            case MEAN -> mean(values);
            case STDDEV -> {
                double mean = mean(values);
                yield Math.sqrt(Arrays.stream(values)
                                .map(value -> (value - mean) * (value - mean))
                                .sum()
                        / values.length);
            }
            case MIN -> Arrays.stream(values).min().orElseThrow();
            case MAX -> Arrays.stream(values).max().orElseThrow();
            case PERCENTILE -> quantile(values, statistic.percentile() / 100);
        };
    }

    /**
     * The smallest value at or below which that share of the values lies.
     *
     * @param values at least one
     * @param share from 0 to 1
     */
    public static double quantile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(share * sorted.length - 1e-9);
        return sorted[Math.max(0, Math.min(sorted.length, rank) - 1)];
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }
}
