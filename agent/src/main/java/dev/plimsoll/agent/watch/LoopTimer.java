package dev.plimsoll.agent.watch;

import dev.plimsoll.agent.probes.ProcFiles;
import dev.plimsoll.agent.transport.Alarm;
import dev.plimsoll.measurements.Histograms;
import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * A timer on one event loop that records how late it is. {@link #run} is called by the loop only; the rest by one other
 * thread.
 *
 * <p>A loop that was blocked for a second owes a hundred firings and makes up for them, each recorded as late as it is:
 * so what a task would have waited that came at any time is in the histogram.
 */
final class LoopTimer implements Runnable {
    private final EventLoop loop;
    private final LongSupplier nanoClock;
    private final SingleWriterRecorder recorder =
            new SingleWriterRecorder(Histograms.LOWEST_NANOS, Histograms.HIGHEST_NANOS, 3);
    private @Nullable Alarm alarm;
    private volatile boolean started;
    private @Nullable Histogram recycled;
    private volatile long dueNanos;
    private volatile long threadId;
    private volatile Optional<String> thread = Optional.empty();

    LoopTimer(EventLoop loop, LongSupplier nanoClock) {
        this.loop = loop;
        this.nanoClock = nanoClock;
    }

    /** Asks the loop who it is; it answers when it comes to it. */
    void identify(ProcFiles files) {
        loop.execute(() -> thread = files.thisThread());
    }

    /** Begins with the first firing that is due 10 ms from now. */
    void start() {
        dueNanos = nanoClock.getAsLong() + SelfWatch.TIMER_NANOS;
        started = true;
        loop.execute(() -> {
            threadId = Thread.currentThread().threadId();
            if (started) {
                alarm = Alarm.on(loop, this);
                wakeIn(dueNanos - nanoClock.getAsLong());
            }
        });
    }

    @Override
    public void run() {
        long now = nanoClock.getAsLong();
        long due = dueNanos;
        do {
            recorder.recordValue(Math.clamp(now - due, 0, Histograms.HIGHEST_NANOS));
            due += SelfWatch.TIMER_NANOS;
        } while (due <= now);
        dueNanos = due;
        wakeIn(due - now);
    }

    private void wakeIn(long nanos) {
        Alarm next = alarm;
        if (next != null) {
            next.set(System.nanoTime() + nanos);
        }
    }

    /** Adds what was recorded since the last call. */
    void flipInto(Histogram sum) {
        Histogram interval = recorder.getIntervalHistogram(recycled);
        sum.add(interval);
        recycled = interval;
    }

    /** How late the firing is that has not come yet; 0 when it is not due. */
    long overdueNanos() {
        return !started ? 0 : Math.max(0, nanoClock.getAsLong() - dueNanos);
    }

    /** The loop's thread; 0 before the timer fired. */
    long threadId() {
        return threadId;
    }

    /** The loop's thread, as the system knows it; absent before the loop answered, or where it is not known. */
    Optional<String> thread() {
        return thread;
    }

    /** Ends it; a loop that has ended has ended it already. */
    void stop() {
        if (!started) {
            return;
        }
        started = false;
        try {
            loop.execute(() -> {
                Alarm open = alarm;
                alarm = null;
                if (open != null) {
                    open.close();
                }
            });
        } catch (RejectedExecutionException ended) {
            dueNanos = Long.MAX_VALUE;
        }
    }
}
