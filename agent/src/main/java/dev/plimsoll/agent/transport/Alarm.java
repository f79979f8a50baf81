package dev.plimsoll.agent.transport;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;

/**
 * Wakes an event loop at one instant, which may be moved. Confined to the loop.
 *
 * <p>A loop that carries load has alarms and no scheduled tasks: for those Netty arms a kernel timer at every wait of an
 * io_uring loop, takes it back when anything else happens, and enters the kernel twice for each wait.
 */
public interface Alarm {
    /** The instant of an alarm that is not set. */
    long NEVER = Long.MAX_VALUE;

    /**
     * Has the task run once at that instant of {@code System.nanoTime()}, at once where that has passed, and no longer at
     * the one set before. Never runs it before this returns.
     */
    void set(long nanos);

    /** Has it not run any more, until it is set again. */
    void unset();

    /** Ends this alarm; it is not set again. */
    void close();

    /** An alarm of that loop; called on it. */
    static Alarm on(EventLoop loop, Runnable task) {
        return loop instanceof IoEventLoop io && io.isCompatible(RingAlarm.class)
                ? RingAlarm.open(io, task)
                : new TaskAlarm(loop, task);
    }
}
