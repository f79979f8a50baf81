package dev.plimsoll.simulator.truth;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One answer under way: what to write next and when. Owned by the pacing thread. */
final class Stream implements Comparable<Stream> {
    final Connection connection;
    final String requestId;
    final long arrivalNanos;
    final boolean recorded;
    /** A whole answer, or null for a stream. */
    final @Nullable ByteBuffer whole;

    final ScheduleBytes bytes;
    final long[] tokenNanos;
    long dueNanos;
    /** Chunks written; -1 before the head. */
    int written = -1;

    boolean complete;

    Stream(
            Connection connection,
            String requestId,
            long arrivalNanos,
            boolean recorded,
            @Nullable ByteBuffer whole,
            ScheduleBytes bytes,
            long dueNanos) {
        this.connection = connection;
        this.requestId = requestId;
        this.arrivalNanos = arrivalNanos;
        this.recorded = recorded;
        this.whole = whole;
        this.bytes = bytes;
        this.dueNanos = dueNanos;
        tokenNanos = new long[whole == null ? bytes.chunks.length : 1];
    }

    @Override
    public int compareTo(Stream other) {
        return Long.compare(dueNanos, other.dueNanos);
    }
}
