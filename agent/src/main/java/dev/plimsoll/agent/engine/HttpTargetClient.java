package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.measurements.ErrorClass;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 connections of one shard. Confined to the event loop it is made with; only the constructor may be called
 * elsewhere.
 *
 * <p>A request takes the connection to its URL that was used last; without one, a new one is opened for it; at the
 * limit an idle connection to another URL makes room; else it waits. A freed connection goes to the request that has
 * waited longest for the same URL, unless another URL has requests waiting and no connection at all.
 *
 * <p>A request is never sent twice. When a kept connection dies before the first byte of the answer, the server may or
 * may not have seen the request, and a client that silently tries again hides what a user would suffer: the exchange
 * fails as {@link ErrorClass#RESET}. Idle connections that the server closes are dropped as soon as the event loop
 * learns of it.
 *
 * <p>{@link Exchange#connected} and {@link Exchange#sent} may be called while {@link #send} runs, the result never.
 * Without reuse of connections {@link #open} opens none.
 */
public final class HttpTargetClient implements TargetClient {
    private static final int READ_BUFFER = 64 * 1024;

    private final EventLoop loop;
    private final ChannelFactory<? extends Channel> channels;
    private final ConnectionLimits limits;
    private final @Nullable SslContext tls;
    private final ConnectionPool[] pools;
    private final RecvByteBufAllocator reads = new AdaptiveRecvByteBufAllocator(1024, 8 * 1024, READ_BUFFER);
    private final byte[] readBuffer = new byte[READ_BUFFER];
    private @Nullable ReceiveRing ring;
    private final List<HttpConnection> all = new ArrayList<>();
    private final ArrayDeque<Call> calls = new ArrayDeque<>();
    private final ArrayDeque<AnswerDecoder> decoders = new ArrayDeque<>();
    private int openConnections;
    private int waiting;
    private int nextPool;
    private boolean closed;

    /**
     * A client without connections.
     *
     * @param loop the shard's event loop
     * @param channels makes sockets that this loop can drive
     * @param endpoints the target's URLs, resolved, in the target's order
     * @param limits of this shard
     * @param tls how {@code https} is spoken; may be null when no endpoint has it
     */
    public HttpTargetClient(
            EventLoop loop,
            ChannelFactory<? extends Channel> channels,
            List<Endpoint> endpoints,
            ConnectionLimits limits,
            @Nullable SslContext tls) {
        this.loop = requireNonNull(loop, "loop");
        this.channels = requireNonNull(channels, "channels");
        this.limits = requireNonNull(limits, "limits");
        this.tls = tls;
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("a target has at least one URL");
        }
        if (tls == null && endpoints.stream().anyMatch(Endpoint::tls)) {
            throw new IllegalArgumentException("an https URL needs TLS");
        }
        pools = endpoints.stream().map(ConnectionPool::new).toArray(ConnectionPool[]::new);
    }

    @Override
    public Future<Integer> open(int connections) {
        Promise<Integer> promise = loop.newPromise();
        int count = closed || !limits.reuse() ? 0 : Math.min(connections, limits.max() - all.size());
        if (count <= 0) {
            return promise.setSuccess(0);
        }
        Warming warming = new Warming(promise, count);
        for (int i = 0; i < count; i++) {
            connect(pools[i % pools.length], null, warming);
        }
        return promise;
    }

    @Override
    public Handle send(RenderedRequest request, Exchange exchange) {
        Call pooled = calls.pollLast();
        Call call = pooled == null ? new Call() : pooled;
        call.request = request;
        call.exchange = exchange;
        ConnectionPool pool = pools[request.url()];
        HttpConnection warm = warm(pool);
        if (warm != null) {
            warm.send(call);
        } else if (closed) {
            loop.execute(() -> refuse(call));
        } else if (all.size() < limits.max() || makeRoom()) {
            connect(pool, call, null);
        } else {
            pool.waiting.add(call);
            waiting++;
        }
        return call;
    }

    private @Nullable HttpConnection warm(ConnectionPool pool) {
        HttpConnection connection = pool.popIdle();
        while (connection != null && !connection.usable()) {
            connection.shut();
            connection = pool.popIdle();
        }
        return connection;
    }

    private void refuse(Call call) {
        if (call.request != null && call.connection == null) {
            endWaiting(call, ErrorClass.UNSENT, "the client is closed");
        }
    }

    /** Closes an idle connection to another URL. */
    private boolean makeRoom() {
        for (ConnectionPool pool : pools) {
            HttpConnection idle = pool.popIdle();
            if (idle != null) {
                idle.shut();
                return all.size() < limits.max();
            }
        }
        return false;
    }

    private void connect(ConnectionPool pool, @Nullable Call call, @Nullable Warming warming) {
        AnswerDecoder pooled = decoders.pollLast();
        AnswerDecoder decoder = pooled == null ? new AnswerDecoder() : pooled;
        HttpConnection connection = new HttpConnection(this, pool, decoder, call, warming);
        connection.place = all.size();
        all.add(connection);
        pool.connections++;
        connection.open();
    }

    @Override
    public void cancel(Handle handle, ErrorClass errorClass, String detail) {
        Call call = (Call) handle;
        HttpConnection connection = call.connection;
        if (connection != null) {
            connection.cancel(errorClass, detail);
        } else if (call.request != null) {
            endWaiting(call, errorClass, detail);
        }
    }

    private void endWaiting(Call call, ErrorClass errorClass, String detail) {
        CallQueue queue = call.queue;
        if (queue != null) {
            queue.remove(call);
            waiting--;
        }
        Exchange exchange = call.exchange;
        call.request().drop();
        recycle(call);
        exchange.failed(System.nanoTime(), errorClass, 0, detail);
    }

    @Override
    public int openConnections() {
        return openConnections;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        String detail = "the client was closed before the answer ended";
        for (ConnectionPool pool : pools) {
            for (Call call = pool.waiting.poll(); call != null; call = pool.waiting.poll()) {
                waiting--;
                endWaiting(call, ErrorClass.TIMEOUT, detail);
            }
        }
        for (HttpConnection connection : List.copyOf(all)) {
            connection.cancel(ErrorClass.TIMEOUT, detail);
            connection.shut();
        }
        ReceiveRing shared = ring;
        if (shared != null) {
            // Cancelled receives end before what is submitted now.
            shared.close();
        }
    }

    // What connections call.

    EventLoop loop() {
        return loop;
    }

    ConnectionLimits limits() {
        return limits;
    }

    @Nullable
    SslContext tls() {
        return tls;
    }

    /** Where the bytes of one read are put to be parsed; used by one connection at a time. */
    byte[] readBuffer() {
        return readBuffer;
    }

    /** A socket to be connected; {@code plain} when no TLS is spoken on it. */
    Channel newChannel(int connectMillis, boolean plain) {
        Channel channel = channels.newChannel();
        channel.config().setAutoRead(!plain || !RingWire.fits(loop, channel));
        ChannelConfig config = channel.config();
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis);
        config.setOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
        config.setOption(ChannelOption.RECVBUF_ALLOCATOR, reads);
        return channel;
    }

    /** The wire of a connected channel without TLS. */
    Wire wire(Channel channel, HttpConnection connection) {
        if (channel.config().isAutoRead()) {
            return new ChannelWire(channel);
        }
        ReceiveRing shared = ring;
        if (shared == null) {
            shared = ReceiveRing.open((IoEventLoop) loop);
            ring = shared;
        }
        return RingWire.attach((IoEventLoop) loop, channel, connection, shared);
    }

    /** A call has ended; its handle may be used for another. */
    void recycle(Call call) {
        call.request = null;
        call.exchange = NoExchange.INSTANCE;
        call.connection = null;
        calls.addLast(call);
    }

    /** A connection has been opened. */
    void opened() {
        openConnections++;
    }

    /** A connection is free for another request. */
    void release(HttpConnection connection) {
        if (closed || !limits.reuse() || !connection.usable()) {
            connection.shut();
            return;
        }
        ConnectionPool pool = connection.pool();
        if (waiting == 0) {
            pool.pushIdle(connection);
            return;
        }
        ConnectionPool next = nextWaiting(pool);
        if (next != pool) {
            connection.shut();
            return;
        }
        Call call = pool.waiting.poll();
        if (call != null) {
            waiting--;
            connection.send(call);
        }
    }

    /** A connection is no more. */
    void gone(HttpConnection connection, boolean wasOpen) {
        ConnectionPool pool = connection.pool();
        if (connection.idle) {
            pool.removeIdle(connection);
        }
        pool.connections--;
        openConnections -= wasOpen ? 1 : 0;
        HttpConnection last = all.removeLast();
        if (last != connection) {
            all.set(connection.place, last);
            last.place = connection.place;
        }
        decoders.addLast(connection.decoder());
        while (!closed && waiting > 0 && all.size() < limits.max()) {
            ConnectionPool next = nextWaiting(pool);
            Call call = next.waiting.poll();
            if (call == null) {
                return;
            }
            waiting--;
            connect(next, call, null);
        }
    }

    /** The pool whose turn it is: one without any connection, else this one, else the next in turn. */
    private ConnectionPool nextWaiting(ConnectionPool preferred) {
        ConnectionPool found = preferred.waiting.isEmpty() ? null : preferred;
        for (int i = 0; i < pools.length; i++) {
            ConnectionPool pool = pools[(nextPool + i) % pools.length];
            if (pool.waiting.isEmpty()) {
                continue;
            }
            if (pool.connections == 0) {
                nextPool++;
                return pool;
            }
            if (found == null) {
                found = pool;
            }
        }
        return found == null ? preferred : found;
    }
}
