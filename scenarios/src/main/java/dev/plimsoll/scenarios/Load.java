package dev.plimsoll.scenarios;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/** When requests are sent. */
public sealed interface Load {

    /**
     * Open loop: arrivals come by the clock, whether or not earlier requests have ended.
     *
     * @param rate requests per second over the phase
     * @param arrivals the law of the gaps between them
     * @param maxInFlight an arrival that finds so many requests in flight, over all agents, is counted as unsent
     */
    record Open(Rate rate, Arrivals arrivals, int maxInFlight) implements Load {
        /** The in-flight limit where none is given. */
        public static final int DEFAULT_MAX_IN_FLIGHT = 10_000;

        /** Checks the components. */
        public Open {
            requireNonNull(rate, "rate");
            requireNonNull(arrivals, "arrivals");
            Rule.require(maxInFlight >= 1, "max_in_flight is at least 1", maxInFlight);
        }
    }

    /**
     * Closed loop: each user sends, waits for the end, thinks, and sends again.
     *
     * @param concurrency how many users, over all agents
     * @param thinkTime the pause between a request's end and the next one
     */
    record Closed(int concurrency, Duration thinkTime) implements Load {
        /** Checks the components. */
        public Closed {
            Rule.require(
                    concurrency >= 1 && concurrency <= 1_000_000, "concurrency is from 1 to 1,000,000", concurrency);
            Rule.require(!thinkTime.isNegative(), "think_time is not negative", thinkTime);
        }
    }

    /** The rate over a phase, in requests per second. */
    sealed interface Rate {
        /**
         * The same all along.
         *
         * @param perSecond requests per second
         */
        record Constant(double perSecond) implements Rate {
            /** Checks the component. */
            public Constant {
                positive(perSecond);
            }
        }

        /**
         * A straight line over the phase.
         *
         * @param from requests per second at its start; may be 0
         * @param to requests per second at its end; may be 0, but not both
         */
        record Ramp(double from, double to) implements Rate {
            /** Checks the components. */
            public Ramp {
                notNegative(from);
                notNegative(to);
                Rule.require(from + to > 0, "a ramp does not stay at 0/s", "0/s to 0/s");
            }
        }

        /**
         * Stairs of equal length.
         *
         * @param perSecond requests per second on each
         */
        record Steps(List<Double> perSecond) implements Rate {
            /** Checks the component. */
            public Steps {
                perSecond = List.copyOf(perSecond);
                Rule.require(!perSecond.isEmpty(), "steps has at least one rate", "[]");
                perSecond.forEach(Rate::positive);
            }
        }

        /**
         * A base rate with one stretch of another.
         *
         * @param base requests per second before and after
         * @param spike requests per second during the stretch
         * @param at when the stretch begins, from the phase's start
         * @param length how long it lasts
         */
        record Spike(double base, double spike, Duration at, Duration length) implements Rate {
            /** Checks the components. */
            public Spike {
                positive(base);
                positive(spike);
                Rule.require(!at.isNegative(), "a spike's `at` is not negative", at);
                Rule.positive(length, "a spike's `for`");
            }
        }

        private static void positive(double rate) {
            Rule.require(rate > 0 && rate <= 1e7, "a rate is above 0/s and at most 10,000,000/s", rate);
        }

        private static void notNegative(double rate) {
            Rule.require(rate >= 0 && rate <= 1e7, "a rate is from 0/s to 10,000,000/s", rate);
        }
    }

    /** The law of the gaps between arrivals; the mean gap always follows the rate. */
    sealed interface Arrivals {
        /** Equal gaps. */
        record Constant() implements Arrivals {}

        /** Exponential gaps: independent users. */
        record Poisson() implements Arrivals {}

        /**
         * Gamma-distributed gaps: burstier than Poisson above 1, smoother below.
         *
         * @param cv coefficient of variation of the gaps
         */
        record Gamma(double cv) implements Arrivals {
            /** Checks the component. */
            public Gamma {
                Rule.require(cv > 0 && cv <= 100, "gamma.cv is above 0 and at most 100", cv);
            }
        }
    }
}
