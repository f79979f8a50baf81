package dev.plimsoll.agent.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one HTTP/2 connection, client side, by Netty's codec. Confined to its event loop.
 *
 * <p>Bytes that arrive are given back to the flow-control windows at once: the receiver reads them during the call.
 */
final class Http2Frames extends Http2ConnectionHandler {
    /** What a server may send of one answer before it hears that this side has read some of it, in bytes. */
    private static final int STREAM_WINDOW = 16 * 1024 * 1024;

    /** The same for all answers of a connection together. */
    private static final int CONNECTION_WINDOW = 1024 * 1024 * 1024;

    private static final int FRAME = 64 * 1024;

    /** Frames without content in a row; some gateways send one with each flush. */
    private static final int EMPTY_FRAMES = 1_000;

    private final Receiver receiver;

    /** What hears what arrives. */
    interface Receiver {
        /**
         * The server's settings have come, or changed.
         *
         * @param maxStreams how many streams it allows at once; null when it does not say
         */
        void settings(@Nullable Long maxStreams);

        /** A block of headers. */
        void headers(int stream, Http2Headers headers, boolean last);

        /** A piece of a body, valid during the call. */
        void data(int stream, ByteBuf data, boolean last);

        /** A stream is closed on both sides, and another can take its place. */
        void freed(int stream);

        /** The server ended a stream, which is freed next. */
        void reset(int stream, long code);

        /** The server takes no more streams; those after the last one were not processed. */
        void goAway(int lastStream, long code, String debug);

        /** What came on a stream is not HTTP/2; the stream is at an end. */
        void streamBroken(int stream, String sentence);

        /** What came on the connection is not HTTP/2; it is being closed. */
        void broken(String sentence);

        /** The connection failed. */
        void lost(Throwable cause);

        /** The connection was closed by the server. */
        void closed();

        /** The request of a stream could not be written. */
        void notSent(int stream, Throwable cause);

        /** Whether frames are being read: what is written meanwhile is sent after the last of them. */
        void reading(boolean now);
    }

    private @Nullable ChannelHandlerContext context;

    private Http2Frames(
            Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings, Receiver receiver) {
        super(decoder, encoder, settings, true);
        this.receiver = receiver;
        connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                receiver.freed(stream.id());
            }
        });
    }

    /** The client side of a connection, whose preface is sent as soon as the handler is in its pipeline. */
    static Http2Frames client(Receiver receiver) {
        return new Builder(receiver).build();
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Http2Frames, Builder> {
        private final Receiver receiver;

        Builder(Receiver receiver) {
            this.receiver = receiver;
            server(false);
            frameListener(new Listener(receiver));
            initialSettings(new Http2Settings()
                    .pushEnabled(false)
                    .initialWindowSize(STREAM_WINDOW)
                    .maxFrameSize(FRAME)
                    .maxHeaderListSize(ResponseParser.MAX_HEAD));
            decoderEnforceMaxConsecutiveEmptyDataFrames(EMPTY_FRAMES);
            // Their defaults guard servers: here a server may reset, and this side cancel, as often as it likes.
            decoderEnforceMaxRstFramesPerWindow(0, 0);
            encoderEnforceMaxRstFramesPerWindow(0, 0);
        }

        @Override
        protected Http2Frames build() {
            return super.build();
        }

        @Override
        protected Http2Frames build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            return new Http2Frames(decoder, encoder, settings, receiver);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
        decoder()
                .flowController()
                .incrementWindowSize(
                        connection().connectionStream(),
                        CONNECTION_WINDOW - decoder().flowController().initialWindowSize());
        ctx.flush();
    }

    /** How many streams are open. */
    int activeStreams() {
        return connection().local().numActiveStreams();
    }

    /** Whether the request of a stream is not all sent yet. */
    boolean isSending(int id) {
        Http2Stream stream = connection().stream(id);
        return stream != null && stream.state().localSideOpen();
    }

    /** The id of the next stream. */
    int nextStream() {
        return connection().local().incrementAndGetNextStreamId();
    }

    /** Sends a request; the bytes are its body and are given away. {@code now} unless more may follow at once. */
    void send(int stream, Http2Headers headers, ByteBuf body, boolean now) {
        ChannelHandlerContext ctx = attached();
        boolean empty = !body.isReadable();
        ChannelFuture written = encoder().writeHeaders(ctx, stream, headers, 0, empty, ctx.newPromise());
        if (empty) {
            body.release();
        } else {
            encoder().writeData(ctx, stream, body, 0, true, ctx.newPromise());
        }
        if (now) {
            flush(ctx);
        }
        written.addListener(done -> {
            Throwable cause = done.cause();
            if (cause != null) {
                ctx.executor().execute(() -> receiver.notSent(stream, cause));
            }
        });
    }

    /** Ends a stream that is of no more interest. */
    void reset(int stream, Http2Error error) {
        ChannelHandlerContext ctx = attached();
        resetStream(ctx, stream, error.code(), ctx.newPromise());
        flush(ctx);
    }

    private ChannelHandlerContext attached() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not open");
        }
        return ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        receiver.reading(true);
        super.channelRead(ctx, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        receiver.reading(false);
        super.channelReadComplete(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        receiver.closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof Http2Exception) {
                super.exceptionCaught(ctx, cause);
                return;
            }
        }
        receiver.lost(cause);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception.StreamException error) {
        super.onStreamError(ctx, outbound, cause, error);
        receiver.streamBroken(error.streamId(), sentence(error));
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception error) {
        receiver.broken(sentence(error == null ? cause : error));
        super.onConnectionError(ctx, outbound, cause, error);
    }

    private static String sentence(Throwable error) {
        String message = String.valueOf(error.getMessage());
        if (message.contains("not SETTINGS") || message.contains("HTTP/1.x")) {
            return "the server does not answer in HTTP/2: set target.http to 1.1";
        }
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        return "the answer breaks the rules of HTTP/2: " + Bytes.quoted(bytes, 0, bytes.length);
    }

    /** Hands frames on. */
    private static final class Listener extends Http2FrameAdapter {
        private final Receiver receiver;

        Listener(Receiver receiver) {
            this.receiver = receiver;
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
            receiver.settings(settings.maxConcurrentStreams());
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int stream,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean last) {
            receiver.headers(stream, headers, last);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int stream, Http2Headers headers, int padding, boolean last) {
            receiver.headers(stream, headers, last);
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int stream, ByteBuf data, int padding, boolean last) {
            receiver.data(stream, data, last);
            return data.readableBytes() + padding;
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int stream, long code) {
            receiver.reset(stream, code);
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext ctx, int lastStream, long code, ByteBuf debug) {
            int length = Math.min(debug.readableBytes(), AnswerReader.MAX_EXCERPT);
            byte[] bytes = new byte[length];
            debug.getBytes(debug.readerIndex(), bytes);
            receiver.goAway(lastStream, code, Bytes.quoted(bytes, 0, length));
        }
    }
}
