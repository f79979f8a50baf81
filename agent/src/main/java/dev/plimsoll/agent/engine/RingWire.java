package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.transport.RingOps;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A wire of plain TCP on io_uring that submits its own operations, past the channel's pipeline and buffers: one receive
 * that goes on until it is cancelled, and at most one send at a time. The channel opens and closes the socket.
 */
final class RingWire implements Wire, IoUringIoHandle {
    /** {@code IORING_CQE_F_BUFFER}: it has chosen; which piece is in the upper half of the flags. */
    private static final int HAS_PIECE = 1;

    private static final int PIECE_SHIFT = 16;

    /** {@code IORING_CQE_F_MORE}: the receive goes on. */
    private static final int GOES_ON = 1 << 1;

    /** No piece was free; {@code ENOBUFS}. */
    private static final int NO_PIECE = -105;

    private static final boolean WORKS = ReceiveRing.works() && addresses();

    private final HttpConnection connection;
    private final ReceiveRing ring;
    private final int socket;
    private @Nullable IoRegistration registration;
    private long receiving;
    private @Nullable RenderedRequest sending;
    private int sent;
    private boolean closed;

    private RingWire(HttpConnection connection, ReceiveRing ring, int socket) {
        this.connection = requireNonNull(connection, "connection");
        this.ring = requireNonNull(ring, "ring");
        this.socket = socket;
    }

    /** Whether a channel of that loop could have such a wire. Its {@code autoRead} has to be off from the start. */
    static boolean fits(EventLoop loop, Channel channel) {
        return WORKS
                && channel instanceof UnixChannel
                && loop instanceof IoEventLoop io
                && io.isCompatible(RingWire.class);
    }

    private static boolean addresses() {
        ByteBuf any = Unpooled.directBuffer(1);
        try {
            return any.hasMemoryAddress();
        } finally {
            any.release();
        }
    }

    /**
     * A wire for a connection whose channel is open.
     *
     * @throws IllegalStateException when the loop does not take it
     */
    static RingWire attach(IoEventLoop loop, Channel channel, HttpConnection connection, ReceiveRing ring) {
        RingWire wire =
                new RingWire(connection, ring, ((UnixChannel) channel).fd().intValue());
        Future<IoRegistration> registered = loop.register(wire);
        if (!registered.isSuccess()) {
            throw new IllegalStateException("the event loop took no handle", registered.cause());
        }
        wire.registration = registered.getNow();
        wire.receive();
        return wire;
    }

    private long submit(IoUringIoOps operation) {
        return requireNonNull(registration, "registration").submit(operation);
    }

    private void receive() {
        receiving = submit(RingOps.receiveOn(socket, ring.group()));
    }

    @Override
    public void write(RenderedRequest request) {
        sending = request;
        sent = 0;
        send(request.bytes());
    }

    private void send(ByteBuf bytes) {
        submit(RingOps.send(socket, bytes.memoryAddress() + bytes.readerIndex() + sent, bytes.readableBytes() - sent));
    }

    @Override
    public boolean drained() {
        return sending == null && !closed;
    }

    @Override
    public void handle(IoRegistration registered, IoEvent event) {
        IoUringIoEvent completion = (IoUringIoEvent) event;
        switch (completion.opcode()) {
            case RingOps.RECEIVE -> received(completion.res(), completion.flags());
            case RingOps.SEND -> sent(completion.res());
            default -> {
                // A cancellation; what it cancels completes by itself.
            }
        }
    }

    private void received(int result, int flags) {
        long nanos = System.nanoTime();
        if ((flags & GOES_ON) == 0) {
            receiving = 0;
        }
        if ((flags & HAS_PIECE) != 0) {
            int piece = flags >>> PIECE_SHIFT;
            if (result > 0 && !closed) {
                connection.received(nanos, ring.memory(), piece * ReceiveRing.PIECE, result);
            }
            ring.give(piece);
        }
        if (closed) {
            return;
        }
        if (result == 0) {
            connection.closedByServer();
        } else if (result == NO_PIECE) {
            ring.giveAll();
        } else if (result == Errors.ERRNO_ECONNRESET_NEGATIVE) {
            connection.failed(new IOException("connection reset"));
        } else if (result < 0) {
            connection.failed(Errors.newIOException("recv", result));
        }
        if (receiving == 0 && !closed) {
            receive();
        }
    }

    private void sent(int result) {
        RenderedRequest request = sending;
        if (request == null) {
            return;
        }
        if (result >= 0) {
            sent += result;
            if (sent < request.bytes().readableBytes() && !closed) {
                send(request.bytes());
                return;
            }
        }
        sending = null;
        request.drop();
        if (result < 0 && !closed) {
            connection.failed(Errors.newIOException("send", result));
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (receiving != 0) {
            submit(RingOps.cancel(receiving));
        }
        requireNonNull(registration, "registration").cancel();
    }

    /** Nothing is under way in the kernel any more. */
    @Override
    public void unregistered() {
        RenderedRequest request = sending;
        sending = null;
        if (request != null) {
            request.drop();
        }
    }
}
