package dev.plimsoll.reports.verdict.sequential;

import org.apache.commons.numbers.gamma.LogBeta;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * What a gambler wins who bets against a share, request by request.
 *
 * <p>Who bets at fair odds that a share is not m multiplies a stake of 1 by e; were the share m, the stake would come to
 * 1/α at any time with a probability of at most α (Ville 1939). So all shares against which nobody has won 1/α make a
 * confidence sequence (Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, 2024). For
 * answers that are yes or no a constant bet is the likelihood ratio of another share; the stake is spread over all shares
 * on one side of m by a beta distribution around m with the weight of one hit, which has a closed form (Robbins 1970).
 */
public final class Betting {
    private Betting() {}

    /**
     * A bound on the probability of ever seeing so many hits were the share m: 1/e of bets on more, at most 1.
     *
     * @param hits from 0 to the count; may be fractional, as an effective number is
     * @param count of requests, above 0
     * @param m the share that is betted against, above 0 and below 1
     */
    public static double atLeast(double hits, double count, double m) {
        return Math.min(1, Math.exp(-logWealth(hits, count, m, true)));
    }

    /** A bound on the probability of ever seeing so few hits were the share m: 1/e of bets on fewer, at most 1. */
    public static double atMost(double hits, double count, double m) {
        return Math.min(1, Math.exp(-logWealth(hits, count, m, false)));
    }

    private static double logWealth(double hits, double count, double m, boolean more) {
        if (!(m > 0 && m < 1) || hits < 0 || hits > count) {
            throw new IllegalArgumentException(
                    "a share is between 0 and 1 and hits from 0 to the count, not " + m + ", " + hits + " of " + count);
        }
        /* A beta distribution of mean m; the rarer answer has the weight of one. */
        double weight = 1 / Math.min(m, 1 - m);
        double a = weight * m;
        double b = weight * (1 - m);
        double misses = count - hits;
        return LogBeta.value(a + hits, b + misses)
                + logShare(a + hits, b + misses, m, more)
                - LogBeta.value(a, b)
                - logShare(a, b, m, more)
                - hits * Math.log(m)
                - misses * Math.log1p(-m);
    }

    private static double logShare(double a, double b, double m, boolean more) {
        BetaDistribution beta = BetaDistribution.of(a, b);
        return Math.log(more ? beta.survivalProbability(m) : beta.cumulativeProbability(m));
    }
}
