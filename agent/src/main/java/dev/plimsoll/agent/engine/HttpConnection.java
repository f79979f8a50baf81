package dev.plimsoll.agent.engine;

import dev.plimsoll.measurements.ErrorClass;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from opening to closing, and the answer being read on it. Confined to its event loop.
 *
 * <p>Each read is stamped before anything else is done with it; with TLS, before it is decrypted.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
    private final HttpTargetClient client;
    private final ConnectionPool pool;
    private final AnswerDecoder decoder;
    private final @Nullable Warming warming;
    private final long beginNanos;
    private @Nullable Channel channel;
    private @Nullable Wire wire;
    private @Nullable Call call;
    private int attempts;
    private int address;
    private long connectNanos;
    private boolean secure;
    private boolean open;
    private boolean shut;
    private long stamp;

    /** Links of the pool's list of idle connections. */
    @Nullable
    HttpConnection above;

    @Nullable
    HttpConnection below;

    boolean idle;

    /** The place in the client's list of all connections. */
    int place;

    /** A connection for that call, or for none yet. */
    HttpConnection(
            HttpTargetClient client,
            ConnectionPool pool,
            AnswerDecoder decoder,
            @Nullable Call call,
            @Nullable Warming warming) {
        this.client = client;
        this.pool = pool;
        this.decoder = decoder;
        this.call = call;
        this.warming = warming;
        beginNanos = System.nanoTime();
        if (call != null) {
            call.connection = this;
        }
    }

    ConnectionPool pool() {
        return pool;
    }

    AnswerDecoder decoder() {
        return decoder;
    }

    /** Whether it has been opened and not yet closed. */
    boolean isOpen() {
        return open;
    }

    // Opening

    /** Begins to open it. What becomes of it is told later, never before this returns. */
    void open() {
        attempts++;
        address = pool.nextAddress();
        try {
            Channel fresh =
                    client.newChannel(remainingMillis(), !pool.endpoint().tls());
            channel = fresh;
            client.loop().register(fresh).addListener(this::registered);
        } catch (RuntimeException noSocket) {
            attemptFailed(noSocket);
        }
    }

    private int remainingMillis() {
        long left = client.limits().connectTimeout().toNanos() - (System.nanoTime() - beginNanos);
        return (int) Math.clamp(TimeUnit.NANOSECONDS.toMillis(left), 1, Integer.MAX_VALUE);
    }

    private void registered(Future<? super Void> registration) {
        Channel registered = channel;
        Throwable cause = registration.cause();
        if (cause != null || registered == null) {
            attemptFailed(cause == null ? new IllegalStateException("no channel") : cause);
            return;
        }
        registered.connect(pool.address(address)).addListener(this::connected);
    }

    private void connected(Future<? super Void> connecting) {
        Throwable cause = connecting.cause();
        Channel connected = channel;
        if (cause != null || connected == null) {
            attemptFailed(cause == null ? new IllegalStateException("no channel") : cause);
            return;
        }
        pool.tried(address, true);
        if (shut) {
            connected.close();
            return;
        }
        connectNanos = System.nanoTime() - beginNanos;
        SslContext tls = pool.endpoint().tls() ? client.tls() : null;
        if (tls == null) {
            connected.pipeline().addLast(this);
            wire = client.wire(connected, this);
            opened(0);
            return;
        }
        secure = true;
        SslHandler handler = TlsContexts.handler(tls, connected.alloc(), pool.endpoint());
        handler.setHandshakeTimeoutMillis(client.limits().connectTimeout().toMillis());
        long handshakeBegin = System.nanoTime();
        connected.pipeline().addLast(new ReadStamp(this), handler, this);
        wire = new ChannelWire(connected);
        handler.handshakeFuture().addListener(handshake -> shaken(handshake.cause(), handshakeBegin));
    }

    private void shaken(@Nullable Throwable cause, long handshakeBegin) {
        if (shut) {
            return;
        }
        if (cause == null) {
            opened(System.nanoTime() - handshakeBegin);
        } else {
            fail(ErrorClass.TLS, Failures.tls(pool.endpoint(), cause));
        }
    }

    private void opened(long tlsNanos) {
        open = true;
        client.opened();
        if (warming != null) {
            warming.ended(true);
        }
        Call first = call;
        if (first == null) {
            client.release(this);
        } else {
            first.exchange.connected(connectNanos, tlsNanos);
            if (call == first) {
                send(first);
            }
        }
    }

    private void attemptFailed(Throwable cause) {
        pool.tried(address, false);
        Channel failed = channel;
        if (failed != null) {
            failed.close();
        }
        client.loop().execute(() -> {
            boolean timeLeft = System.nanoTime() - beginNanos
                    < client.limits().connectTimeout().toNanos();
            if (shut) {
                return;
            }
            if (attempts < pool.addresses() && timeLeft && !Failures.isOfGenerator(cause)) {
                open();
            } else if (Failures.isOfGenerator(cause)) {
                fail(ErrorClass.UNSENT, Failures.noSocket(cause));
            } else {
                fail(ErrorClass.CONNECT, Failures.connect(pool.endpoint(), pool.address(address), cause, attempts));
            }
        });
    }

    /** Gives up a connection that is not open yet, and the call it was for. */
    private void fail(ErrorClass errorClass, String detail) {
        Call failed = call;
        call = null;
        if (failed == null) {
            shut();
            return;
        }
        Exchange exchange = failed.exchange;
        failed.request().drop();
        client.recycle(failed);
        shut();
        exchange.failed(System.nanoTime(), errorClass, 0, detail);
    }

    // Requests

    /** Sends a call's request. The connection is open and idle. */
    void send(Call next) {
        RenderedRequest request = next.request();
        Wire at = wire;
        if (at == null) {
            throw new IllegalStateException("not open");
        }
        next.connection = this;
        call = next;
        decoder.begin(request.answer(), request.head(), next.exchange);
        next.exchange.sent(System.nanoTime());
        at.write(request);
    }

    /** Whether another request can be sent: it is open, and all of the last request was written. */
    boolean usable() {
        Channel at = channel;
        Wire open = wire;
        return !shut && at != null && open != null && at.isActive() && open.drained();
    }

    /** Ends the call that is bound to this connection, and the connection. */
    void cancel(ErrorClass errorClass, String detail) {
        Call cancelled = call;
        if (cancelled == null) {
            return;
        }
        if (!open) {
            fail(errorClass, detail);
            return;
        }
        call = null;
        int status = decoder.status();
        Exchange exchange = cancelled.exchange;
        exchange.received(decoder.received());
        client.recycle(cancelled);
        shut();
        exchange.failed(System.nanoTime(), errorClass, status, detail);
    }

    /** Closes the connection; a call bound to it must have been taken off. */
    void shut() {
        if (shut) {
            return;
        }
        shut = true;
        Wire cut = wire;
        if (cut != null) {
            cut.close();
        }
        Channel at = channel;
        if (at != null) {
            at.close();
        }
        boolean wasOpen = open;
        open = false;
        client.gone(this, wasOpen);
        if (warming != null && !wasOpen) {
            warming.ended(false);
        }
    }

    // Events of the channel

    /** Stamps a read before TLS sees it. */
    void stamp(long nanos) {
        stamp = nanos;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        long nanos = secure ? stamp : System.nanoTime();
        ByteBuf buffer = (ByteBuf) message;
        try {
            received(nanos, buffer, buffer.readerIndex(), buffer.readableBytes());
        } finally {
            buffer.release();
        }
    }

    /** Reads what has arrived: that many bytes of the buffer from that index on. */
    void received(long nanos, ByteBuf buffer, int from, int length) {
        if (shut) {
            return;
        }
        if (call == null) {
            // Bytes that no request asked for: whatever comes next could not be told from an answer.
            shut();
            return;
        }
        byte[] bytes = client.readBuffer();
        int left = length;
        int at = from;
        try {
            while (left > 0) {
                int piece = Math.min(left, bytes.length);
                buffer.getBytes(at, bytes, 0, piece);
                int read = decoder.feed(nanos, bytes, 0, piece);
                at += piece;
                left -= piece;
                if (decoder.done()) {
                    answered(nanos, read == piece && left == 0);
                    return;
                }
            }
        } catch (AnswerException broken) {
            ended(nanos, broken, false);
        }
    }

    /** The answer is complete; {@code clean} when nothing came after it. */
    private void answered(long nanos, boolean clean) {
        AnswerException failure = null;
        try {
            decoder.end();
        } catch (AnswerException bad) {
            failure = bad;
        }
        ended(nanos, failure, clean && decoder.reusable());
    }

    private void ended(long nanos, @Nullable AnswerException failure, boolean reusable) {
        Call ended = call;
        if (ended == null) {
            return;
        }
        call = null;
        Exchange exchange = ended.exchange;
        exchange.received(decoder.received());
        int status = decoder.status();
        client.recycle(ended);
        if (reusable) {
            client.release(this);
        } else {
            shut();
        }
        if (failure == null) {
            exchange.succeeded(nanos);
        } else {
            exchange.failed(nanos, failure.errorClass(), status, failure.sentence());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closedByServer();
    }

    /** The server has closed its side, and all that it sent before has been read. */
    void closedByServer() {
        if (!open) {
            return;
        }
        if (call == null) {
            shut();
        } else if (decoder.closed()) {
            answered(decoder.lastNanos(), false);
        } else {
            ended(System.nanoTime(), decoder.broken(false), false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(cause);
    }

    /** Reading or writing has failed. */
    void failed(Throwable cause) {
        if (!open) {
            return;
        }
        if (call == null) {
            shut();
            return;
        }
        Throwable reason = cause.getCause() instanceof SSLException inner ? inner : cause;
        AnswerException failure;
        if (reason instanceof SSLException && decoder.status() == 0) {
            failure = new AnswerException(ErrorClass.TLS, Failures.tls(pool.endpoint(), reason));
        } else if (reason instanceof IOException) {
            failure = decoder.broken(true);
        } else {
            failure = AnswerException.protocol("the answer could not be read: " + reason);
        }
        ended(System.nanoTime(), failure, false);
    }

    /** Stamps reads in front of TLS. */
    private static final class ReadStamp extends ChannelInboundHandlerAdapter {
        private final HttpConnection connection;

        ReadStamp(HttpConnection connection) {
            this.connection = connection;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            connection.stamp(System.nanoTime());
            ctx.fireChannelRead(message);
        }
    }
}
