package dev.plimsoll.simulator;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Faults that hold while the plan is on. Ratios are shares of generation requests, 0 to 1, drawn by the seed.
 *
 * @param stepDelay added to every step of the engine: slower tokens for all
 * @param firstTokenDelay added before a request enters the queue: a later first token
 * @param decodeFactor every step with a decoding sequence takes this many times as long, at least 1: a bad release
 * @param stallRatio streams that stop in the middle
 * @param stallAfterTokens tokens before a stream stops
 * @param stallFor how long it stops; forever if absent
 * @param errorRatio requests answered with {@code errorStatus}
 * @param errorStatus status of those, 400 to 599
 * @param resetRatio requests whose connection is reset (TCP RST) in the middle, or at once if not streamed
 * @param truncateRatio streams that end early and cleanly, without {@code [DONE]}
 * @param errorEventRatio streams that carry an error event after status 200
 * @param lasts how long the plan is on; until replaced if absent
 */
public record FaultPlan(
        Duration stepDelay,
        Duration firstTokenDelay,
        double decodeFactor,
        double stallRatio,
        int stallAfterTokens,
        Optional<Duration> stallFor,
        double errorRatio,
        int errorStatus,
        double resetRatio,
        double truncateRatio,
        double errorEventRatio,
        Optional<Duration> lasts) {

    /** No fault at all. */
    public static final FaultPlan NONE =
            new FaultPlan(Duration.ZERO, Duration.ZERO, 1, 0, 5, Optional.empty(), 0, 500, 0, 0, 0, Optional.empty());

    /** Checks the ranges. */
    public FaultPlan {
        notNegative("step_delay_ms", stepDelay);
        notNegative("first_token_delay_ms", firstTokenDelay);
        stallFor.ifPresent(d -> notNegative("stall_ms", d));
        lasts.ifPresent(d -> notNegative("for_ms", d));
        if (!(decodeFactor >= 1) || decodeFactor > 1000) {
            throw new IllegalArgumentException("decode_factor must be 1 to 1000, was " + decodeFactor);
        }
        ratio("stall_ratio", stallRatio);
        ratio("error_ratio", errorRatio);
        ratio("reset_ratio", resetRatio);
        ratio("truncate_ratio", truncateRatio);
        ratio("error_event_ratio", errorEventRatio);
        if (stallRatio + errorRatio + resetRatio + truncateRatio + errorEventRatio > 1 + 1e-9) {
            throw new IllegalArgumentException("the ratios of all faults together must be <= 1: a request has one");
        }
        if (stallAfterTokens < 0) {
            throw new IllegalArgumentException("stall_after_tokens must be >= 0, was " + stallAfterTokens);
        }
        if (errorStatus < 400 || errorStatus > 599) {
            throw new IllegalArgumentException("error_status must be 400 to 599, was " + errorStatus);
        }
    }

    private static void ratio(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be 0 to 1, was " + value);
        }
    }

    private static void notNegative(String name, Duration value) {
        Objects.requireNonNull(value, name);
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " must be >= 0, was " + value.toMillis());
        }
    }

    /** Whether this plan does nothing. */
    public boolean isNone() {
        return stepDelay.isZero()
                && firstTokenDelay.isZero()
                && decodeFactor == 1
                && stallRatio + errorRatio + resetRatio + truncateRatio + errorEventRatio == 0;
    }

    /** A builder that starts from no fault. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects faults; every setter returns the builder. */
    public static final class Builder {
        private Duration stepDelay = NONE.stepDelay;
        private Duration firstTokenDelay = NONE.firstTokenDelay;
        private double decodeFactor = NONE.decodeFactor;
        private double stallRatio;
        private int stallAfterTokens = NONE.stallAfterTokens;
        private Optional<Duration> stallFor = Optional.empty();
        private double errorRatio;
        private int errorStatus = NONE.errorStatus;
        private double resetRatio;
        private double truncateRatio;
        private double errorEventRatio;
        private Optional<Duration> lasts = Optional.empty();

        private Builder() {}

        /** Added to every step. */
        public Builder stepDelay(Duration value) {
            stepDelay = value;
            return this;
        }

        /** Added before a request enters the queue. */
        public Builder firstTokenDelay(Duration value) {
            firstTokenDelay = value;
            return this;
        }

        /** Slows every step with a decoding sequence. */
        public Builder decodeFactor(double value) {
            decodeFactor = value;
            return this;
        }

        /** Streams that stop after some tokens. */
        public Builder stall(double ratio, int afterTokens, Optional<Duration> howLong) {
            stallRatio = ratio;
            stallAfterTokens = afterTokens;
            stallFor = howLong;
            return this;
        }

        /** Requests answered with an error. */
        public Builder errors(double ratio, int status) {
            errorRatio = ratio;
            errorStatus = status;
            return this;
        }

        /** Connections reset. */
        public Builder resets(double ratio) {
            resetRatio = ratio;
            return this;
        }

        /** Streams that end without {@code [DONE]}. */
        public Builder truncated(double ratio) {
            truncateRatio = ratio;
            return this;
        }

        /** Streams with an error event. */
        public Builder errorEvents(double ratio) {
            errorEventRatio = ratio;
            return this;
        }

        /** How long the plan is on. */
        public Builder lasts(Duration value) {
            lasts = Optional.of(value);
            return this;
        }

        /** The plan. */
        public FaultPlan build() {
            return new FaultPlan(
                    stepDelay,
                    firstTokenDelay,
                    decodeFactor,
                    stallRatio,
                    stallAfterTokens,
                    stallFor,
                    errorRatio,
                    errorStatus,
                    resetRatio,
                    truncateRatio,
                    errorEventRatio,
                    lasts);
        }
    }
}
