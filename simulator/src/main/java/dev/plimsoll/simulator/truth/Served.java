package dev.plimsoll.simulator.truth;

/**
 * What a {@link ScheduleServer} did for one request. Instants are {@link System#nanoTime} of the server's process.
 *
 * @param requestId the request's {@code x-request-id}, empty if it had none
 * @param clientPort port the request came from
 * @param arrivalNanos when its last byte had been read
 * @param tokenNanos right before each write of a chunk with tokens
 * @param tokens tokens written
 * @param endNanos right after the last write, or when the client was found gone
 * @param complete whether everything was written
 */
public record Served(
        String requestId,
        int clientPort,
        long arrivalNanos,
        long[] tokenNanos,
        int tokens,
        long endNanos,
        boolean complete) {

    /** From arrival to the first write of tokens, in nanoseconds; only if there was one. */
    public long ttftNanos() {
        return tokenNanos[0] - arrivalNanos;
    }

    /** From arrival to the end, in nanoseconds. */
    public long latencyNanos() {
        return endNanos - arrivalNanos;
    }
}
