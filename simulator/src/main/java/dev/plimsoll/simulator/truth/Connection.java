package dev.plimsoll.simulator.truth;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A client's connection; after its requests are parsed, only the pacing thread touches it. */
final class Connection {
    private final SocketChannel channel;
    private final int clientPort;
    /** Requests that wait for the answer before theirs, as pipelining clients send them. */
    final Queue<Stream> backlog = new ArrayDeque<>();

    @Nullable
    Stream active;

    volatile boolean gone;
    /** Bytes the socket did not take. */
    private @Nullable ByteBuffer pending;

    Connection(SocketChannel channel) throws IOException {
        this.channel = channel;
        clientPort = ((InetSocketAddress) channel.getRemoteAddress()).getPort();
    }

    SocketChannel channel() {
        return channel;
    }

    int clientPort() {
        return clientPort;
    }

    /** Writes all of a shared buffer, or keeps what the socket does not take now. */
    void write(ByteBuffer shared) throws IOException {
        shared.rewind();
        if (pending == null) {
            channel.write(shared);
        }
        if (shared.hasRemaining()) {
            int kept = pending == null ? 0 : pending.remaining();
            ByteBuffer rest = ByteBuffer.allocate(kept + shared.remaining());
            if (pending != null) {
                rest.put(pending);
            }
            pending = rest.put(shared).flip();
        }
    }

    /** Tries to write what was kept; true if nothing is left. */
    boolean drained() throws IOException {
        if (pending != null) {
            channel.write(pending);
            if (pending.hasRemaining()) {
                return false;
            }
            pending = null;
        }
        return true;
    }

    /** Whether the socket took everything written so far. */
    boolean nothingKept() {
        return pending == null;
    }

    void closeQuietly() {
        gone = true;
        try {
            channel.close();
        } catch (IOException e) {
            gone = true;
        }
    }
}
