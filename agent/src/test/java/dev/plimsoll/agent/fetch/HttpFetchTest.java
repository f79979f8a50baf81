package dev.plimsoll.agent.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.fetch.HttpFetch.Fetch;
import dev.plimsoll.scenarios.Target.Tls;
import dev.plimsoll.scenarios.Target.TlsProvider;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpFetchTest {
    private static final Path FILES = Path.of("src/test/resources/dev/plimsoll/agent/engine/tls");

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Fetch get(String url) {
        return Fetch.get(URI.create(url), Map.of(), Duration.ofSeconds(10));
    }

    private static Fetched fetched(HttpFetch fetch, String url) {
        return fetch.fetch(get(url)).toCompletionStage().toCompletableFuture().join();
    }

    private static int nobody() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    /** Answers with the version, the authority, and the name asked for by TLS. */
    private int server(HttpServerOptions options) throws Exception {
        return vertx.createHttpServer(options.setHost("127.0.0.1"))
                .requestHandler(request -> request.response()
                        .end(request.version() + " " + request.authority() + " "
                                + request.connection().indicatedServerName()))
                .listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .actualPort();
    }

    private static HttpServerOptions secure(String certificate) {
        return new HttpServerOptions()
                .setSsl(true)
                .setSni(true)
                .setUseAlpn(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertPath(FILES.resolve(certificate + ".pem").toString())
                        .addKeyPath(FILES.resolve(certificate + ".key").toString()));
    }

    @Test
    void failureDoesNotTellTheUser() throws Exception {
        int port = nobody();
        CompletionException failed = assertThrows(
                CompletionException.class,
                () -> fetched(
                        new HttpFetch(vertx, Optional.empty()), "http://user:open-sesame@127.0.0.1:" + port + "/a"));
        FetchException told = assertInstanceOf(FetchException.class, failed.getCause());
        assertEquals("nothing listens at http://127.0.0.1:" + port, told.getMessage());
    }

    @Test
    void urlThatIsNoneDoesNotTellTheUser() {
        IllegalArgumentException wrong =
                assertThrows(IllegalArgumentException.class, () -> get("ftp://user:open-sesame@127.0.0.1/a"));
        assertFalse(String.valueOf(wrong.getMessage()).contains("open-sesame"), wrong.getMessage());
        assertTrue(String.valueOf(wrong.getMessage()).contains("ftp://127.0.0.1/a"), wrong.getMessage());
    }

    @Test
    void http2IsSpokenWithPriorKnowledge() throws Exception {
        int port = server(new HttpServerOptions());
        String url = "http://127.0.0.1:" + port + "/";
        assertEquals(
                "HTTP_2 127.0.0.1:" + port + " null", text(fetched(new HttpFetch(vertx, Optional.empty(), true), url)));
        assertEquals(
                "HTTP_1_1 127.0.0.1:" + port + " null", text(fetched(new HttpFetch(vertx, Optional.empty()), url)));
    }

    @Test
    void tlsAsksForTheServerNameWhileTheHostStays() throws Exception {
        int port = server(secure("elsewhere"));
        Tls tls = new Tls(
                Optional.of(FILES.resolve("ca.pem").toString()),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.of("elsewhere.example"),
                TlsProvider.AUTO);
        String url = "https://127.0.0.1:" + port + "/";
        assertEquals(
                "HTTP_1_1 127.0.0.1:" + port + " elsewhere.example",
                text(fetched(new HttpFetch(vertx, Optional.of(tls)), url)));
        assertEquals(
                "HTTP_2 127.0.0.1:" + port + " elsewhere.example",
                text(fetched(new HttpFetch(vertx, Optional.of(tls), true), url)));
    }

    private static String text(Fetched fetched) {
        return new String(fetched.body());
    }
}
