package dev.plimsoll.reports.verdict;

import java.util.Optional;

/**
 * A confidence interval.
 *
 * @param low the lower end; absent where there is too little to tell one
 * @param high the upper end; absent where there is too little to tell one
 */
record Interval(Optional<Double> low, Optional<Double> high) {
    /** Nothing can be told. */
    static final Interval UNKNOWN = new Interval(Optional.empty(), Optional.empty());

    static Interval of(double low, double high) {
        return new Interval(Optional.of(low), Optional.of(high));
    }

    boolean isUnknown() {
        return low.isEmpty() && high.isEmpty();
    }
}
