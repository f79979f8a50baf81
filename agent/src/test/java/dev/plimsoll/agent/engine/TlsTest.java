package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Target.Tls;
import dev.plimsoll.scenarios.Target.TlsProvider;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(
        value = TlsProvider.class,
        names = {"OPENSSL", "JDK"})
class TlsTest {
    private static final Path FILES = Path.of("src/test/resources/dev/plimsoll/agent/engine/tls");
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final TlsProvider provider;

    TlsTest(TlsProvider provider) {
        this.provider = provider;
    }

    private Tls tls(boolean ca, boolean client, boolean verify) {
        return new Tls(
                ca ? Optional.of("ca.pem") : Optional.empty(),
                client ? Optional.of("client.pem") : Optional.empty(),
                client ? Optional.of("client.key") : Optional.empty(),
                verify,
                Optional.empty(),
                provider);
    }

    private static RawServer server(String certificate, ClientAuth auth, RawServer.Script script) throws Exception {
        JdkSslContext context = (JdkSslContext) SslContextBuilder.forServer(
                        FILES.resolve(certificate + ".pem").toFile(),
                        FILES.resolve(certificate + ".key").toFile())
                .sslProvider(SslProvider.JDK)
                .trustManager(FILES.resolve("ca.pem").toFile())
                .clientAuth(auth)
                .build();
        SSLServerSocket socket =
                (SSLServerSocket) context.context().getServerSocketFactory().createServerSocket();
        socket.setNeedClientAuth(auth == ClientAuth.REQUIRE);
        return new RawServer(socket, InetAddress.getByName("127.0.0.1"), script);
    }

    private static void answer(RawServer.Peer peer) throws IOException {
        while (!peer.request().isEmpty()) {
            peer.send(OK);
        }
    }

    private static TestClient client(Tls tls, String host, RawServer server) throws Exception {
        return new TestClient(
                Transports.best(),
                TestClient.limits(2),
                TlsContexts.client(Optional.of(tls), FILES),
                Endpoint.resolve(List.of(URI.create("https://" + host + ":" + server.port())), tls.serverName()));
    }

    @Test
    void certificateOfTrustedAuthorityIsAccepted() throws Exception {
        AtomicReference<List<SNIServerName>> names = new AtomicReference<>(List.of());
        try (RawServer server = server("server", ClientAuth.NONE, peer -> {
                    peer.request();
                    ExtendedSSLSession session = (ExtendedSSLSession) ((SSLSocket) peer.socket()).getSession();
                    names.set(session.getRequestedServerNames());
                    peer.send(OK);
                    answer(peer);
                });
                TestClient client = client(tls(true, false, true), "localhost", server)) {
            RecordingExchange first = client.send(TestClient.HTTP).succeeds();
            assertTrue(first.connectNanos > 0);
            assertTrue(first.tlsNanos > 0);
            assertTrue(first.endNanos > first.sentNanos);
            client.send(TestClient.HTTP).succeeds();
            assertEquals(1, server.accepted());
            assertTrue(names.get().toString().contains("localhost"), names.get().toString());
        }
    }

    @Test
    void addressIsCheckedAgainstTheCertificateToo() throws Exception {
        try (RawServer server = server("server", ClientAuth.NONE, TlsTest::answer);
                TestClient client = client(tls(true, false, true), "127.0.0.1", server)) {
            client.send(TestClient.HTTP).succeeds();
        }
    }

    @Test
    void unknownAuthorityIsRefused() throws Exception {
        try (RawServer server = server("server", ClientAuth.NONE, TlsTest::answer);
                TestClient client = client(tls(false, false, true), "localhost", server)) {
            client.send(TestClient.HTTP).fails(ErrorClass.TLS, "no TLS with localhost:" + server.port());
            client.awaitOpen(0);
        }
    }

    @Test
    void certificateOfAnotherNameIsRefused() throws Exception {
        try (RawServer server = server("elsewhere", ClientAuth.NONE, TlsTest::answer);
                TestClient client = client(tls(true, false, true), "localhost", server)) {
            client.send(TestClient.HTTP).fails(ErrorClass.TLS, "localhost");
        }
    }

    @Test
    void anyCertificateIsAcceptedUnlessVerified() throws Exception {
        try (RawServer server = server("elsewhere", ClientAuth.NONE, TlsTest::answer);
                TestClient client = client(tls(false, false, false), "localhost", server)) {
            client.send(TestClient.HTTP).succeeds();
        }
    }

    @Test
    void clientShowsItsCertificate() throws Exception {
        try (RawServer server = server("server", ClientAuth.REQUIRE, TlsTest::answer);
                TestClient client = client(tls(true, true, true), "localhost", server)) {
            client.send(TestClient.HTTP).succeeds();
        }
    }

    @Test
    void serverThatWantsCertificateRefusesClientWithoutOne() throws Exception {
        try (RawServer server = server("server", ClientAuth.REQUIRE, TlsTest::answer);
                TestClient client = client(tls(true, false, true), "localhost", server)) {
            client.send(TestClient.HTTP).fails(ErrorClass.TLS, "no TLS with");
        }
    }

    @Test
    void plainServerIsNoTlsServer() throws Exception {
        try (RawServer server = new RawServer(peer -> peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"));
                TestClient client = client(tls(true, false, true), "localhost", server)) {
            client.send(TestClient.HTTP).fails(ErrorClass.TLS, "no TLS with");
        }
    }

    @Test
    void serverThatClosesInTheHandshakeIsTlsError() throws Exception {
        try (RawServer server = new RawServer(RawServer.Peer::close);
                TestClient client = client(tls(true, false, true), "localhost", server)) {
            client.send(TestClient.HTTP).fails(ErrorClass.TLS, "no TLS with");
        }
    }

    @Test
    void manyTokensAreReadThroughTls() throws Exception {
        String token = "data: {\"choices\":[{\"delta\":{\"content\":\"word\"}}]}\n\n";
        try (RawServer server = server("server", ClientAuth.NONE, peer -> {
                    peer.request();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
                    peer.send(token.repeat(5_000)).send("data: [DONE]\n\n");
                });
                TestClient client = client(tls(true, false, true), "localhost", server)) {
            RecordingExchange exchange = client.send(TestClient.CHAT_STREAM).succeeds();
            assertEquals(5_000, exchange.tokens.size());
        }
    }

    @Test
    void pemTextStandsForFile() throws Exception {
        Tls inline = new Tls(
                Optional.of(Files.readString(FILES.resolve("ca.pem"))),
                Optional.of(Files.readString(FILES.resolve("client.pem"))),
                Optional.of(Files.readString(FILES.resolve("client.key"))),
                true,
                Optional.empty(),
                provider);
        try (RawServer server = server("server", ClientAuth.REQUIRE, TlsTest::answer);
                TestClient client = client(inline, "localhost", server)) {
            client.send(TestClient.HTTP).succeeds();
        }
    }

    @Test
    void fileThatIsNotThereIsNamed(@TempDir Path empty) {
        IOException missing =
                assertThrows(IOException.class, () -> TlsContexts.client(Optional.of(tls(true, false, true)), empty));
        assertEquals("target.tls.ca cannot be read: " + empty.resolve("ca.pem"), missing.getMessage());
    }

    @Test
    void fileWithoutCertificatesIsNamed(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("ca.pem"), "no certificate");
        IOException wrong = assertThrows(
                IOException.class, () -> TlsContexts.client(Optional.of(tls(true, false, true)), directory));
        assertEquals("target.tls.ca holds no PEM certificates: ca.pem", wrong.getMessage());
    }

    @Test
    void itIsSpokenByWhomTheScenarioSays() throws Exception {
        assertEquals(provider, TlsContexts.provider(provider));
        assertEquals(
                provider.label(), TlsContexts.nameOf(TlsContexts.client(Optional.of(tls(true, false, true)), FILES)));
    }

    @Test
    void serverNameIsAskedForAndLookedForInTheCertificate() throws Exception {
        AtomicReference<List<SNIServerName>> names = new AtomicReference<>(List.of());
        Tls named = new Tls(
                Optional.of("ca.pem"),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.of("elsewhere.example"),
                provider);
        try (RawServer server = server("elsewhere", ClientAuth.NONE, peer -> {
                    peer.request();
                    ExtendedSSLSession session = (ExtendedSSLSession) ((SSLSocket) peer.socket()).getSession();
                    names.set(session.getRequestedServerNames());
                    peer.send(OK);
                });
                TestClient client = client(named, "127.0.0.1", server)) {
            client.send(TestClient.HTTP).succeeds();
            assertEquals(List.of(new SNIHostName("elsewhere.example")), names.get());
        }
    }

    @Test
    void serverNameThatTheCertificateDoesNotHaveIsRefused() throws Exception {
        Tls named = new Tls(
                Optional.of("ca.pem"),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.of("nobody.example"),
                provider);
        try (RawServer server = server("server", ClientAuth.NONE, TlsTest::answer);
                TestClient client = client(named, "localhost", server)) {
            client.send(TestClient.HTTP).fails(ErrorClass.TLS, "no TLS with localhost");
        }
    }
}
