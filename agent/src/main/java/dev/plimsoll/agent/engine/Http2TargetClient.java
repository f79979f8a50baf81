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
import io.netty.channel.RecvByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 connections of one shard (RFC 9113): by prior knowledge to {@code http} URLs, by ALPN to {@code https} ones.
 * Confined to the event loop it is made with; only the constructor may be called elsewhere.
 *
 * <p>Requests are spread in turn over the open connections to their URL, each of which carries as many at once as its
 * server allows ({@code SETTINGS_MAX_CONCURRENT_STREAMS}). When all are full, another is opened, up to the limit; then
 * requests wait in order. A connection is used from the server's {@code SETTINGS} on.
 *
 * <p>A request is never sent twice, also not after {@code REFUSED_STREAM} or {@code GOAWAY}, which promise that it was
 * not processed: a client that silently tries again hides what a user would suffer. It fails as
 * {@link ErrorClass#RESET}.
 *
 * <p>What arrives is taken off the flow-control window at once, so that a server never waits for this side.
 */
public final class Http2TargetClient implements TargetClient {
    private static final int READ_BUFFER = 64 * 1024;

    private final EventLoop loop;
    private final ChannelFactory<? extends Channel> channels;
    private final ConnectionLimits limits;
    private final @Nullable SslContext tls;
    private final Http2Pool[] pools;
    private final RecvByteBufAllocator reads = new AdaptiveRecvByteBufAllocator(1024, 8 * 1024, READ_BUFFER);
    private final byte[] readBuffer = new byte[READ_BUFFER];
    private final Http2RequestHeads heads = new Http2RequestHeads();
    private final ArrayDeque<Http2Call> calls = new ArrayDeque<>();
    private int connections;
    private int openConnections;
    private int nextPool;
    private boolean closed;

    /**
     * A client without connections.
     *
     * @param loop the shard's event loop
     * @param channels makes sockets that this loop can drive
     * @param endpoints the target's URLs, resolved, in the target's order
     * @param limits of this shard
     * @param tls how {@code https} is spoken, with HTTP/2 offered; may be null when no endpoint has it
     */
    public Http2TargetClient(
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
        pools = endpoints.stream().map(Http2Pool::new).toArray(Http2Pool[]::new);
    }

    /**
     * Opens connections for that many requests at once: at least one to each address of each URL, since streams share
     * them.
     */
    @Override
    public Future<Integer> open(int requests) {
        Promise<Integer> promise = loop.newPromise();
        int[] wanted = new int[pools.length];
        int count = 0;
        for (int i = 0; i < pools.length && !closed && limits.reuse() && requests > 0; i++) {
            int share = Math.ceilDiv(Math.ceilDiv(requests, pools.length), pools[i].streams());
            wanted[i] = Math.min(Math.max(share, pools[i].turn().count()), limits.max() - connections - count);
            count += wanted[i];
        }
        if (count <= 0) {
            return promise.setSuccess(0);
        }
        Warming warming = new Warming(promise, count);
        for (int i = 0; i < pools.length; i++) {
            for (int k = 0; k < wanted[i]; k++) {
                connect(pools[i], null, warming);
            }
        }
        return promise;
    }

    @Override
    public Handle send(RenderedRequest request, Exchange exchange) {
        Http2Call pooled = calls.pollLast();
        Http2Call call = pooled == null ? new Http2Call() : pooled;
        call.request = request;
        call.exchange = exchange;
        Http2Pool pool = pools[request.url()];
        if (closed) {
            loop.execute(() -> refuse(call));
        } else {
            place(pool, call);
        }
        return call;
    }

    /** Gives the call to a connection, or lets it wait. */
    private void place(Http2Pool pool, Http2Call call) {
        Http2Link link = pool.waiting.isEmpty() ? pool.free() : null;
        if (link != null) {
            link.send(call);
            return;
        }
        Http2Link opening = limits.reuse() ? pool.opening() : null;
        if (opening != null) {
            opening.await(call);
        } else if (connections < limits.max() || makeRoom(pool)) {
            connect(pool, call, null);
        } else {
            call.pool = pool;
            pool.waiting.add(call);
            if (pool.links().isEmpty()) {
                retireOne(pool);
            }
        }
    }

    private void refuse(Http2Call call) {
        if (call.request != null) {
            endUnsent(call, ErrorClass.UNSENT, "the client is closed");
        }
    }

    /** Closes an idle connection to another URL. */
    private boolean makeRoom(Http2Pool but) {
        for (Http2Pool pool : pools) {
            Http2Link idle = pool == but ? null : pool.idle();
            if (idle != null) {
                idle.shut();
                return connections < limits.max();
            }
        }
        return false;
    }

    /** Has a connection of the pool that has most take no more calls, so that a pool without any gets its turn. */
    private void retireOne(Http2Pool starving) {
        Http2Pool richest = starving;
        for (Http2Pool pool : pools) {
            boolean retiring = pool.links().stream().anyMatch(Http2Link::isRetiring);
            if (retiring) {
                return;
            }
            richest = pool.links().size() > richest.links().size() ? pool : richest;
        }
        if (!richest.links().isEmpty()) {
            richest.links().getFirst().retire();
        }
    }

    private void connect(Http2Pool pool, @Nullable Http2Call first, @Nullable Warming warming) {
        Http2Link link = new Http2Link(this, pool, warming);
        connections++;
        pool.links().add(link);
        if (first != null) {
            link.await(first);
        }
        link.open();
    }

    @Override
    public void cancel(Handle handle, ErrorClass errorClass, String detail) {
        Http2Call call = (Http2Call) handle;
        Http2Link link = call.link;
        if (link != null) {
            link.cancel(call, errorClass, detail);
        } else if (call.request != null) {
            Http2Pool pool = call.pool;
            if (pool != null) {
                pool.waiting.remove(call);
            }
            endUnsent(call, errorClass, detail);
        }
    }

    /** Ends a call whose request was not sent and that waits nowhere any more. */
    void endUnsent(Http2Call call, ErrorClass errorClass, String detail) {
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
        for (Http2Pool pool : pools) {
            for (Http2Call call : List.copyOf(pool.waiting)) {
                pool.waiting.remove(call);
                endUnsent(call, ErrorClass.TIMEOUT, detail);
            }
            for (Http2Link link : List.copyOf(pool.links())) {
                link.end(ErrorClass.TIMEOUT, detail);
            }
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

    Http2RequestHeads heads() {
        return heads;
    }

    /** Where the bytes of a piece are put to be parsed; used by one call at a time. */
    byte[] readBuffer() {
        return readBuffer;
    }

    Channel newChannel() {
        Channel channel = channels.newChannel();
        ChannelConfig config = channel.config();
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
        config.setOption(ChannelOption.RECVBUF_ALLOCATOR, reads);
        return channel;
    }

    /** A call has ended; its handle may be used for another. */
    void recycle(Http2Call call) {
        call.request = null;
        call.exchange = NoExchange.INSTANCE;
        call.link = null;
        call.pool = null;
        call.stream = 0;
        calls.addLast(call);
    }

    /** A connection can be used. */
    void opened() {
        openConnections++;
    }

    /** A connection has room again, or allows more streams. */
    void released(Http2Link link) {
        Http2Pool pool = link.pool();
        if (closed || !limits.reuse()) {
            if (link.isIdle()) {
                link.shut();
            }
            return;
        }
        while (link.hasRoom() && !pool.waiting.isEmpty()) {
            link.send(pool.waiting.removeFirst());
        }
        if (link.isRetiring() && link.isIdle()) {
            link.shut();
        }
    }

    /** Calls that were bound to a connection which cannot take them now. */
    void replace(Http2Pool pool, List<Http2Call> unsent) {
        for (Http2Call call : unsent) {
            call.link = null;
            call.stream = 0;
            place(pool, call);
        }
    }

    /** A connection is no more. */
    void gone(Http2Link link, boolean wasOpen) {
        connections--;
        openConnections -= wasOpen ? 1 : 0;
        link.pool().links().remove(link);
        if (closed) {
            return;
        }
        nextPool++;
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < pools.length; i++) {
                Http2Pool pool = pools[(nextPool + i) % pools.length];
                if (pass == 1 || pool.links().isEmpty()) {
                    refill(pool);
                }
            }
        }
        for (Http2Pool pool : pools) {
            if (pool.links().isEmpty() && !pool.waiting.isEmpty()) {
                retireOne(pool);
            }
        }
    }

    private void refill(Http2Pool pool) {
        while (!pool.waiting.isEmpty() && connections < limits.max()) {
            Http2Call first = pool.waiting.removeFirst();
            connect(pool, first, null);
            while (limits.reuse() && !pool.waiting.isEmpty() && pool.opening() instanceof Http2Link opening) {
                opening.await(pool.waiting.removeFirst());
            }
        }
    }
}
