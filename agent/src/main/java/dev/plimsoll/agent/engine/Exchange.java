package dev.plimsoll.agent.engine;

import dev.plimsoll.measurements.ErrorClass;

/**
 * One request on its way, as its shard follows it. Every method is called on the shard's event loop; exactly one of
 * {@link #succeeded} and {@link #failed} is called, once, and nothing after it. Instants are {@code System.nanoTime()}.
 */
public interface Exchange {
    /** A connection was opened for this exchange. */
    void connected(long connectNanos, long tlsNanos);

    /** Its first byte was handed to the socket. */
    void sent(long nanos);

    /**
     * A token event was read.
     *
     * @param nanos when the bytes arrived, stamped before they were parsed
     * @param tokens how many tokens it carried, at least 1
     */
    void tokens(long nanos, int tokens);

    /**
     * The answer's {@code usage} was read.
     *
     * @param inputTokens prompt tokens; −1 when it does not say
     * @param outputTokens completion tokens; −1 when it does not say
     */
    void usage(long inputTokens, long outputTokens);

    /** How many bytes the answer had, head included, as far as it was received; told right before its end. */
    default void received(long bytes) {
        // Who does not count bytes need not hear of them.
    }

    /** The answer ended well; {@code nanos} is when its last bytes arrived. */
    void succeeded(long nanos);

    /**
     * The answer ended otherwise.
     *
     * @param nanos when
     * @param errorClass what kind
     * @param status the HTTP status; 0 without one
     * @param detail one sentence for a person, with the beginning of the answer where there is one
     */
    void failed(long nanos, ErrorClass errorClass, int status, String detail);
}
