package dev.plimsoll.agent.transport;

import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An alarm by a scheduled task of the loop: where there is no io_uring. */
final class TaskAlarm implements Alarm {
    private final EventLoop loop;
    private final Runnable task;
    private @Nullable ScheduledFuture<?> pending;
    private long setFor = NEVER;

    TaskAlarm(EventLoop loop, Runnable task) {
        this.loop = requireNonNull(loop, "loop");
        this.task = requireNonNull(task, "task");
    }

    @Override
    public void set(long nanos) {
        if (nanos == setFor) {
            return;
        }
        unset();
        setFor = nanos;
        if (nanos != NEVER) {
            long delay = Math.max(0, nanos - System.nanoTime());
            pending = loop.schedule(this::fire, delay, TimeUnit.NANOSECONDS);
        }
    }

    private void fire() {
        pending = null;
        setFor = NEVER;
        task.run();
    }

    @Override
    public void unset() {
        ScheduledFuture<?> old = pending;
        if (old != null) {
            old.cancel(false);
            pending = null;
        }
        setFor = NEVER;
    }

    @Override
    public void close() {
        unset();
    }
}
