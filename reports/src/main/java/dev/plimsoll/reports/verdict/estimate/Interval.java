package dev.plimsoll.reports.verdict.estimate;

import java.util.Optional;

/**
 * A confidence interval.
 *
 * @param low the lower end; absent where there is too little to tell one
 * @param high the upper end; absent where there is too little to tell one
 */
public record Interval(Optional<Double> low, Optional<Double> high) {
    /** Nothing can be told. */
    public static final Interval UNKNOWN = new Interval(Optional.empty(), Optional.empty());

    /** With both ends. */
    public static Interval of(double low, double high) {
        return new Interval(Optional.of(low), Optional.of(high));
    }

    /** Whether it has no end. */
    public boolean isUnknown() {
        return low.isEmpty() && high.isEmpty();
    }
}
