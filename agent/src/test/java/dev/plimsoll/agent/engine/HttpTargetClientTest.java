package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.measurements.ErrorClass;
import io.netty.buffer.ByteBuf;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTargetClientTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    private static void answer(RawServer.Peer peer) throws IOException {
        while (!peer.request().isEmpty()) {
            peer.send(OK);
        }
    }

    /** A port that nobody listens on. */
    private static URI nobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"io_uring", "epoll", "nio"})
    void everyTransportServesManyRequests(String name) throws Exception {
        Transport transport;
        try {
            transport = Transports.choose(Optional.of(name));
        } catch (IllegalArgumentException notHere) {
            assertFalse(name.equals("nio"), "NIO is everywhere");
            return;
        }
        try (RawServer server = new RawServer(HttpTargetClientTest::answer);
                TestClient client = new TestClient(
                        transport, TestClient.limits(8), null, Endpoint.resolve(List.of(server.url())))) {
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                exchanges.add(client.send(TestClient.HTTP));
            }
            exchanges.forEach(RecordingExchange::succeeds);
            assertEquals(8, server.accepted());
            assertEquals(8, client.openConnections());
        }
    }

    @Test
    void oneConnectionServesOneRequestAfterAnother() throws Exception {
        try (RawServer server = new RawServer(HttpTargetClientTest::answer);
                TestClient client = new TestClient(TestClient.limits(4), server.url())) {
            RecordingExchange first = client.send(TestClient.HTTP).succeeds();
            RecordingExchange second = client.send(TestClient.HTTP).succeeds();
            assertTrue(first.connectNanos > 0);
            assertEquals(0, first.tlsNanos);
            assertEquals(-1, second.connectNanos);
            assertTrue(second.endNanos > second.sentNanos);
            assertEquals(1, server.accepted());
        }
    }

    @Test
    void tokensOfStreamAreStamped() throws Exception {
        try (RawServer server = new RawServer(peer -> {
                    peer.request();
                    peer.send(
                            STREAM + "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n");
                    peer.pause().send("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n");
                    peer.pause()
                            .send(
                                    "data: {\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}\n\n");
                    peer.send("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n");
                    peer.send("data: [DONE]\n\n");
                });
                TestClient client = new TestClient(TestClient.limits(4), server.url())) {
            RecordingExchange exchange = client.send(TestClient.CHAT_STREAM).succeeds();
            assertEquals(List.of(1, 1), exchange.tokens);
            assertEquals(3, exchange.inputTokens);
            assertEquals(2, exchange.outputTokens);
            assertTrue(exchange.tokenNanos.get(0) > exchange.sentNanos);
            assertTrue(exchange.tokenNanos.get(1) > exchange.tokenNanos.get(0));
            assertTrue(exchange.endNanos >= exchange.tokenNanos.get(1));
        }
    }

    @Test
    void requestsAtTheLimitWaitInOrder() throws Exception {
        List<String> order = new ArrayList<>();
        try (RawServer server = new RawServer(peer -> {
                    for (String request = peer.request(); !request.isEmpty(); request = peer.request()) {
                        order.add(request.substring(5, 6));
                        peer.send(OK);
                    }
                });
                TestClient client = new TestClient(TestClient.limits(1), server.url())) {
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                exchanges.add(client.send(TestClient.HTTP, 0, "GET /" + i + " HTTP/1.1\r\n\r\n", false));
            }
            exchanges.forEach(RecordingExchange::succeeds);
            assertEquals(List.of("0", "1", "2", "3", "4", "5", "6", "7"), order);
            assertEquals(1, server.accepted());
        }
    }

    @Test
    void withoutReuseEachRequestOpensItsOwnConnection() throws Exception {
        ConnectionLimits limits = new ConnectionLimits(2, false, Duration.ofSeconds(5));
        try (RawServer server = new RawServer(HttpTargetClientTest::answer);
                TestClient client = new TestClient(limits, server.url())) {
            assertEquals(0, client.open(2));
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                exchanges.add(client.send(TestClient.HTTP));
            }
            for (RecordingExchange exchange : exchanges) {
                assertTrue(exchange.succeeds().connectNanos > 0);
            }
            assertEquals(10, server.accepted());
            client.awaitOpen(0);
        }
    }

    @Test
    void connectionsOpenedInAdvanceAreSpreadOverUrlsAndUsed() throws Exception {
        try (RawServer one = new RawServer(HttpTargetClientTest::answer);
                RawServer two = new RawServer(HttpTargetClientTest::answer);
                TestClient client = new TestClient(TestClient.limits(5), one.url(), two.url())) {
            assertEquals(5, client.open(9));
            assertEquals(5, client.openConnections());
            assertEquals(-1, client.send(TestClient.HTTP).succeeds().connectNanos);
            assertEquals(5, one.accepted() + two.accepted());
            assertEquals(3, one.accepted());
        }
    }

    @Test
    void connectionsThatCannotBeOpenedInAdvanceAreNotCounted() throws Exception {
        try (TestClient client = new TestClient(TestClient.limits(5), nobody())) {
            assertEquals(0, client.open(3));
            assertEquals(0, client.openConnections());
        }
    }

    @Test
    void refusedConnectionIsConnectError() throws Exception {
        URI nobody = nobody();
        try (TestClient client = new TestClient(TestClient.limits(1), nobody)) {
            RecordingExchange refused = client.send(TestClient.HTTP)
                    .fails(
                            ErrorClass.CONNECT,
                            "no connection to 127.0.0.1:" + nobody.getPort() + ": Connection refused");
            assertEquals(0, refused.status);
            assertEquals(0, refused.sentNanos);
            client.send(TestClient.HTTP).fails(ErrorClass.CONNECT, "refused");
        }
    }

    @Test
    void connectionThatDoesNotOpenInTimeIsConnectError() throws Exception {
        // A listener with a full backlog leaves further connections unanswered.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            URI url = URI.create("http://127.0.0.1:" + full.getLocalPort());
            ConnectionLimits limits = new ConnectionLimits(16, true, Duration.ofMillis(300));
            try (TestClient client = new TestClient(limits, url)) {
                client.open(8);
                client.send(TestClient.HTTP, 0, "GET / HTTP/1.1\r\n\r\n", false);
                List<RecordingExchange> late = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    late.add(client.send(TestClient.HTTP));
                }
                late.getLast().fails(ErrorClass.CONNECT, "not open in time");
            }
        }
    }

    @Test
    void waitingRequestsAreServedAfterAnotherCouldNotConnect() throws Exception {
        try (TestClient client = new TestClient(TestClient.limits(1), nobody())) {
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                exchanges.add(client.send(TestClient.HTTP));
            }
            exchanges.forEach(exchange -> exchange.fails(ErrorClass.CONNECT, "refused"));
        }
    }

    @Test
    void addressThatFailsIsFollowedByTheNext() throws Exception {
        try (RawServer server = new RawServer(InetAddress.getByName("127.0.0.2"), HttpTargetClientTest::answer)) {
            List<InetSocketAddress> addresses = List.of(
                    new InetSocketAddress("127.0.0.1", nobody().getPort()),
                    new InetSocketAddress("127.0.0.2", server.port()));
            Endpoint endpoint = new Endpoint("two.example", server.port(), false, addresses);
            try (TestClient client = new TestClient(Transports.best(), TestClient.limits(4), null, List.of(endpoint))) {
                assertEquals(4, client.open(4));
                client.send(TestClient.HTTP).succeeds();
                assertEquals(4, server.accepted());
            }
        }
    }

    @Test
    void connectionsAreSpreadOverAddresses() throws Exception {
        try (RawServer one = new RawServer(InetAddress.getByName("127.0.0.1"), HttpTargetClientTest::answer);
                RawServer two = new RawServer(InetAddress.getByName("127.0.0.2"), HttpTargetClientTest::answer)) {
            List<InetSocketAddress> addresses = List.of(
                    new InetSocketAddress("127.0.0.1", one.port()), new InetSocketAddress("127.0.0.2", two.port()));
            Endpoint endpoint = new Endpoint("two.example", 80, false, addresses);
            try (TestClient client = new TestClient(Transports.best(), TestClient.limits(6), null, List.of(endpoint))) {
                assertEquals(6, client.open(6));
                client.send(TestClient.HTTP).succeeds();
                assertEquals(3, one.accepted());
                assertEquals(3, two.accepted());
            }
        }
    }

    @Test
    void urlWithIpv6AddressIsResolved() throws Exception {
        Endpoint endpoint =
                Endpoint.resolve(List.of(URI.create("https://[::1]/v1"))).getFirst();
        assertEquals("::1", endpoint.host());
        assertEquals(443, endpoint.port());
        assertEquals("[::1]:443", endpoint.toString());
        assertEquals(
                InetAddress.getByName("::1"), endpoint.addresses().getFirst().getAddress());
    }

    @Test
    void requestsGoToAnIpv6Address() throws Exception {
        RawServer bound;
        try {
            bound = new RawServer(InetAddress.getByName("::1"), HttpTargetClientTest::answer);
        } catch (SocketException noIpv6) {
            abort("no IPv6 here: " + noIpv6.getMessage());
            return;
        }
        try (RawServer server = bound;
                TestClient client = new TestClient(TestClient.limits(2), URI.create("http://[::1]:" + server.port()))) {
            client.send(TestClient.HTTP).succeeds();
            assertEquals(1, server.accepted());
        }
    }

    @Test
    void addressThatGoesDownIsPassedOverAndTakenAgainWhenNoOtherIsLeft() throws Exception {
        ConnectionLimits limits = new ConnectionLimits(4, false, Duration.ofSeconds(5));
        try (RawServer two = new RawServer(InetAddress.getByName("127.0.0.2"), HttpTargetClientTest::answer)) {
            RawServer one = new RawServer(InetAddress.getByName("127.0.0.1"), HttpTargetClientTest::answer);
            List<InetSocketAddress> addresses = List.of(
                    new InetSocketAddress("127.0.0.1", one.port()), new InetSocketAddress("127.0.0.2", two.port()));
            Endpoint endpoint = new Endpoint("two.example", 80, false, addresses);
            try (TestClient client = new TestClient(Transports.best(), limits, null, List.of(endpoint))) {
                for (int i = 0; i < 4; i++) {
                    client.send(TestClient.HTTP).succeeds();
                }
                assertEquals(2, one.accepted());
                one.close();
                for (int i = 0; i < 4; i++) {
                    client.send(TestClient.HTTP).succeeds();
                }
                assertEquals(2 + 4, two.accepted());
                two.close();
                client.send(TestClient.HTTP).fails(ErrorClass.CONNECT, "the last of 2 addresses");
            }
        }
    }

    @Test
    void idleConnectionOfOtherUrlMakesRoom() throws Exception {
        try (RawServer one = new RawServer(HttpTargetClientTest::answer);
                RawServer two = new RawServer(HttpTargetClientTest::answer);
                TestClient client = new TestClient(TestClient.limits(1), one.url(), two.url())) {
            for (int i = 0; i < 6; i++) {
                client.send(TestClient.HTTP, i % 2, "GET / HTTP/1.1\r\n\r\n", false)
                        .succeeds();
            }
            assertEquals(3, one.accepted());
            assertEquals(3, two.accepted());
        }
    }

    @Test
    void waitingUrlWithoutConnectionIsNotStarved() throws Exception {
        try (RawServer one = new RawServer(HttpTargetClientTest::answer);
                RawServer two = new RawServer(HttpTargetClientTest::answer);
                TestClient client = new TestClient(TestClient.limits(1), one.url(), two.url())) {
            AtomicReference<RecordingExchange> other = new AtomicReference<>();
            List<RecordingExchange> exchanges = new ArrayList<>();
            client.call(() -> {
                for (int i = 0; i < 50; i++) {
                    RecordingExchange exchange = new RecordingExchange();
                    exchanges.add(exchange);
                    client.client.send(
                            TestClient.rendered(TestClient.HTTP, 0, "GET / HTTP/1.1\r\n\r\n", false), exchange);
                }
                other.set(new RecordingExchange());
                client.client.send(
                        TestClient.rendered(TestClient.HTTP, 1, "GET / HTTP/1.1\r\n\r\n", false), other.get());
                return true;
            });
            other.get().onEnd = () -> assertNull(exchanges.getLast().errorClass);
            RecordingExchange served = other.get().succeeds();
            exchanges.forEach(RecordingExchange::succeeds);
            assertTrue(served.endNanos < exchanges.getLast().endNanos);
        }
    }

    @Test
    void cancelledExchangeFailsAndItsConnectionIsClosed() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        try (RawServer server = new RawServer(peer -> {
                    peer.request();
                    peer.awaitClose();
                    closed.countDown();
                });
                TestClient client = new TestClient(TestClient.limits(1), server.url())) {
            RecordingExchange running = new RecordingExchange();
            RecordingExchange waiting = new RecordingExchange();
            ByteBuf unsent = client.call(() -> {
                RenderedRequest first = TestClient.rendered(TestClient.HTTP, 0, "GET / HTTP/1.1\r\n\r\n", false);
                RenderedRequest second = TestClient.rendered(TestClient.HTTP, 0, "GET / HTTP/1.1\r\n\r\n", false);
                TargetClient.Handle one = client.client.send(first, running);
                TargetClient.Handle two = client.client.send(second, waiting);
                client.client.cancel(two, ErrorClass.TIMEOUT, "waited too long");
                client.loop.schedule(
                        () -> client.client.cancel(one, ErrorClass.TIMEOUT, "no answer"), 50, TimeUnit.MILLISECONDS);
                return second.bytes();
            });
            waiting.fails(ErrorClass.TIMEOUT, "waited too long");
            assertEquals(0, unsent.refCnt());
            running.fails(ErrorClass.TIMEOUT, "no answer");
            assertTrue(running.sentNanos > 0);
            assertTrue(closed.await(20, TimeUnit.SECONDS));
            client.awaitOpen(0);
        }
    }

    @Test
    void exchangeCancelledWhileConnectingFailsAtOnce() throws Exception {
        try (RawServer server = new RawServer(HttpTargetClientTest::answer);
                TestClient client = new TestClient(TestClient.limits(1), server.url())) {
            RecordingExchange exchange = new RecordingExchange();
            client.call(() -> {
                TargetClient.Handle handle = client.client.send(
                        TestClient.rendered(TestClient.HTTP, 0, "GET / HTTP/1.1\r\n\r\n", false), exchange);
                client.client.cancel(handle, ErrorClass.TIMEOUT, "at once");
                return true;
            });
            exchange.fails(ErrorClass.TIMEOUT, "at once");
            client.send(TestClient.HTTP).succeeds();
        }
    }

    @Test
    void closingFailsWhatHasNotEnded() throws Exception {
        try (RawServer server = new RawServer(RawServer.Peer::awaitClose);
                TestClient client = new TestClient(TestClient.limits(1), server.url())) {
            RecordingExchange running = client.send(TestClient.HTTP);
            RecordingExchange waiting = client.send(TestClient.HTTP);
            client.awaitOpen(1);
            client.call(() -> {
                client.client.close();
                return true;
            });
            running.fails(ErrorClass.TIMEOUT, "closed before the answer ended");
            waiting.fails(ErrorClass.TIMEOUT, "closed before the answer ended");
            assertEquals(0, client.openConnections());
            client.send(TestClient.HTTP).fails(ErrorClass.UNSENT, "the client is closed");
        }
    }

    @Test
    void nextRequestMayBeSentFromTheEndOfTheLast() throws Exception {
        try (RawServer server = new RawServer(HttpTargetClientTest::answer);
                TestClient client = new TestClient(TestClient.limits(1), server.url())) {
            List<RecordingExchange> chain = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                chain.add(new RecordingExchange());
            }
            for (int i = 0; i < 99; i++) {
                RecordingExchange next = chain.get(i + 1);
                chain.get(i).onEnd = () -> client.client.send(
                        TestClient.rendered(TestClient.HTTP, 0, "GET / HTTP/1.1\r\n\r\n", false), next);
            }
            client.call(() -> client.client.send(
                    TestClient.rendered(TestClient.HTTP, 0, "GET / HTTP/1.1\r\n\r\n", false), chain.getFirst()));
            chain.forEach(RecordingExchange::succeeds);
            assertEquals(1, server.accepted());
        }
    }

    @Test
    void answerToHeadHasNoBody() throws Exception {
        try (RawServer server = new RawServer(peer -> {
                    peer.request();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                    answer(peer);
                });
                TestClient client = new TestClient(TestClient.limits(1), server.url())) {
            client.send(TestClient.HTTP, 0, "HEAD / HTTP/1.1\r\n\r\n", true).succeeds();
            client.send(TestClient.HTTP).succeeds();
            assertEquals(1, server.accepted());
        }
    }

    @Test
    void bytesBeforeAnyRequestEndTheConnection() throws Exception {
        try (RawServer server = new RawServer(peer -> {
                    if (peer.number() == 0) {
                        peer.send(OK).awaitClose();
                    }
                    answer(peer);
                });
                TestClient client = new TestClient(TestClient.limits(1), server.url())) {
            assertEquals(1, client.open(1));
            client.awaitOpen(0);
            client.send(TestClient.HTTP).succeeds();
            assertEquals(2, server.accepted());
        }
    }

    @Test
    void answerBeforeTheWholeRequestWasWrittenEndsTheConnection() throws Exception {
        try (RawServer server = new RawServer(peer -> {
                    if (peer.number() == 0) {
                        peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
                                .pause(200);
                    }
                    answer(peer);
                });
                TestClient client = new TestClient(TestClient.limits(1), server.url())) {
            String large = "POST / HTTP/1.1\r\nContent-Length: 60000000\r\n\r\n" + "x".repeat(60_000_000);
            client.send(TestClient.HTTP, 0, large, false).fails(ErrorClass.HTTP_4XX, "status 413");
            client.send(TestClient.HTTP).succeeds();
            assertEquals(2, server.accepted());
        }
    }

    @Test
    void reusedConnectionThatDiesUnansweredIsResetAndNotSentAgain() throws Exception {
        List<String> requests = new ArrayList<>();
        try (RawServer server = new RawServer(peer -> {
                    requests.add(peer.request());
                    peer.send(OK);
                    requests.add(peer.request());
                    peer.close();
                });
                TestClient client = new TestClient(TestClient.limits(1), server.url())) {
            client.send(TestClient.HTTP).succeeds();
            client.send(TestClient.HTTP).fails(ErrorClass.RESET, "closed before the answer began");
            assertEquals(2, requests.size());
            assertEquals(1, server.accepted());
        }
    }

    @Test
    void httpsNeedsTls() throws Exception {
        List<Endpoint> endpoints = Endpoint.resolve(List.of(URI.create("https://127.0.0.1:1")));
        assertThrows(
                IllegalArgumentException.class,
                () -> new TestClient(Transports.best(), TestClient.limits(1), null, endpoints));
    }
}
