package dev.plimsoll.reports.verdict.sequential;

import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * How many standard errors an estimate may be away from the truth at any time while it is watched.
 *
 * <p>The two-sided normal mixture boundary (Robbins 1970; Howard, Ramdas, McAuliffe and Sekhon, Time-uniform,
 * nonparametric, nonasymptotic confidence sequences, 2021, equation 14), used on means of batches as an asymptotic
 * confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Time-uniform central limit theory, 2024): a walk
 * of variance v leaves {@code √((v + 1/ρ²) ln((1 + vρ²) / α²))} at some time with a probability of at most α. Time is
 * counted in units of the time at which the boundary is tightest, which fixes ρ (there, equation 9). It is flat: a tenth
 * or ten times of it cost less than a quarter of the width.
 */
public final class NormalMixture {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    private NormalMixture() {}

    /**
     * The boundary, in standard errors of the estimate at that time.
     *
     * @param alpha how often it is left at any time, both sides together; above 0 and below 1
     * @param time since the watching began, above 0; the boundary is tightest at 1
     */
    public static double boundary(double alpha, double time) {
        if (!(alpha > 0 && alpha < 1) || !(time > 0)) {
            throw new IllegalArgumentException(
                    "alpha is between 0 and 1 and time above 0, not " + alpha + " and " + time);
        }
        double twice = -2 * Math.log(alpha);
        double v = time * (twice + Math.log(twice) + 1);
        return Math.sqrt((v + 1) / v * (Math.log(v + 1) + twice));
    }

    /**
     * The confidence of the fixed-sample interval that is as wide as the boundary at that time. An interval made for it
     * by any method that knows its own tails is one of a confidence sequence; where few degrees of freedom make tails
     * heavier than normal, it is wider.
     */
    public static double confidence(double alpha, double time) {
        return 1 - 2 * NORMAL.survivalProbability(boundary(alpha, time));
    }
}
