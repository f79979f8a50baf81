package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.fail;

import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Work.Expectation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.vertx.core.transport.Transport;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client with an event loop of its own, for tests that run elsewhere. */
final class TestClient implements AutoCloseable {
    static final AnswerFormat CHAT_STREAM = new AnswerFormat(Api.OPENAI_CHAT, true, Expectation.ANY_SUCCESS);
    static final AnswerFormat CHAT = new AnswerFormat(Api.OPENAI_CHAT, false, Expectation.ANY_SUCCESS);
    static final AnswerFormat HTTP = new AnswerFormat(Api.HTTP, false, Expectation.ANY_SUCCESS);

    private final MultiThreadIoEventLoopGroup group;
    final EventLoop loop;
    final TargetClient client;

    TestClient(ConnectionLimits limits, URI... urls) throws Exception {
        this(Transports.best(), limits, null, Endpoint.resolve(List.of(urls)));
    }

    TestClient(Transport transport, ConnectionLimits limits, @Nullable SslContext tls, List<Endpoint> endpoints) {
        this(transport, limits, tls, endpoints, HttpTargetClient::new);
    }

    /** A client of one of the versions of HTTP. */
    interface Version {
        TargetClient client(
                EventLoop loop,
                ChannelFactory<? extends Channel> channels,
                List<Endpoint> endpoints,
                ConnectionLimits limits,
                @Nullable SslContext tls);
    }

    TestClient(
            Transport transport,
            ConnectionLimits limits,
            @Nullable SslContext tls,
            List<Endpoint> endpoints,
            Version version) {
        group = new MultiThreadIoEventLoopGroup(1, transport.implementation().ioHandlerFactory());
        loop = group.next();
        client = version.client(loop, transport.implementation().channelFactory(false), endpoints, limits, tls);
    }

    /** A client that speaks HTTP/2. */
    static TestClient http2(ConnectionLimits limits, @Nullable SslContext tls, URI... urls) throws Exception {
        return new TestClient(Transports.best(), limits, tls, Endpoint.resolve(List.of(urls)), Http2TargetClient::new);
    }

    static ConnectionLimits limits(int max) {
        return new ConnectionLimits(max, true, Duration.ofSeconds(5));
    }

    RecordingExchange send(AnswerFormat format) {
        return send(format, 0, "GET / HTTP/1.1\r\nHost: test\r\n\r\n", false);
    }

    RecordingExchange send(AnswerFormat format, int url, String request, boolean head) {
        RecordingExchange exchange = new RecordingExchange();
        loop.execute(() -> client.send(rendered(format, url, request, head), exchange));
        return exchange;
    }

    static RenderedRequest rendered(AnswerFormat format, int url, String request, boolean head) {
        ByteBuf bytes = Unpooled.directBuffer();
        bytes.writeCharSequence(request, StandardCharsets.US_ASCII);
        return new RenderedRequest(url, 0, bytes, format, head);
    }

    /** Runs it on the event loop and waits for its result. */
    <T> T call(Callable<T> action) {
        try {
            return loop.submit(action).get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            return fail("not done on the event loop", e);
        }
    }

    int open(int connections) {
        try {
            return call(() -> client.open(connections)).get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            return fail("connections were not opened", e);
        }
    }

    int openConnections() {
        return call(client::openConnections);
    }

    /** Waits until that many connections are open. */
    void awaitOpen(int connections) {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (openConnections() != connections) {
            if (System.nanoTime() > limit) {
                fail(openConnections() + " connections are open, not " + connections);
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        call(() -> {
            client.close();
            return true;
        });
        group.shutdownGracefully(20, 5_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(10_000);
    }
}
