package dev.plimsoll.simulator.engine;

/**
 * What one step has to compute.
 *
 * @param prefillTokens prompt tokens (or tokens recomputed after a preemption)
 * @param prefillPairs pairs (token, token it attends to) of the prefill part, the size of its attention
 * @param prefillContextTokens cached tokens that the prefill chunks read: the sum of their contexts before this step
 * @param decodeSequences sequences that get their next token
 * @param decodeContextTokens cached tokens that the decode part reads: the sum of the context lengths
 */
public record StepLoad(
        int prefillTokens,
        long prefillPairs,
        long prefillContextTokens,
        int decodeSequences,
        long decodeContextTokens) {

    /** Checks that no count is negative. */
    public StepLoad {
        if (prefillTokens < 0
                || prefillPairs < 0
                || prefillContextTokens < 0
                || decodeSequences < 0
                || decodeContextTokens < 0) {
            throw new IllegalArgumentException("counts of a step must be >= 0");
        }
    }

    /** A prefill of {@code tokens} tokens after {@code context} cached ones, and nothing else. */
    public static StepLoad prefill(int tokens, int context) {
        return new StepLoad(tokens, pairs(tokens, context), context, 0, 0);
    }

    /** One token for each of {@code sequences} sequences with {@code contextTokens} cached tokens together. */
    public static StepLoad decode(int sequences, long contextTokens) {
        return new StepLoad(0, 0, 0, sequences, contextTokens);
    }

    /** Attention pairs of {@code tokens} new tokens after {@code context}: each sees the context and those before it. */
    static long pairs(int tokens, int context) {
        return (long) tokens * context + (long) tokens * (tokens + 1) / 2;
    }
}
