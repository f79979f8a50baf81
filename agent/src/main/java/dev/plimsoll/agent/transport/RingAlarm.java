package dev.plimsoll.agent.transport;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An alarm by a timer of io_uring. There is one timer in the kernel: it is moved when the alarm is set to an earlier
 * instant; when it fires before the alarm's instant, it is armed anew. So an alarm that is put off again and again, as one
 * for timeouts is, costs nothing.
 *
 * <p>The kernel's clock of such timers is {@code CLOCK_MONOTONIC}, and so is {@code System.nanoTime()} on Linux.
 */
final class RingAlarm implements Alarm, IoUringIoHandle {
    /** The kernel reads an instant when it is told of the timer, at the loop's next turn; none has so many before that. */
    private static final int INSTANTS = 64;

    /** A {@code struct __kernel_timespec}: seconds and nanoseconds, each of 64 bits. */
    private static final int INSTANT_BYTES = 16;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** {@code ENOENT}: the timer that was to be moved has just fired. */
    private static final int HAS_FIRED = -2;

    private final Runnable task;
    private final ByteBuf instants = Unpooled.directBuffer(INSTANTS * INSTANT_BYTES, INSTANTS * INSTANT_BYTES);
    private @Nullable IoRegistration registration;
    private long setFor = NEVER;
    private long armedFor = NEVER;
    private long timer;
    private short number;
    private int instant;
    private boolean closed;

    private RingAlarm(Runnable task) {
        this.task = requireNonNull(task, "task");
    }

    /**
     * An alarm of that loop.
     *
     * @throws IllegalStateException when the loop does not take it
     */
    static RingAlarm open(IoEventLoop loop, Runnable task) {
        RingAlarm alarm = new RingAlarm(task);
        Future<IoRegistration> registered = loop.register(alarm);
        if (!registered.isSuccess()) {
            alarm.instants.release();
            throw new IllegalStateException("the event loop took no handle", registered.cause());
        }
        alarm.registration = registered.getNow();
        return alarm;
    }

    @Override
    public void set(long nanos) {
        if (closed) {
            return;
        }
        setFor = nanos;
        if (nanos >= armedFor) {
            return;
        }
        IoRegistration at = requireNonNull(registration, "registration");
        if (armedFor == NEVER) {
            timer = at.submit(RingOps.timer(put(nanos), ++number));
        } else {
            at.submit(RingOps.moveTimer(timer, put(nanos)));
        }
        armedFor = nanos;
    }

    /** Where the kernel finds that instant. */
    private long put(long nanos) {
        int index = INSTANT_BYTES * (instant++ % INSTANTS);
        // A negative instant would be refused; it has passed, as has the first nanosecond.
        long time = Math.max(1, nanos);
        instants.setLongLE(index, time / SECOND);
        instants.setLongLE(index + Long.BYTES, time % SECOND);
        return instants.memoryAddress() + index;
    }

    @Override
    public void unset() {
        setFor = NEVER;
    }

    @Override
    public void handle(IoRegistration registered, IoEvent event) {
        IoUringIoEvent completion = (IoUringIoEvent) event;
        if (completion.opcode() == RingOps.TIMEOUT) {
            if (completion.userData() == number) {
                fired();
            }
        } else if (completion.opcode() == RingOps.TIMEOUT_REMOVE
                && completion.res() < 0
                && completion.res() != HAS_FIRED) {
            // A kernel that cannot move a timer: the old one stays, and is not listened to any more.
            armedFor = NEVER;
            set(setFor);
        }
    }

    private void fired() {
        armedFor = NEVER;
        if (closed || setFor == NEVER) {
            return;
        }
        if (System.nanoTime() < setFor) {
            set(setFor);
            return;
        }
        setFor = NEVER;
        task.run();
    }

    /** Ends the timer in the kernel, too. Also called when the loop ends. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        setFor = NEVER;
        IoRegistration at = requireNonNull(registration, "registration");
        if (armedFor != NEVER) {
            at.submit(RingOps.cancel(timer));
        }
        at.cancel();
    }

    /** The kernel reads no instant any more. */
    @Override
    public void unregistered() {
        instants.release();
    }
}
