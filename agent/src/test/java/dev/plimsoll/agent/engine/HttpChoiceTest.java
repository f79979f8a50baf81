package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.plimsoll.agent.engine.TlsContexts.Offer;
import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.scenarios.Target.Http;
import dev.plimsoll.scenarios.Target.Tls;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.transport.Transport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpChoiceTest {
    private static final Path FILES = Path.of("src/test/resources/dev/plimsoll/agent/engine/tls");

    private final Vertx vertx = Vertx.vertx();
    private final Transport transport = Transports.best();
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, transport.implementation().ioHandlerFactory());

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        group.shutdownGracefully(0, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(10_000);
    }

    private int server(boolean alpn) throws Exception {
        HttpServerOptions options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setSsl(true)
                .setUseAlpn(alpn)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertPath(FILES.resolve("server.pem").toString())
                        .addKeyPath(FILES.resolve("server.key").toString()));
        return vertx.createHttpServer(options)
                .requestHandler(request -> request.response().end())
                .listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .actualPort();
    }

    private static int nobody() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private HttpChoice ask(int... ports) throws Exception {
        Tls tls = new Tls(Optional.of("ca.pem"), Optional.empty(), Optional.empty(), true);
        List<URI> urls = Arrays.stream(ports)
                .mapToObj(port -> URI.create("https://localhost:" + port))
                .toList();
        return HttpChoice.ask(
                        group.next(),
                        transport.implementation().channelFactory(false),
                        Endpoint.resolve(urls),
                        TlsContexts.client(Optional.of(tls), FILES, Offer.EITHER),
                        Duration.ofSeconds(10))
                .get(20, TimeUnit.SECONDS);
    }

    @Test
    void http2IsSpokenWhereEveryServerChoosesIt() throws Exception {
        assertEquals(new HttpChoice(Http.HTTP_2, true), ask(server(true), server(true)));
    }

    @Test
    void oneServerWithoutItIsEnoughForHttp1() throws Exception {
        assertEquals(new HttpChoice(Http.HTTP_1_1, true), ask(server(true), server(false)));
    }

    @Test
    void serverThatDoesNotAnswerLeavesItUnsure() throws Exception {
        assertEquals(new HttpChoice(Http.HTTP_1_1, false), ask(server(true), nobody()));
    }

    @Test
    void choiceIsAVersion() {
        assertThrows(IllegalArgumentException.class, () -> new HttpChoice(Http.AUTO, true));
    }
}
