package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.transport.RingOps;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.Future;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Memory that the kernel receives into, shared by all sockets of one shard on io_uring: it takes a piece when bytes
 * arrive, not while a socket waits, so that ten thousand silent streams hold none. Pieces that were read go back to the
 * kernel many at a time. Confined to the event loop.
 *
 * <p>Pieces are handed over by {@code IORING_OP_PROVIDE_BUFFERS}; see io_uring_enter(2).
 */
final class ReceiveRing implements IoUringIoHandle {
    /** The size of a piece: most answers of plain HTTP, and a dozen token events. */
    static final int PIECE = 4 * 1024;

    private static final int PIECES = 4096;
    private static final int RETURNED_TOGETHER = 256;
    private static final AtomicInteger GROUPS = new AtomicInteger();

    /** Shards come and go on a loop; no two that could meet on it have the same number. */
    private final short group = (short) (1 + Math.floorMod(GROUPS.getAndIncrement(), 0x7FF0));

    private final ByteBuf memory = Unpooled.directBuffer(PIECES * PIECE, PIECES * PIECE);
    private final BitSet used = new BitSet(PIECES);
    private int usedCount;
    private @Nullable IoRegistration registration;

    private ReceiveRing() {}

    /** Whether the kernel can receive again and again into pieces that it chooses. */
    static boolean works() {
        return IoUring.isAvailable() && IoUring.isRecvMultishotEnabled();
    }

    /**
     * Memory for the sockets of that loop, all of it the kernel's.
     *
     * @throws IllegalStateException when the loop does not take it
     */
    static ReceiveRing open(IoEventLoop loop) {
        ReceiveRing ring = new ReceiveRing();
        Future<IoRegistration> registered = loop.register(ring);
        if (!registered.isSuccess()) {
            ring.memory.release();
            throw new IllegalStateException("the event loop took no handle", registered.cause());
        }
        ring.registration = registered.getNow();
        ring.provide(0, PIECES);
        return ring;
    }

    /** The number by which the kernel knows this memory. */
    short group() {
        return group;
    }

    /** All pieces, one after another. */
    ByteBuf memory() {
        return memory;
    }

    /** A piece has been read. */
    void give(int piece) {
        used.set(piece);
        if (++usedCount >= RETURNED_TOGETHER) {
            giveAll();
        }
    }

    /** Gives back all pieces that have been read. */
    void giveAll() {
        int from = used.nextSetBit(0);
        while (from >= 0) {
            int to = used.nextClearBit(from);
            provide(from, to - from);
            from = used.nextSetBit(to);
        }
        used.clear();
        usedCount = 0;
    }

    private void provide(int from, int count) {
        submit(RingOps.provide(group, from, count, memory.memoryAddress() + (long) from * PIECE, PIECE));
    }

    private void submit(IoUringIoOps operation) {
        requireNonNull(registration, "registration").submit(operation);
    }

    @Override
    public void handle(IoRegistration registered, IoEvent event) {
        int result = ((IoUringIoEvent) event).res();
        if (result < 0 && registered.isValid()) {
            throw new IllegalStateException("the kernel took no memory to receive into: error " + -result);
        }
    }

    /** Takes the memory back; to be called when no socket receives into it any more. */
    @Override
    public void close() {
        IoRegistration at = registration;
        if (at != null && at.isValid()) {
            submit(RingOps.remove(group, PIECES));
            at.cancel();
        }
    }

    /** The kernel has given all of it back. */
    @Override
    public void unregistered() {
        memory.release();
    }
}
