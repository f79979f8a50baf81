package dev.plimsoll.reports.verdict;

import java.util.Optional;

/**
 * What a check is judged on.
 *
 * @param where the node, or empty
 * @param value the point estimate, in the metric's unit; absent without data
 * @param low the interval's lower end; absent where it cannot be told
 * @param high the interval's upper end; absent where it cannot be told
 * @param deviation standard error of the estimate; NaN where it is not known
 * @param freedom degrees of freedom of the deviation
 * @param samples how many values
 * @param fact whether it is judged as observed: a largest or smallest value, a standard deviation
 * @param problem why it is not to be relied on, or why there is nothing; empty when all is well
 */
record Measured(
        String where,
        Optional<Double> value,
        Optional<Double> low,
        Optional<Double> high,
        double deviation,
        double freedom,
        long samples,
        boolean fact,
        String problem) {

    static Measured nothing(String where, String problem) {
        return new Measured(
                where, Optional.empty(), Optional.empty(), Optional.empty(), Double.NaN, 0, 0, false, problem);
    }

    static Measured fact(String where, double value, long samples, String problem) {
        Optional<Double> seen = Optional.of(value);
        return new Measured(where, seen, seen, seen, Double.NaN, 0, samples, true, problem);
    }

    static Measured of(RatioEstimate estimate, double scale, double confidence, long samples) {
        double value = estimate.value() / scale;
        boolean known = !Double.isNaN(estimate.variance());
        double half = known ? estimate.halfWidth(confidence) / scale : Double.NaN;
        return new Measured(
                "",
                Optional.of(value),
                known ? Optional.of(value - half) : Optional.empty(),
                known ? Optional.of(value + half) : Optional.empty(),
                known ? Math.sqrt(estimate.variance()) / scale : Double.NaN,
                estimate.freedom(),
                samples,
                false,
                "");
    }

    Measured at(String node, String trouble) {
        return new Measured(node, value, low, high, deviation, freedom, samples, fact, trouble);
    }
}
