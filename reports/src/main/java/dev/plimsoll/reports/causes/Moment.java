package dev.plimsoll.reports.causes;

import java.util.Map;
import java.util.Optional;

/**
 * What the clients of one phase saw in one interval, all agents and requests together.
 *
 * @param t the interval's start, in seconds since the load began
 * @param seconds its length
 * @param sums sum and number of the values of a metric, by name; a metric without values is left out
 * @param itlTail 99th percentile of the gaps between tokens, in ms; absent without any
 * @param scheduled requests scheduled in it
 * @param sent requests sent in it
 * @param ended successful requests that ended in it
 * @param failed requests that failed in it
 * @param tokens output tokens received in it
 */
record Moment(
        double t,
        double seconds,
        Map<String, Sum> sums,
        Optional<Double> itlTail,
        long scheduled,
        long sent,
        long ended,
        long failed,
        long tokens) {
    /** Copies the map. */
    Moment {
        sums = Map.copyOf(sums);
    }

    /**
     * Values added up.
     *
     * @param total in the metric's unit
     * @param count how many
     */
    record Sum(double total, long count) {
        Sum plus(Sum other) {
            return new Sum(total + other.total, count + other.count);
        }
    }

    /** How many values of a metric there are. */
    long count(String metric) {
        Sum sum = sums.get(metric);
        return sum == null ? 0 : sum.count();
    }

    /** The mean of a metric's values; not a number without any. */
    double mean(String metric) {
        Sum sum = sums.get(metric);
        return sum == null ? Double.NaN : sum.total() / sum.count();
    }
}
