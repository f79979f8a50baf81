package dev.plimsoll.controller;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits in a test for what another thread or process does. */
public final class Polling {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private Polling() {}

    /** Something that becomes so. */
    @FunctionalInterface
    public interface Condition {
        /** Whether it is so now. */
        boolean holds() throws Exception;
    }

    /**
     * Waits until something is so.
     *
     * @param limit how long at most
     * @param otherwise what to say when it has not become so
     */
    public static void until(Condition condition, Duration limit, Supplier<String> otherwise) throws Exception {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < end, otherwise);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
