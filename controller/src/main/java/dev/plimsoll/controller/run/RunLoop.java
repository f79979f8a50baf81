package dev.plimsoll.controller.run;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The run's own thread: whoever calls {@link #await} works off what others have put in, until a condition holds. All
 * state of a run is read and changed there alone.
 */
final class RunLoop {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    private final Task everyTick;

    /** Something to be done on the run's thread. */
    interface Task {
        /** Does it. */
        void run() throws RunEnded;
    }

    /** Does something at least every 100 ms while it waits. */
    RunLoop(Task everyTick) {
        this.everyTick = everyTick;
    }

    /** Puts something in, from any thread. */
    void execute(Task task) {
        tasks.add(task);
    }

    /**
     * Works until the condition holds.
     *
     * @return whether it held within the limit
     */
    boolean await(BooleanSupplier condition, Duration limit) throws RunEnded, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            /* First, so that what it throws takes no task along. */
            everyTick.run();
            Task task = tasks.poll(Math.min(left, TICK_NANOS), TimeUnit.NANOSECONDS);
            if (task != null) {
                task.run();
            }
        }
        return true;
    }
}
