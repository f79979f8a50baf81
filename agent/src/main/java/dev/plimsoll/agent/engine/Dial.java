package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.measurements.ErrorClass;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The opening of one connection: an address after the other until one accepts or time is up, then TLS where the URL has
 * it. Confined to the event loop of the connection.
 */
final class Dial {
    private final EventLoop loop;
    private final Supplier<? extends Channel> sockets;
    private final Endpoint endpoint;
    private final AddressTurn turn;
    private final Duration timeout;
    private final @Nullable SslContext tls;
    private final ChannelHandler front;
    private final Listener listener;
    private final long beginNanos = System.nanoTime();
    private @Nullable Channel channel;
    private int attempts;
    private int address;
    private boolean over;

    /** What hears how it went: exactly one call, unless it is given up before. */
    interface Listener {
        /**
         * The connection is open, its TLS handshake done.
         *
         * @param connectNanos from the first attempt until TCP was open
         * @param tlsNanos of the handshake; 0 without TLS
         */
        void opened(Channel channel, long connectNanos, long tlsNanos);

        /** No connection could be had. */
        void failed(ErrorClass errorClass, String sentence);
    }

    /**
     * An opening that has not begun.
     *
     * @param sockets makes a channel that the loop can drive
     * @param turn which address is next
     * @param timeout for all attempts together; TLS may take as long again
     * @param tls how TLS is spoken; not used unless the endpoint has it
     * @param front the first handler of the connection, before TLS
     */
    Dial(
            EventLoop loop,
            Supplier<? extends Channel> sockets,
            Endpoint endpoint,
            AddressTurn turn,
            Duration timeout,
            @Nullable SslContext tls,
            ChannelHandler front,
            Listener listener) {
        this.loop = requireNonNull(loop, "loop");
        this.sockets = requireNonNull(sockets, "sockets");
        this.endpoint = requireNonNull(endpoint, "endpoint");
        this.turn = requireNonNull(turn, "turn");
        this.timeout = requireNonNull(timeout, "timeout");
        this.tls = tls;
        this.front = requireNonNull(front, "front");
        this.listener = requireNonNull(listener, "listener");
    }

    /** Begins. What becomes of it is told later, never before this returns. */
    void begin() {
        attempts++;
        address = turn.next();
        try {
            Channel fresh = sockets.get();
            channel = fresh;
            fresh.config().setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, remainingMillis());
            loop.register(fresh).addListener(registration -> registered(fresh, registration));
        } catch (RuntimeException noSocket) {
            attemptFailed(noSocket);
        }
    }

    /** Gives it up; nothing more is told. Does nothing to one that is over. */
    void giveUp() {
        if (over) {
            return;
        }
        over = true;
        Channel opening = channel;
        if (opening != null) {
            opening.close();
        }
    }

    private int remainingMillis() {
        long left = timeout.toNanos() - (System.nanoTime() - beginNanos);
        return (int) Math.clamp(TimeUnit.NANOSECONDS.toMillis(left), 1, Integer.MAX_VALUE);
    }

    private void registered(Channel fresh, Future<? super Void> registration) {
        Throwable cause = registration.cause();
        if (cause != null) {
            attemptFailed(cause);
            return;
        }
        fresh.connect(turn.address(address)).addListener(connecting -> connected(fresh, connecting));
    }

    private void connected(Channel fresh, Future<? super Void> connecting) {
        Throwable cause = connecting.cause();
        if (cause != null) {
            attemptFailed(cause);
            return;
        }
        turn.tried(address, true);
        if (over) {
            fresh.close();
            return;
        }
        long connectNanos = System.nanoTime() - beginNanos;
        fresh.pipeline().addLast(front);
        if (!endpoint.tls() || tls == null) {
            over = true;
            listener.opened(fresh, connectNanos, 0);
            return;
        }
        SslHandler handler = TlsContexts.handler(tls, fresh.alloc(), endpoint);
        handler.setHandshakeTimeoutMillis(timeout.toMillis());
        long handshakeBegin = System.nanoTime();
        fresh.pipeline().addLast(handler);
        handler.handshakeFuture().addListener(handshake -> {
            if (over) {
                return;
            }
            over = true;
            Throwable broken = handshake.cause();
            if (broken == null) {
                listener.opened(fresh, connectNanos, System.nanoTime() - handshakeBegin);
            } else {
                listener.failed(ErrorClass.TLS, Failures.tls(endpoint, broken));
            }
        });
    }

    private void attemptFailed(Throwable cause) {
        turn.tried(address, false);
        Channel failed = channel;
        if (failed != null) {
            failed.close();
        }
        loop.execute(() -> {
            boolean timeLeft = System.nanoTime() - beginNanos < timeout.toNanos();
            if (over) {
                return;
            }
            if (attempts < turn.count() && timeLeft && !Failures.isOfGenerator(cause)) {
                begin();
                return;
            }
            over = true;
            if (Failures.isOfGenerator(cause)) {
                listener.failed(ErrorClass.UNSENT, Failures.noSocket(cause));
            } else {
                listener.failed(ErrorClass.CONNECT, Failures.connect(endpoint, turn.address(address), cause, attempts));
            }
        });
    }
}
