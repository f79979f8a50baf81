package dev.plimsoll.agent;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The agent's wall clock, and where its instants lie on the monotonic one. */
final class WallClock {
    private static final int TRIES = 32;
    private static final long NANOS_PER_MICRO = 1_000;

    private WallClock() {}

    /** Now, in µs since the epoch. */
    static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** The instant of {@code System.nanoTime()} at that wall time: both are read together, the closest pair counts. */
    static long nanosAt(long wallMicros) {
        long least = Long.MAX_VALUE;
        long nanos = 0;
        for (int i = 0; i < TRIES; i++) {
            long before = System.nanoTime();
            long wall = micros();
            long after = System.nanoTime();
            if (after - before < least) {
                least = after - before;
                nanos = before + (after - before) / 2 + (wallMicros - wall) * NANOS_PER_MICRO;
            }
        }
        return nanos;
    }
}
