package dev.plimsoll.reports.verdict.estimate;

/**
 * A value of one run, or the mean of several, with how sure it is.
 *
 * @param value in the metric's unit
 * @param variance of the value; NaN where it is not known
 * @param freedom degrees of freedom of the variance
 */
public record Estimate(double value, double variance, double freedom) {
    /** Of one run. */
    public static Estimate of(Measured measured) {
        double deviation = measured.deviation();
        return new Estimate(measured.value().orElseThrow(), deviation * deviation, measured.freedom());
    }
}
