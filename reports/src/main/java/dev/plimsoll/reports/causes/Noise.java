package dev.plimsoll.reports.causes;

import java.util.Arrays;

/**
 * How far the mean of neighbouring values strays by chance.
 *
 * <p>Values of a server are correlated in time, so a mean of many strays further than that of independent ones would. The
 * spread of means is therefore taken from the series itself, at each length: the median absolute difference of
 * neighbouring blocks' means, as Wu and Zhao (2007, "Inference of trends in time series") estimate a long-run variance.
 * A change of level is in few of these differences and hardly moves their median. What is longer than an eighth of the
 * series has the spread that this length has, as if correlation had ended there.
 *
 * <p>Short stretches are held against their neighbourhood, and their spread is the larger one of the median absolute
 * deviation and of the upper tail: latencies are skewed.
 */
final class Noise {
    /** Up to this length a stretch is compared with its neighbourhood. */
    static final int SHORT = 8;

    /** A normal distribution's standard deviation / its median absolute deviation. */
    private static final double TO_DEVIATION = 1.4826;

    private static final double[] TAILS = {0.9, 0.97};
    private static final double[] TAIL_DEVIATIONS = {1.2816, 1.8808};
    private static final int FEWEST_BLOCKS = 8;
    private static final int NEIGHBOURS = 20;

    private final double[] shortDeviations = new double[SHORT + 1];
    private final double[] longVariances;

    private Noise(double[] values, double[] local, double floor) {
        for (int length = 1; length <= SHORT; length++) {
            double[] means = blockMeans(local, length);
            double[] sorted = means.clone();
            Arrays.sort(sorted);
            double middle = quantile(sorted, 0.5);
            double deviation = TO_DEVIATION * medianDistance(means, middle);
            for (int i = 0; i < TAILS.length; i++) {
                deviation = Math.max(deviation, (quantile(sorted, TAILS[i]) - middle) / TAIL_DEVIATIONS[i]);
            }
            shortDeviations[length] = Math.max(floor, deviation);
        }
        int scales = 1;
        while ((2 << scales) * FEWEST_BLOCKS <= values.length) {
            scales++;
        }
        longVariances = new double[scales];
        double largest = floor * floor;
        for (int scale = 0; scale < scales; scale++) {
            int length = 1 << scale;
            double[] means = blockMeans(values, length);
            double[] differences = new double[Math.max(1, means.length - length)];
            for (int i = 0; i + length < means.length; i++) {
                differences[i] = means[i + length] - means[i];
            }
            double deviation = TO_DEVIATION * medianDistance(differences, 0);
            largest = Math.max(largest, length * deviation * deviation / 2);
            longVariances[scale] = largest;
        }
    }

    /**
     * The noise of a series.
     *
     * @param values in order of time
     * @param local the same, each less the {@link #neighbourhood} it lies in
     * @param floor the least deviation of a single value that counts as noise, above 0
     */
    static Noise of(double[] values, double[] local, double floor) {
        return new Noise(values, local, floor);
    }

    /** The median of the values around each one, {@value #NEIGHBOURS} before it and after it. */
    static double[] neighbourhood(double[] values) {
        double[] medians = new double[values.length];
        int width = Math.min(2 * NEIGHBOURS + 1, values.length);
        for (int i = 0; i < values.length; i++) {
            int from = Math.max(0, Math.min(i - NEIGHBOURS, values.length - width));
            double[] around = Arrays.copyOfRange(values, from, from + width);
            Arrays.sort(around);
            medians[i] = quantile(around, 0.5);
        }
        return medians;
    }

    /** The standard deviation of the mean of so many neighbours, at most {@value #SHORT}, against their neighbourhood. */
    double ofShort(int length) {
        return shortDeviations[length];
    }

    /** The standard deviation of the mean of so many neighbours in a series without changes. */
    double ofLong(int length) {
        int scale = Math.min(longVariances.length - 1, 31 - Integer.numberOfLeadingZeros(length));
        return Math.sqrt(longVariances[scale] / length);
    }

    static double[] blockMeans(double[] values, int length) {
        if (values.length < length) {
            return new double[] {0};
        }
        double[] means = new double[values.length - length + 1];
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += values[i] - (i >= length ? values[i - length] : 0);
            if (i >= length - 1) {
                means[i - length + 1] = sum / length;
            }
        }
        return means;
    }

    /** The middle value; not a number without any. */
    static double median(double[] values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return quantile(sorted, 0.5);
    }

    private static double medianDistance(double[] values, double from) {
        double[] distances = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            distances[i] = Math.abs(values[i] - from);
        }
        return median(distances);
    }

    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(sorted.length - 1, below + 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
