package dev.plimsoll.simulator.truth;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The schedule of a {@link ScheduleServer}.
 *
 * @param timeToFirstToken from the arrival of a request to its first token
 * @param interTokenLatency from one chunk of tokens to the next
 * @param tokens output tokens of every request, at least 1
 * @param tokensPerChunk tokens in each chunk, at least 1; the last chunk may hold fewer
 * @param continuousUsage whether every chunk bears the usage so far
 * @param roleAtOnce whether head and role chunk leave at arrival, rather than right before the first token
 * @param unary whether a request is answered in one piece after {@code timeToFirstToken}, whatever its path
 * @param stall an interval in which nothing is written, counted from the first request, if any
 * @param model name of the model
 */
public record ScheduleOptions(
        Duration timeToFirstToken,
        Duration interTokenLatency,
        int tokens,
        int tokensPerChunk,
        boolean continuousUsage,
        boolean roleAtOnce,
        boolean unary,
        Optional<Stall> stall,
        String model) {

    /**
     * An interval without writes.
     *
     * @param from offset of its start from the arrival of the first request
     * @param length how long nothing is written
     */
    public record Stall(Duration from, Duration length) {
        /** Checks that neither is negative. */
        public Stall {
            notNegative("stall from", from);
            notNegative("stall length", length);
        }
    }

    /** Checks the ranges. */
    public ScheduleOptions {
        notNegative("timeToFirstToken", timeToFirstToken);
        notNegative("interTokenLatency", interTokenLatency);
        Objects.requireNonNull(stall, "stall");
        Objects.requireNonNull(model, "model");
        if (tokens < 1 || tokensPerChunk < 1) {
            throw new IllegalArgumentException(
                    "tokens and tokensPerChunk must be >= 1, were " + tokens + " and " + tokensPerChunk);
        }
    }

    /** Streams of {@code tokens} single tokens, the role at once, usage at the end only, no stall. */
    public static ScheduleOptions stream(Duration timeToFirstToken, Duration interTokenLatency, int tokens) {
        return new ScheduleOptions(
                timeToFirstToken, interTokenLatency, tokens, 1, false, true, false, Optional.empty(), "truth");
    }

    /** Whole answers after a fixed service time. */
    public static ScheduleOptions unary(Duration serviceTime) {
        return new ScheduleOptions(serviceTime, Duration.ZERO, 1, 1, false, false, true, Optional.empty(), "truth");
    }

    /** The same with {@code count} tokens in each chunk and the usage so far in each. */
    public ScheduleOptions withTokensPerChunk(int count) {
        return new ScheduleOptions(
                timeToFirstToken, interTokenLatency, tokens, count, true, roleAtOnce, unary, stall, model);
    }

    /** The same with head and role chunk right before the first token, as vLLM sends them. */
    public ScheduleOptions withRoleAtFirstToken() {
        return new ScheduleOptions(
                timeToFirstToken,
                interTokenLatency,
                tokens,
                tokensPerChunk,
                continuousUsage,
                false,
                unary,
                stall,
                model);
    }

    /** The same with an interval in which nothing is written. */
    public ScheduleOptions withStall(Duration from, Duration length) {
        return new ScheduleOptions(
                timeToFirstToken,
                interTokenLatency,
                tokens,
                tokensPerChunk,
                continuousUsage,
                roleAtOnce,
                unary,
                Optional.of(new Stall(from, length)),
                model);
    }

    /** Number of chunks that bear tokens. */
    int chunks() {
        return (tokens + tokensPerChunk - 1) / tokensPerChunk;
    }

    private static void notNegative(String name, Duration value) {
        Objects.requireNonNull(value, name);
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " must be >= 0, was " + value);
        }
    }
}
