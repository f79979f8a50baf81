package dev.plimsoll.reports.verdict.estimate;

import java.util.Optional;

/**
 * What a check is judged on.
 *
 * @param where the node, or empty
 * @param value the point estimate, in the metric's unit; absent without data
 * @param outlook the interval, now and after a longer measurement
 * @param interval the interval now
 * @param deviation standard error of the estimate; NaN where it is not known
 * @param freedom degrees of freedom of the deviation
 * @param samples how many values
 * @param fact whether it is judged as observed: a largest or smallest value, a standard deviation
 * @param problem why it is not to be relied on, or why there is nothing; empty when all is well
 */
public record Measured(
        String where,
        Optional<Double> value,
        Outlook outlook,
        Interval interval,
        double deviation,
        double freedom,
        long samples,
        boolean fact,
        String problem) {

    /** The interval that a longer measurement of the same kind would have. */
    @FunctionalInterface
    public interface Outlook {
        /** No interval, however long it is. */
        Outlook NONE = times -> Interval.UNKNOWN;

        /** The interval after so many times as long; 1 for now. */
        Interval after(double times);
    }

    /** Nothing, and why. */
    public static Measured nothing(String where, String problem) {
        return new Measured(where, Optional.empty(), Outlook.NONE, Interval.UNKNOWN, Double.NaN, 0, 0, false, problem);
    }

    /** A value that is judged as observed. */
    public static Measured fact(double value, long samples) {
        Interval seen = Interval.of(value, value);
        return new Measured("", Optional.of(value), times -> seen, seen, Double.NaN, 0, samples, true, "");
    }

    /** A value with the intervals that it has now and later. */
    public static Measured of(double value, Outlook outlook, double deviation, double freedom, long samples) {
        return new Measured("", Optional.of(value), outlook, outlook.after(1), deviation, freedom, samples, false, "");
    }

    /** From an estimate in units of which {@code scale} are one of the metric's. */
    public static Measured of(RatioEstimate estimate, double scale, Level level, long samples) {
        double value = estimate.value() / scale;
        if (Double.isNaN(estimate.variance())) {
            return of(value, Outlook.NONE, Double.NaN, 0, samples);
        }
        Outlook outlook = times -> {
            double half = estimate.longer(times).halfWidth(level.confidence()) / scale;
            return Interval.of(value - half, value + half);
        };
        return of(value, outlook, Math.sqrt(estimate.variance()) / scale, estimate.freedom(), samples);
    }

    /** The lower end of the interval now; absent where it has none. */
    public Optional<Double> low() {
        return interval.low();
    }

    /** The upper end of the interval now; absent where it has none. */
    public Optional<Double> high() {
        return interval.high();
    }

    /** The same on a node, with what is to be said against it. */
    public Measured at(String node, String trouble) {
        return new Measured(node, value, outlook, interval, deviation, freedom, samples, fact, trouble);
    }
}
