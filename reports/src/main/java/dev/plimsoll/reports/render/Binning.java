package dev.plimsoll.reports.render;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * Keeps what comes by time in a bounded number of bins of equal width: when there are too many, the width doubles and
 * neighbours are merged. What merging means is up to the values, which have to bear it without loss of truth: counts
 * and histograms are added, gauges keep their extremes.
 */
final class Binning<T> {
    private static final double ROUNDING = 1e-6;

    private final int limit;
    private final BinaryOperator<T> merge;
    private double width;
    private TreeMap<Long, T> bins = new TreeMap<>();

    /**
     * Without values.
     *
     * @param width of a bin at first, in seconds
     * @param limit the most bins
     * @param merge makes one of an earlier and a later value
     */
    Binning(double width, int limit, BinaryOperator<T> merge) {
        this.width = width;
        this.limit = limit;
        this.merge = merge;
    }

    void add(double t, T value) {
        bins.merge((long) Math.floor(t / width + ROUNDING), value, merge);
        while (bins.lastKey() - bins.firstKey() >= limit) {
            halve();
        }
    }

    /** Makes bins wider until they are at least that wide. */
    void widen(double least) {
        while (width < least * (1 - ROUNDING)) {
            halve();
        }
    }

    double width() {
        return width;
    }

    List<T> values() {
        return new ArrayList<>(bins.values());
    }

    private void halve() {
        width *= 2;
        TreeMap<Long, T> wider = new TreeMap<>();
        for (Map.Entry<Long, T> bin : bins.entrySet()) {
            wider.merge(Math.floorDiv(bin.getKey(), 2), bin.getValue(), merge);
        }
        bins = wider;
    }
}
