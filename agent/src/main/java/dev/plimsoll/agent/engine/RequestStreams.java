package dev.plimsoll.agent.engine;

/**
 * The numbers of the streams that requests are drawn from: one for each open-loop phase of a round, and one for each
 * user of a closed-loop phase of a round. No two are the same.
 *
 * <p>The lowest 24 bits are 0 for an open loop and the user's number plus 1 for a closed one; the next 16 bits are the
 * phase's index in the scenario; the rest is the round.
 */
public final class RequestStreams {
    private static final int USER_BITS = 24;
    private static final int PHASE_BITS = 16;

    private RequestStreams() {}

    /** The stream of an open-loop phase; a request's sequence number is its global arrival index. */
    public static long openLoop(int round, int phase) {
        return ((long) round << (USER_BITS + PHASE_BITS)) | ((long) phase << USER_BITS);
    }

    /** The stream of one user of a closed-loop phase; sequence numbers count the user's requests from 0. */
    public static long user(int round, int phase, int user) {
        return openLoop(round, phase) | (user + 1L);
    }
}
