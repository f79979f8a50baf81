package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.plimsoll.agent.engine.TlsContexts.Offer;
import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Target.Tls;
import dev.plimsoll.scenarios.Target.TlsProvider;
import dev.plimsoll.scenarios.Work.Expectation;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** HTTP/2 with servers that are not made for tests: Vert.x's, and nginx where it is installed. */
@ParameterizedClass
@EnumSource(
        value = TlsProvider.class,
        names = {"OPENSSL", "JDK"})
@Timeout(60)
class Http2OverTlsTest {
    private static final Path FILES = Path.of("src/test/resources/dev/plimsoll/agent/engine/tls");
    private static final String TOKEN = "data: {\"choices\":[{\"delta\":{\"content\":\"word\"}}]}\n\n";

    private static final int TOKENS = 40;

    private final TlsProvider provider;
    private final Vertx vertx = Vertx.vertx();

    Http2OverTlsTest(TlsProvider provider) {
        this.provider = provider;
    }

    @BeforeEach
    void theProviderWorksHere() throws Exception {
        assertEquals(provider, TlsContexts.provider(provider));
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private Optional<Tls> tls() {
        return Optional.of(
                new Tls(Optional.of("ca.pem"), Optional.empty(), Optional.empty(), true, Optional.empty(), provider));
    }

    private TestClient http2(int connections, boolean reuse, int port) throws Exception {
        return TestClient.http2(
                new ConnectionLimits(connections, reuse, Duration.ofSeconds(5)),
                TlsContexts.client(tls(), FILES, Offer.HTTP_2),
                URI.create("https://localhost:" + port));
    }

    private static AnswerFormat says(String text) {
        return new AnswerFormat(Api.HTTP, false, new Expectation(List.of(200), List.of(text)));
    }

    private int vertxServer(boolean alpn, long streams) throws Exception {
        HttpServerOptions options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setSsl(true)
                .setUseAlpn(alpn)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertPath(FILES.resolve("server.pem").toString())
                        .addKeyPath(FILES.resolve("server.key").toString()));
        options.getInitialSettings().setMaxConcurrentStreams(streams);
        HttpServer server = vertx.createHttpServer(options).requestHandler(Http2OverTlsTest::answer);
        return server.listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .actualPort();
    }

    private static void answer(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2) {
            request.response().setStatusCode(505).end();
            return;
        }
        request.body().onSuccess(body -> {
            request.response().putHeader("Content-Type", "text/event-stream");
            for (int i = 0; i < TOKENS; i++) {
                request.response().write(TOKEN);
            }
            request.response().end("data: [DONE]\n\n");
        });
    }

    @Test
    void vertxStreamsTokens() throws Exception {
        try (TestClient client = http2(2, true, vertxServer(true, 8))) {
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                exchanges.add(client.send(
                        TestClient.CHAT_STREAM,
                        0,
                        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
                        false));
            }
            exchanges.forEach(RecordingExchange::succeeds);
            exchanges.forEach(exchange -> assertEquals(TOKENS, exchange.tokens.size()));
            List<RecordingExchange> first =
                    exchanges.stream().filter(e -> e.connectNanos > 0).toList();
            assertTrue(!first.isEmpty() && first.size() <= 2, first.size() + " connections");
            first.forEach(exchange -> assertTrue(exchange.tlsNanos > 0));
        }
    }

    @Test
    void serverThatDoesNotChooseItIsNamed() throws Exception {
        try (TestClient client = http2(1, true, vertxServer(false, 8))) {
            client.send(TestClient.HTTP).fails(ErrorClass.PROTOCOL, "does not choose HTTP/2 (ALPN)");
        }
    }

    @Test
    void nginxSpeaksIt(@TempDir Path directory) throws Exception {
        assumeTrue(NginxServer.isInstalled(), "nginx is not installed");
        try (NginxServer nginx = new NginxServer(
                        directory, "ssl http2", "location / { return 200 \"$server_protocol $ssl_server_name\"; }");
                TestClient client = http2(1, true, nginx.port())) {
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                exchanges.add(client.send(says("HTTP/2.0 localhost")));
            }
            exchanges.forEach(RecordingExchange::succeeds);
            assertEquals(1, client.openConnections());
        }
    }

    @Test
    void largeBodiesOfManyStreamsDoNotStall(@TempDir Path directory) throws Exception {
        assumeTrue(NginxServer.isInstalled(), "nginx is not installed");
        int tokens = 40_000;
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(directory.resolve("large"), TOKEN.repeat(tokens) + "data: [DONE]\n\n");
        try (NginxServer nginx = new NginxServer(
                        directory,
                        "ssl http2",
                        "location / { root " + directory + "; types {} default_type text/event-stream; }");
                TestClient client = http2(1, true, nginx.port())) {
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                exchanges.add(client.send(
                        TestClient.CHAT_STREAM, 0, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n", false));
            }
            exchanges.forEach(RecordingExchange::succeeds);
            exchanges.forEach(exchange -> assertEquals(tokens, exchange.tokens.size()));
        }
    }

    /** nginx closes a connection with GOAWAY after that many requests. */
    @Test
    void nginxMayReplaceConnections(@TempDir Path directory) throws Exception {
        assumeTrue(NginxServer.isInstalled(), "nginx is not installed");
        try (NginxServer nginx = new NginxServer(
                        directory,
                        "ssl http2",
                        "keepalive_requests 10; location / { return 200 \"$server_protocol\"; }");
                TestClient client = http2(4, true, nginx.port())) {
            for (int i = 0; i < 50; i++) {
                client.send(says("HTTP/2.0")).succeeds();
            }
        }
    }

    @Test
    void everyConnectionMakesAFullHandshake(@TempDir Path directory) throws Exception {
        assumeTrue(NginxServer.isInstalled(), "nginx is not installed");
        try (NginxServer nginx = new NginxServer(
                        directory, "ssl", "location / { return 200 \"resumed: $ssl_session_reused\"; }");
                TestClient client = new TestClient(
                        Transports.best(),
                        new ConnectionLimits(1, false, Duration.ofSeconds(5)),
                        TlsContexts.client(tls(), FILES),
                        Endpoint.resolve(List.of(URI.create("https://localhost:" + nginx.port()))))) {
            for (int i = 0; i < 5; i++) {
                RecordingExchange exchange = client.send(says("resumed: .")).succeeds();
                assertTrue(exchange.tlsNanos > 0);
            }
        }
    }
}
