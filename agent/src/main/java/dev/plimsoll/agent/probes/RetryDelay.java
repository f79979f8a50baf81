package dev.plimsoll.agent.probes;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * How long to leave a source alone after it failed: 1 s, then twice as long each time, 30 s at most. Confined to one
 * thread at a time.
 */
final class RetryDelay {
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private long delayNanos = FIRST_NANOS;
    private long notBefore;
    private String reason = "";

    /** It works: the next failure starts anew. */
    void succeeded() {
        delayNanos = FIRST_NANOS;
        reason = "";
    }

    /**
     * It failed.
     *
     * @param why for a person
     */
    void failed(String why, long nowNanos) {
        reason = why;
        notBefore = nowNanos + delayNanos;
        delayNanos = Math.min(MOST_NANOS, 2 * delayNanos);
    }

    /**
     * Makes sure that it is time for an attempt.
     *
     * @throws IOException with the reason of the last failure, if it is not
     */
    void require(long nowNanos) throws IOException {
        if (!reason.isEmpty() && nowNanos - notBefore < 0) {
            throw new IOException(reason);
        }
    }
}
