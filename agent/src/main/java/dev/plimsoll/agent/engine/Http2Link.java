package dev.plimsoll.agent.engine;

import dev.plimsoll.measurements.ErrorClass;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection, from opening to closing, and the calls on its streams. Confined to its event loop.
 *
 * <p>Each read is stamped before anything else is done with it; with TLS, before it is decrypted.
 */
final class Http2Link implements Http2Frames.Receiver {
    /** After so many requests a connection is replaced, for stream ids are never used twice and end at 2³¹. */
    private static final int MOST_REQUESTS = 1_000_000_000;

    private final Http2TargetClient client;
    private final Http2Pool pool;
    private final @Nullable Warming warming;
    private final IntObjectMap<Http2Call> streams = new IntObjectHashMap<>();
    private final LinkedHashSet<Http2Call> pending = new LinkedHashSet<>();
    private final Dial dial;
    private @Nullable Channel channel;
    private @Nullable Http2Frames frames;
    private @Nullable Future<?> patience;
    private long connectNanos;
    private long tlsNanos;
    private long stamp;
    private int allowed = Integer.MAX_VALUE;
    private int requests;
    private boolean open;
    private boolean retiring;
    private boolean shut;
    private boolean reading;

    /** A connection that is not opened yet. */
    Http2Link(Http2TargetClient client, Http2Pool pool, @Nullable Warming warming) {
        this.client = client;
        this.pool = pool;
        this.warming = warming;
        dial = new Dial(
                client.loop(),
                client::newChannel,
                pool.endpoint(),
                pool.turn(),
                client.limits().connectTimeout(),
                client.tls(),
                new Front(),
                new Dialled());
    }

    Http2Pool pool() {
        return pool;
    }

    /** Begins to open it. What becomes of it is told later, never before this returns. */
    void open() {
        dial.begin();
    }

    // Opening

    private final class Dialled implements Dial.Listener {
        @Override
        public void opened(Channel fresh, long connect, long handshake) {
            channel = fresh;
            connectNanos = connect;
            tlsNanos = handshake;
            SslHandler secure = fresh.pipeline().get(SslHandler.class);
            if (secure != null && !ApplicationProtocolNames.HTTP_2.equals(secure.applicationProtocol())) {
                end(
                        ErrorClass.PROTOCOL,
                        pool.endpoint() + " does not choose HTTP/2 (ALPN): set target.http to auto or 1.1");
                return;
            }
            patience = client.loop()
                    .schedule(
                            Http2Link.this::silent,
                            client.limits().connectTimeout().toNanos(),
                            TimeUnit.NANOSECONDS);
            Http2Frames handler = Http2Frames.client(Http2Link.this);
            frames = handler;
            fresh.pipeline().addLast(handler);
        }

        @Override
        public void failed(ErrorClass errorClass, String sentence) {
            end(errorClass, sentence);
        }
    }

    private void silent() {
        if (!open) {
            end(
                    ErrorClass.PROTOCOL,
                    pool.endpoint() + " sent no HTTP/2 settings in time: does it speak HTTP/2? Else set target.http"
                            + " to 1.1");
        }
    }

    @Override
    public void settings(@Nullable Long maxStreams) {
        if (maxStreams != null) {
            allowed = (int) Math.min(maxStreams, Integer.MAX_VALUE);
        }
        pool.streams(client.limits().reuse() ? allowed : 1);
        if (!open && !shut) {
            begin();
        } else if (open) {
            client.released(this);
        }
    }

    private void begin() {
        open = true;
        stopWaiting();
        client.opened();
        if (warming != null) {
            warming.ended(true);
        }
        boolean first = true;
        while (!pending.isEmpty() && fits()) {
            Http2Call call = pending.removeFirst();
            if (first) {
                first = false;
                call.exchange.connected(connectNanos, tlsNanos);
            }
            if (call.link == this) {
                send(call);
            }
        }
        if (!pending.isEmpty()) {
            List<Http2Call> surplus = List.copyOf(pending);
            pending.clear();
            client.replace(pool, surplus);
        }
        client.released(this);
    }

    private void stopWaiting() {
        Future<?> timer = patience;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    // Requests

    /** Whether it can take one more call now. */
    boolean hasRoom() {
        return !retiring && fits();
    }

    /** Whether a stream can be opened. */
    private boolean fits() {
        Http2Frames at = frames;
        return open
                && at != null
                && at.activeStreams() < allowed
                && requests < (client.limits().reuse() ? MOST_REQUESTS : 1);
    }

    /** Whether it is being opened and will probably take one more call. */
    boolean willHaveRoom() {
        return !open && !shut && !retiring && pending.size() < pool.streams();
    }

    /** Whether it is open and carries nothing. */
    boolean isIdle() {
        return open && streams.isEmpty();
    }

    /** Whether it takes no more calls. */
    boolean isRetiring() {
        return retiring;
    }

    /** Takes no more calls, and closes after the last. */
    void retire() {
        retiring = true;
        if (isIdle()) {
            shut();
        }
    }

    /** Binds a call to it that is sent when it is open. */
    void await(Http2Call call) {
        call.link = this;
        call.pool = null;
        pending.add(call);
    }

    /** Sends a call's request. There is room for it. */
    void send(Http2Call call) {
        Http2Frames at = frames;
        if (at == null) {
            throw new IllegalStateException("not open");
        }
        RenderedRequest request = call.request();
        ByteBuf view = request.bytes().duplicate();
        Http2Headers head;
        try {
            head = client.heads().take(request, view, pool.endpoint().tls());
        } catch (IllegalArgumentException noRequest) {
            call.link = null;
            String sentence = String.valueOf(noRequest.getMessage());
            client.loop().execute(() -> {
                if (call.request == request) {
                    client.endUnsent(call, ErrorClass.UNSENT, sentence);
                }
            });
            return;
        }
        ByteBuf bytes = request.take();
        bytes.readerIndex(view.readerIndex());
        requests++;
        int id = at.nextStream();
        call.link = this;
        call.pool = null;
        call.begin(id);
        streams.put(id, call);
        call.exchange.sent(System.nanoTime());
        at.send(id, head, bytes, !reading);
        if (requests == MOST_REQUESTS) {
            retiring = true;
        }
    }

    @Override
    public void notSent(int id, Throwable cause) {
        Http2Call call = streams.remove(id);
        if (call != null) {
            failed(
                    call,
                    System.nanoTime(),
                    call.broken("the request could not be sent: " + Failures.reason(cause), true));
            left();
        }
    }

    /** Ends a call that is bound to it. */
    void cancel(Http2Call call, ErrorClass errorClass, String detail) {
        if (pending.remove(call)) {
            client.endUnsent(call, errorClass, detail);
            return;
        }
        Http2Frames at = frames;
        if (streams.remove(call.stream) != null && at != null) {
            at.reset(call.stream, Http2Error.CANCEL);
            failed(call, System.nanoTime(), new AnswerException(errorClass, detail));
            left();
        }
    }

    /** Ends it and every call that is bound to it. */
    void end(ErrorClass errorClass, String detail) {
        end(call -> new AnswerException(errorClass, detail), detail, errorClass);
    }

    /** What a call failed with. */
    private interface Reason {
        AnswerException of(Http2Call call);
    }

    private void end(Reason onStream, String unsent, ErrorClass unsentClass) {
        long nanos = System.nanoTime();
        List<Http2Call> running = new ArrayList<>(streams.values());
        List<Http2Call> waiting = List.copyOf(pending);
        streams.clear();
        pending.clear();
        for (Http2Call call : running) {
            call.link = null;
        }
        shut();
        for (Http2Call call : running) {
            failed(call, nanos, onStream.of(call));
        }
        for (Http2Call call : waiting) {
            client.endUnsent(call, unsentClass, unsent);
        }
    }

    private void failed(Http2Call call, long nanos, AnswerException failure) {
        Exchange exchange = call.exchange;
        int status = call.status();
        exchange.received(call.received());
        client.recycle(call);
        exchange.failed(nanos, failure.errorClass(), status, failure.sentence());
    }

    /** A call has left its stream. */
    private void left() {
        if (!shut) {
            client.released(this);
        }
        if (!shut && retiring && streams.isEmpty()) {
            shut();
        }
    }

    /** Closes the connection; calls bound to it must have been taken off. */
    void shut() {
        if (shut) {
            return;
        }
        shut = true;
        stopWaiting();
        dial.giveUp();
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

    // Frames

    @Override
    public void headers(int id, Http2Headers headers, boolean last) {
        Http2Call call = streams.get(id);
        if (call == null) {
            return;
        }
        try {
            call.headers(stamp, headers, last);
            if (last) {
                answered(call);
            }
        } catch (AnswerException broken) {
            spoiled(call, broken);
        }
    }

    @Override
    public void data(int id, ByteBuf data, boolean last) {
        Http2Call call = streams.get(id);
        if (call == null) {
            return;
        }
        try {
            call.data(stamp, data, client.readBuffer());
            if (last) {
                answered(call);
            }
        } catch (AnswerException broken) {
            spoiled(call, broken);
        }
    }

    private void answered(Http2Call call) {
        AnswerException failure = null;
        try {
            call.end();
        } catch (AnswerException bad) {
            failure = bad;
        }
        call.over(failure, stamp);
        Http2Frames at = frames;
        if (at != null && at.isSending(call.stream)) {
            // Answered before all of the request was taken: the rest is of no use to anybody.
            at.reset(call.stream, Http2Error.CANCEL);
        }
    }

    @Override
    public void freed(int id) {
        Http2Call call = streams.get(id);
        if (call != null && !call.isOver()) {
            // The reason comes next.
            return;
        }
        if (call != null) {
            streams.remove(id);
            AnswerException failure = call.failure();
            long nanos = call.endNanos();
            if (failure != null) {
                failed(call, nanos, failure);
            } else {
                Exchange exchange = call.exchange;
                exchange.received(call.received());
                client.recycle(call);
                exchange.succeeded(nanos);
            }
        }
        left();
    }

    /** An answer cannot be read on: its stream is given up, the connection is still of use. */
    private void spoiled(Http2Call call, AnswerException broken) {
        if (streams.remove(call.stream) == null) {
            return;
        }
        Http2Frames at = frames;
        if (at != null) {
            at.reset(call.stream, Http2Error.CANCEL);
        }
        failed(call, stamp, broken);
        left();
    }

    @Override
    public void reset(int id, long code) {
        Http2Call call = streams.get(id);
        if (call != null) {
            call.over(call.reset(code), stamp);
        }
    }

    @Override
    public void goAway(int lastStream, long code, String debug) {
        if (shut) {
            return;
        }
        retiring = true;
        Http2Error error = Http2Error.valueOf(code);
        String how = "the server takes no more requests on this connection (GOAWAY, "
                + (error == null ? "code " + code : error.name())
                + (debug.isEmpty() ? ")" : ": \"" + debug + "\")");
        List<Http2Call> refused = new ArrayList<>();
        streams.values().forEach(call -> {
            if (call.stream > lastStream) {
                refused.add(call);
            }
        });
        if (!open) {
            end(ErrorClass.RESET, how);
            return;
        }
        refused.forEach(call -> streams.remove(call.stream));
        refused.forEach(call -> failed(call, stamp, call.broken(how, true)));
        left();
    }

    @Override
    public void streamBroken(int id, String sentence) {
        Http2Call call = streams.remove(id);
        if (call != null) {
            failed(call, stamp, AnswerException.protocol(sentence));
            left();
        }
    }

    @Override
    public void broken(String sentence) {
        if (!shut) {
            end(ErrorClass.PROTOCOL, sentence);
        }
    }

    @Override
    public void lost(Throwable cause) {
        lost("the connection was lost: " + Failures.reason(cause), true);
    }

    @Override
    public void closed() {
        lost("the connection was closed", false);
    }

    private void lost(String how, boolean reset) {
        if (shut) {
            return;
        }
        String early = open ? how + " before the request was sent" : how + " before the server's HTTP/2 settings";
        end(call -> call.broken(how, reset), early, ErrorClass.RESET);
    }

    @Override
    public void reading(boolean now) {
        reading = now;
    }

    /** Stamps reads in front of all else. */
    private final class Front extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            stamp = System.nanoTime();
            ctx.fireChannelRead(message);
        }
    }
}
