package dev.plimsoll.reports.verdict.estimate;

import dev.plimsoll.reports.verdict.sequential.Betting;
import dev.plimsoll.reports.verdict.sequential.NormalMixture;
import org.apache.commons.statistics.distribution.BetaDistribution;

/** How sure an interval is: at one time that was fixed beforehand, or at any time. */
public sealed interface Level {
    /** How many intervals hold the truth; of a confidence sequence: at all times together. */
    double promised();

    /** The confidence of the interval now, whose quantiles are taken. */
    double confidence();

    /** How probable so many hits are, at least, at a share. */
    double atLeast(double hits, double count, double share);

    /** How probable fewer hits than that are at a share. */
    double fewerThan(double hits, double count, double share);

    /** How often each end may err. */
    default double tail() {
        return (1 - promised()) / 2;
    }

    /** Looked at once, at a time fixed beforehand. */
    static Level fixed(double confidence) {
        return new Fixed(confidence);
    }

    /**
     * Looked at as often as one likes.
     *
     * @param promised the confidence of all looks together
     * @param time of this look, counted so that the interval is tightest at 1
     */
    static Level anytime(double promised, double time) {
        return new Anytime(promised, NormalMixture.confidence(1 - promised, time));
    }

    /** With exact binomial tails. */
    record Fixed(double promised) implements Level {
        @Override
        public double confidence() {
            return promised;
        }

        @Override
        public double atLeast(double hits, double count, double share) {
            return BetaDistribution.of(hits, count - hits + 1).cumulativeProbability(share);
        }

        @Override
        public double fewerThan(double hits, double count, double share) {
            return 1 - atLeast(hits, count, share);
        }
    }

    /** With the tails of {@link Betting}. */
    record Anytime(double promised, double confidence) implements Level {
        @Override
        public double atLeast(double hits, double count, double share) {
            return Betting.atLeast(hits, count, share);
        }

        @Override
        public double fewerThan(double hits, double count, double share) {
            return Betting.atMost(Math.max(0, hits - 1), count, share);
        }
    }
}
