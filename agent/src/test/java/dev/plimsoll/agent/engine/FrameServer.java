package dev.plimsoll.agent.engine;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2SettingsFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** An HTTP/2 server without TLS, whose frames a script chooses; each request is one call of it. */
final class FrameServer implements AutoCloseable {
    /** What is done about one request that has arrived completely. */
    interface Script {
        void serve(Peer peer);
    }

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel listener;
    private final Script script;
    private final Http2Settings settings;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    final AtomicLong received = new AtomicLong();
    final List<Channel> connections = new CopyOnWriteArrayList<>();
    final List<Http2Headers> heads = new CopyOnWriteArrayList<>();

    FrameServer(Http2Settings settings, Script script) throws Exception {
        this(InetAddress.getLoopbackAddress(), settings, script);
    }

    FrameServer(InetAddress address, Http2Settings settings, Script script) throws Exception {
        this.script = script;
        this.settings = settings;
        listener = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        channel.pipeline()
                                .addLast(Http2FrameCodecBuilder.forServer()
                                        .initialSettings(FrameServer.this.settings)
                                        .build())
                                .addLast(new Served());
                    }
                })
                .bind(new InetSocketAddress(address, 0))
                .sync()
                .channel();
    }

    static Http2Settings streams(long most) {
        return new Http2Settings().maxConcurrentStreams(most);
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** Requests so far. */
    int requests() {
        return requests.get();
    }

    /** The most requests that were under way on one connection at once. */
    int mostAtOnce() {
        return most.get();
    }

    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        connections.forEach(Channel::close);
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(10_000);
    }

    /** One connection. */
    private final class Served extends ChannelInboundHandlerAdapter {
        private final Map<Integer, Peer> open = new ConcurrentHashMap<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2HeadersFrame frame) {
                heads.add(frame.headers());
                running.incrementAndGet();
                Peer peer = new Peer(ctx, frame.stream(), requests.getAndIncrement(), this);
                open.put(frame.stream().id(), peer);
                most.accumulateAndGet(open.size(), Math::max);
                if (frame.isEndStream()) {
                    script.serve(peer);
                }
            } else if (message instanceof Http2DataFrame frame) {
                received.addAndGet(frame.content().readableBytes());
                Peer peer = open.get(frame.stream().id());
                if (frame.isEndStream() && peer != null) {
                    script.serve(peer);
                }
            }
            ReferenceCountUtil.release(message);
        }

        void ended(int stream) {
            open.remove(stream);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Tests look at the client's side.
        }
    }

    /** The server's side of one request. */
    static final class Peer {
        private final ChannelHandlerContext context;
        private final Http2FrameStream stream;
        private final int number;
        private final Served connection;

        private Peer(ChannelHandlerContext context, Http2FrameStream stream, int number, Served connection) {
            this.context = context;
            this.stream = stream;
            this.number = number;
            this.connection = connection;
        }

        /** The number of the request, from 0. */
        int number() {
            return number;
        }

        /** The head of the answer; names and values in turn. */
        Peer head(int status, boolean last, String... fields) {
            Http2Headers headers = new DefaultHttp2Headers().status(Integer.toString(status));
            for (int i = 0; i < fields.length; i += 2) {
                headers.add(fields[i], fields[i + 1]);
            }
            return write(new DefaultHttp2HeadersFrame(headers, last), last);
        }

        Peer trailers() {
            return write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().add("x-end", "1"), true), true);
        }

        Peer data(String text, boolean last) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(bytes), last), last);
        }

        Peer reset(Http2Error error) {
            return write(new DefaultHttp2ResetFrame(error), true);
        }

        private Peer write(Http2StreamFrame frame, boolean last) {
            if (last) {
                connection.ended(stream.id());
            }
            context.writeAndFlush(frame.stream(stream));
            return this;
        }

        /** The server takes no streams after that many more. */
        Peer goAway(Http2Error error, int extra, String debug) {
            DefaultHttp2GoAwayFrame frame =
                    new DefaultHttp2GoAwayFrame(error, Unpooled.copiedBuffer(debug, StandardCharsets.US_ASCII));
            frame.setExtraStreamIds(extra);
            context.writeAndFlush(frame);
            return this;
        }

        Peer settings(Http2Settings settings) {
            context.writeAndFlush(new DefaultHttp2SettingsFrame(settings));
            return this;
        }

        /** Bytes that are no frame. */
        Peer garbage() {
            context.pipeline()
                    .firstContext()
                    .writeAndFlush(Unpooled.copiedBuffer("x".repeat(64), StandardCharsets.US_ASCII));
            return this;
        }

        Peer close() {
            context.channel().unsafe().close(context.voidPromise());
            return this;
        }

        void later(int millis, Runnable action) {
            context.executor().schedule(action, millis, TimeUnit.MILLISECONDS);
        }
    }
}
