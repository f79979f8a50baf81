package dev.plimsoll.simulator.serving;

import dev.plimsoll.simulator.Faults;
import dev.plimsoll.simulator.engine.EngineCore;
import dev.plimsoll.simulator.engine.Step;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The thread that runs an engine by real time.
 *
 * <p>Each step starts where the step before it was to end, not where the thread woke up, so late wake-ups do not add up
 * and a loop that fell behind catches up. The outputs of a step leave at its end. While the server is frozen nothing
 * leaves; afterwards the steps that were due follow each other without waiting.
 *
 * <p>The core is touched by this thread only, except for {@link #read}, which locks it.
 */
final class EngineLoop implements AutoCloseable {
    private final EngineCore core;
    private final Faults faults;
    private final Consumer<Step> publish;
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closed;
    private volatile long worstLagNanos;
    /** Where the step under way was to end, on {@link System#nanoTime}. */
    private long dueNanos;
    /** End of the latest freeze; steps due before it are late on purpose. */
    private long thawedNanos = Long.MIN_VALUE;

    /** A loop that starts at once; {@code publish} is called on its thread. */
    EngineLoop(EngineCore core, Faults faults, Consumer<Step> publish) {
        this.core = Objects.requireNonNull(core, "core");
        this.faults = Objects.requireNonNull(faults, "faults");
        this.publish = Objects.requireNonNull(publish, "publish");
        thread = Thread.ofPlatform().name("plimsoll-sim-engine").daemon().unstarted(this::run);
    }

    void start() {
        dueNanos = System.nanoTime();
        thread.start();
    }

    /** Hands a request to the engine. It counts as arrived at {@code arrivalNanos}. Any thread. */
    void submit(LiveRequest request, long arrivalNanos, long extraNanos) {
        send(() -> core.submit(request, arrivalNanos, extraNanos));
    }

    /** Drops a request. Any thread. */
    void abort(LiveRequest request) {
        send(() -> core.abort(request));
    }

    /** Reads the engine's state while no step changes it. Any thread; keep it short. */
    <T> T read(Function<EngineCore, T> reader) {
        synchronized (core) {
            return reader.apply(core);
        }
    }

    /** The longest time that a step's tokens left after they were due, freezes apart. */
    long worstLagNanos() {
        return worstLagNanos;
    }

    /** Whether the thread runs; it ends when closed or by a defect. */
    boolean alive() {
        return thread.isAlive();
    }

    /** Ends the thread and waits for it. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(Runnable command) {
        inbox.add(command);
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!closed) {
            synchronized (core) {
                for (Runnable next = inbox.poll(); next != null; next = inbox.poll()) {
                    next.run();
                }
            }
            if (!core.hasWork(dueNanos)) {
                idle();
                continue;
            }
            Step step;
            synchronized (core) {
                step = core.step(dueNanos);
            }
            dueNanos = step.startNanos() + faults.slowed(step.durationNanos(), step.load());
            waitUntil(dueNanos);
            thaw();
            long now = System.nanoTime();
            synchronized (core) {
                core.complete(step, Math.max(now, dueNanos));
            }
            publish.accept(step);
        }
    }

    /** Waits for work and lets the schedule begin anew at its instant. */
    private void idle() {
        long ready = core.nextReadyNanos();
        if (ready == Long.MAX_VALUE) {
            if (inbox.isEmpty() && !closed) {
                LockSupport.park(this);
            }
        } else {
            long wait = ready - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(this, wait);
                if (System.nanoTime() < ready) {
                    return;
                }
            }
            dueNanos = ready;
        }
    }

    private void waitUntil(long deadline) {
        long left = deadline - System.nanoTime();
        if (left < 0 && deadline > thawedNanos) {
            worstLagNanos = Math.max(worstLagNanos, -left);
        }
        while (left > 0 && !closed) {
            LockSupport.parkNanos(this, left);
            left = deadline - System.nanoTime();
        }
    }

    private void thaw() {
        long left = faults.frozenForNanos();
        while (left > 0 && !closed) {
            LockSupport.parkNanos(this, left);
            left = faults.frozenForNanos();
            thawedNanos = System.nanoTime();
        }
    }
}
