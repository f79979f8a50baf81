package dev.plimsoll.simulator.truth;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/**
 * An HTTP server whose every write has a planned instant, and which remembers when it happened.
 *
 * <p>A request for {@code POST /v1/chat/completions} or {@code /v1/completions} is answered with a stream: token chunk
 * {@code i} is due at arrival + TTFT + i·ITL. In unary mode any path is answered after the service time. Deadlines are
 * absolute, so a late write does not make the next one late. {@code GET /health}, {@code /version} and
 * {@code /v1/models} answer at once and are not recorded.
 *
 * <p>One thread reads requests and stamps their arrival; another does all writes in the order of their deadlines,
 * straight to the socket. It sleeps between deadlines, so a write is late by what the system's timers are late (60 to
 * 100 microseconds on an idle Linux), plus the writes due at the same instant before it.
 */
public final class ScheduleServer implements Closeable {
    private static final int BACKLOG = 4096;

    private final ScheduleOptions options;
    private final ServerSocketChannel server;
    private final Selector selector;
    private final Pacer pacer;
    private final Thread reader;
    private volatile boolean closed;

    private ScheduleServer(ScheduleOptions options, ServerSocketChannel server, Selector selector) {
        this.options = options;
        this.server = server;
        this.selector = selector;
        pacer = new Pacer(options);
        reader = Thread.ofPlatform().name("plimsoll-truth-reader").daemon().unstarted(this::read);
    }

    /** Starts a server on a free port of 127.0.0.1. */
    public static ScheduleServer start(ScheduleOptions options) {
        return start(options, 0);
    }

    /**
     * Starts a server on 127.0.0.1.
     *
     * @throws UncheckedIOException if the port cannot be had
     */
    public static ScheduleServer start(ScheduleOptions options, int port) {
        Objects.requireNonNull(options, "options");
        try {
            Selector selector = Selector.open();
            ServerSocketChannel server = ServerSocketChannel.open();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            ScheduleServer started = new ScheduleServer(options, server, selector);
            started.pacer.start();
            started.reader.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on 127.0.0.1:" + port, e);
        }
    }

    /** The port it listens on. */
    public int port() {
        return server.socket().getLocalPort();
    }

    /** Where it listens, as {@code http://127.0.0.1:port}. */
    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** The schedule. */
    public ScheduleOptions options() {
        return options;
    }

    /**
     * What was done for every request that has ended, in order of their ends. A client may see the last byte shortly
     * before the record is here: wait until {@link #open} is 0. Any thread, at any time.
     */
    public List<Served> records() {
        return pacer.records();
    }

    /** Requests that have not ended. */
    public int open() {
        return pacer.open();
    }

    /** Writes nothing from {@code fromNanos} to {@code toNanos} on {@link System#nanoTime}; replaces any other stall. */
    public void stall(long fromNanos, long toNanos) {
        pacer.stall(fromNanos, toNanos);
    }

    /** Stops at once; connections are closed. */
    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        pacer.close();
        try {
            reader.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SelectionKey key : new ArrayList<>(selector.keys())) {
            key.channel().close();
        }
        selector.close();
        server.close();
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
        while (!closed) {
            try {
                selector.select();
            } catch (IOException e) {
                throw new UncheckedIOException("the selector of the schedule server failed", e);
            }
            for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
                SelectionKey key = keys.next();
                keys.remove();
                if (!key.isValid()) {
                    continue;
                }
                if (key.isAcceptable()) {
                    accept();
                } else if (key.isReadable() && key.attachment() instanceof RequestParser parser) {
                    receive(parser, buffer);
                }
            }
        }
    }

    private void accept() {
        try {
            for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.register(selector, SelectionKey.OP_READ, new RequestParser(new Connection(channel)));
            }
        } catch (IOException e) {
            // The client left between its connection and our accept; others may wait.
            selector.wakeup();
        }
    }

    private void receive(RequestParser parser, ByteBuffer buffer) {
        Connection connection = parser.connection();
        try {
            buffer.clear();
            int count = connection.channel().read(buffer);
            if (count < 0) {
                pacer.gone(connection);
                connection.channel().close();
                return;
            }
            buffer.flip();
            parser.feed(buffer);
            for (RequestParser.Request next = parser.next(); next != null; next = parser.next()) {
                pacer.submit(connection, next, System.nanoTime());
            }
        } catch (IOException e) {
            pacer.gone(connection);
            connection.closeQuietly();
        }
    }
}
