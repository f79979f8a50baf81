package dev.plimsoll.agent.transport;

import io.netty.channel.uring.IoUringIoOps;

/**
 * Operations of io_uring that Netty's channels do not have. Numbers of operations and flags are those of
 * {@code linux/io_uring.h} and {@code linux/socket.h}; see io_uring_enter(2) for what each does.
 */
public final class RingOps {
    /** A timer: {@code IORING_OP_TIMEOUT}. */
    static final byte TIMEOUT = 11;

    /** A change to a timer: {@code IORING_OP_TIMEOUT_REMOVE}. */
    static final byte TIMEOUT_REMOVE = 12;

    /** {@code IORING_OP_ASYNC_CANCEL}. */
    public static final byte ASYNC_CANCEL = 14;

    /** {@code IORING_OP_SEND}. */
    public static final byte SEND = 26;

    /** {@code IORING_OP_RECV}. */
    public static final byte RECEIVE = 27;

    private static final byte PROVIDE_BUFFERS = 31;
    private static final byte REMOVE_BUFFERS = 32;

    /** {@code IORING_RECV_MULTISHOT}. */
    private static final short AGAIN_AND_AGAIN = 1 << 1;

    /** {@code IOSQE_BUFFER_SELECT}: the kernel chooses where to. */
    private static final byte INTO_GROUP = 1 << 5;

    /** {@code MSG_NOSIGNAL}, and {@code MSG_WAITALL}: send all of it. */
    private static final int SEND_FLAGS = 0x4000 | 0x100;

    /** {@code IORING_TIMEOUT_ABS}: an instant, not a time from now. */
    private static final int AT_INSTANT = 1;

    /** {@code IORING_TIMEOUT_UPDATE}. */
    private static final int MOVE = 1 << 1;

    private static final int NO_SOCKET = -1;

    private RingOps() {}

    /** Receives from a socket whenever bytes arrive, into pieces of that group of buffers, until it is cancelled. */
    public static IoUringIoOps receiveOn(int socket, short group) {
        return operation(RECEIVE, INTO_GROUP, AGAIN_AND_AGAIN, socket, 0, 0, 0, 0, 0, group);
    }

    /** Sends all of these bytes. */
    public static IoUringIoOps send(int socket, long address, int length) {
        return operation(SEND, (byte) 0, (short) 0, socket, 0, address, length, SEND_FLAGS, 0, (short) 0);
    }

    /** Cancels what was submitted under that token. */
    public static IoUringIoOps cancel(long token) {
        return operation(ASYNC_CANCEL, (byte) 0, (short) 0, NO_SOCKET, 0, token, 0, 0, 0, (short) 0);
    }

    /** Gives the kernel so many pieces of memory to receive into, numbered from the first. */
    public static IoUringIoOps provide(short group, int first, int count, long address, int size) {
        return operation(PROVIDE_BUFFERS, (byte) 0, (short) 0, count, first, address, size, 0, 0, group);
    }

    /** Takes so many pieces back. */
    public static IoUringIoOps remove(short group, int count) {
        return operation(REMOVE_BUFFERS, (byte) 0, (short) 0, count, 0, 0, 0, 0, 0, group);
    }

    /**
     * A timer of the monotonic clock.
     *
     * @param instant where a {@code struct __kernel_timespec} lies
     * @param number comes back with what becomes of it
     */
    static IoUringIoOps timer(long instant, short number) {
        return operation(TIMEOUT, (byte) 0, (short) 0, NO_SOCKET, 0, instant, 1, AT_INSTANT, number, (short) 0);
    }

    /** Moves the timer that was submitted under that token. */
    static IoUringIoOps moveTimer(long token, long instant) {
        return operation(
                TIMEOUT_REMOVE, (byte) 0, (short) 0, NO_SOCKET, instant, token, 0, MOVE | AT_INSTANT, 0, (short) 0);
    }

    /* The thirteen fields of a submission, of which we use ten. */
    private static IoUringIoOps operation(
            byte operation,
            byte flags,
            short priority,
            int descriptor,
            long offset,
            long address,
            int length,
            int operationFlags,
            long number,
            short group) {
        return new IoUringIoOps(
                operation,
                flags,
                priority,
                descriptor,
                offset,
                address,
                length,
                operationFlags,
                number,
                group,
                (short) 0,
                0,
                0L);
    }
}
