package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.measurements.ErrorClass;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class Http2TargetClientTest {
    private static final String TOKEN = "data: {\"choices\":[{\"delta\":{\"content\":\"word\"}}]}\n\n";
    private static final String[] STREAM = {"content-type", "text/event-stream"};

    private static void ok(FrameServer.Peer peer) {
        peer.head(200, false, "content-length", "2").data("ok", true);
    }

    private static String post(int length) {
        return "POST /v1/chat?x=1 HTTP/1.1\r\nHost: gate.example:81\r\nX-Team: Sea\r\nConnection: close\r\n"
                + "Content-Length: " + length + "\r\n\r\n" + "b".repeat(length);
    }

    @Test
    void requestOfHttp1IsSentAsHttp2() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(10), Http2TargetClientTest::ok);
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            RecordingExchange first =
                    client.send(TestClient.HTTP, 0, post(3), false).succeeds();
            client.send(TestClient.HTTP, 0, post(4), false).succeeds();
            assertTrue(first.connectNanos > 0);
            assertEquals(0, first.tlsNanos);
            assertTrue(first.endNanos > first.sentNanos);
            Http2Headers head = server.heads.getFirst();
            assertEquals("POST", head.method().toString());
            assertEquals("http", head.scheme().toString());
            assertEquals("/v1/chat?x=1", head.path().toString());
            assertEquals("gate.example:81", head.authority().toString());
            assertEquals("Sea", head.get("x-team").toString());
            assertEquals(null, head.get("connection"));
            assertEquals(null, head.get("host"));
            assertEquals("3", head.get("content-length").toString());
            assertEquals("4", server.heads.get(1).get("content-length").toString());
            assertEquals(3 + 4, server.received.get());
            assertEquals(1, server.connections.size());
        }
    }

    @Test
    void headOfAnotherRequestIsReadAnew() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(10), peer -> peer.head(204, true));
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            client.send(TestClient.HTTP, 0, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", false)
                    .succeeds();
            client.send(TestClient.HTTP, 0, "GET /b HTTP/1.1\r\nHost: h\r\n\r\n", false)
                    .succeeds();
            client.send(TestClient.HTTP, 0, "HEAD /b HTTP/1.1\r\nHost: h\r\n\r\n", true)
                    .succeeds();
            assertEquals("/a", server.heads.get(0).path().toString());
            assertEquals("/b", server.heads.get(1).path().toString());
            assertEquals("HEAD", server.heads.get(2).method().toString());
            assertEquals(null, server.heads.get(0).get("content-length"));
        }
    }

    @Test
    void streamsShareAConnectionUpToTheServersLimit() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(4), peer -> peer.later(5, () -> ok(peer)));
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                exchanges.add(client.send(TestClient.HTTP));
            }
            exchanges.forEach(RecordingExchange::succeeds);
            assertEquals(1, server.connections.size());
            assertEquals(4, server.mostAtOnce());
            assertEquals(1, exchanges.stream().filter(e -> e.connectNanos > 0).count());
        }
    }

    @Test
    void asManyConnectionsAreOpenedAsStreamsNeed() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(4), peer -> peer.later(100, () -> ok(peer)));
                TestClient client = TestClient.http2(TestClient.limits(8), null, server.url())) {
            client.send(TestClient.HTTP).succeeds();
            List<RecordingExchange> exchanges = new ArrayList<>();
            client.call(() -> {
                for (int i = 0; i < 12; i++) {
                    RecordingExchange exchange = new RecordingExchange();
                    exchanges.add(exchange);
                    client.client.send(
                            TestClient.rendered(TestClient.HTTP, 0, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", false),
                            exchange);
                }
                return true;
            });
            exchanges.forEach(RecordingExchange::succeeds);
            assertEquals(3, server.connections.size());
            assertEquals(3, client.openConnections());
        }
    }

    @Test
    void nextRequestTakesTheStreamOfTheLast() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(2), Http2TargetClientTest::ok);
                TestClient client = TestClient.http2(TestClient.limits(5), null, server.url())) {
            List<RecordingExchange> last = new ArrayList<>();
            for (int chain = 0; chain < 2; chain++) {
                RecordingExchange exchange = new RecordingExchange();
                last.add(exchange);
                client.loop.execute(() -> chain(client, 200, exchange));
            }
            last.forEach(RecordingExchange::succeeds);
            assertEquals(400, server.requests());
            assertEquals(1, server.connections.size());
        }
    }

    private static void chain(TestClient client, int left, RecordingExchange last) {
        RecordingExchange exchange = left == 1 ? last : new RecordingExchange();
        exchange.onEnd = () -> {
            if (left > 1) {
                chain(client, left - 1, last);
            }
        };
        client.client.send(
                TestClient.rendered(TestClient.HTTP, 0, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", false), exchange);
    }

    @Test
    void connectionsAreOpenedInAdvanceToEachAddress() throws Exception {
        try (FrameServer one = new FrameServer(InetAddress.getByName("127.0.0.1"), FrameServer.streams(9), p -> ok(p));
                FrameServer two =
                        new FrameServer(InetAddress.getByName("127.0.0.2"), FrameServer.streams(9), p -> ok(p))) {
            List<InetSocketAddress> addresses = List.of(
                    new InetSocketAddress("127.0.0.1", one.port()), new InetSocketAddress("127.0.0.2", two.port()));
            Endpoint endpoint = new Endpoint("two.example", 80, false, addresses);
            try (TestClient client = new TestClient(
                    Transports.best(), TestClient.limits(8), null, List.of(endpoint), Http2TargetClient::new)) {
                assertEquals(2, client.open(16));
                for (int i = 0; i < 6; i++) {
                    client.send(TestClient.HTTP).succeeds();
                }
                assertEquals(3, one.requests());
                assertEquals(3, two.requests());
            }
        }
    }

    @Test
    void addressThatIsDownIsPassedOver() throws Exception {
        try (FrameServer two = new FrameServer(
                InetAddress.getByName("127.0.0.2"), FrameServer.streams(9), Http2TargetClientTest::ok)) {
            List<InetSocketAddress> addresses = List.of(
                    new InetSocketAddress("127.0.0.1", nobody()), new InetSocketAddress("127.0.0.2", two.port()));
            Endpoint endpoint = new Endpoint("two.example", 80, false, addresses);
            try (TestClient client = new TestClient(
                    Transports.best(), TestClient.limits(8), null, List.of(endpoint), Http2TargetClient::new)) {
                client.send(TestClient.HTTP).succeeds();
                assertEquals(1, two.requests());
            }
        }
    }

    private static int nobody() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    @Test
    void withoutReuseEachRequestOpensItsOwn() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(9), Http2TargetClientTest::ok);
                TestClient client =
                        TestClient.http2(new ConnectionLimits(4, false, Duration.ofSeconds(5)), null, server.url())) {
            assertEquals(0, client.open(4));
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                exchanges.add(client.send(TestClient.HTTP));
            }
            exchanges.forEach(RecordingExchange::succeeds);
            exchanges.forEach(exchange -> assertTrue(exchange.connectNanos > 0));
            assertEquals(20, server.connections.size());
            client.awaitOpen(0);
        }
    }

    @Test
    void tokensArriveAsTheyAreSent() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(9), peer -> {
                    peer.head(200, false, STREAM);
                    peer.later(20, () -> peer.data(TOKEN, false));
                    // An event may be split anywhere.
                    peer.later(
                            60, () -> peer.data(TOKEN.substring(0, 20), false).data(TOKEN.substring(20), false));
                    peer.later(100, () -> peer.data("data: [DONE]\n\n", false).trailers());
                });
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            RecordingExchange exchange = client.send(TestClient.CHAT_STREAM).succeeds();
            assertEquals(List.of(1, 1), exchange.tokens);
            long gap = exchange.tokenNanos.get(1) - exchange.tokenNanos.get(0);
            // They were sent 40 ms apart; a busy machine makes it more, or a little less.
            assertTrue(gap > TimeUnit.MILLISECONDS.toNanos(15), gap + " ns");
            assertTrue(exchange.endNanos > exchange.tokenNanos.get(1));
        }
    }

    @Test
    void bodyFarLargerThanTheWindowsDoesNotStall() throws Exception {
        String megabyte = TOKEN.repeat(1024 * 1024 / TOKEN.length());
        int tokens = megabyte.length() / TOKEN.length();
        try (FrameServer server = new FrameServer(FrameServer.streams(9), peer -> {
                    peer.head(200, false, STREAM);
                    for (int i = 0; i < 40; i++) {
                        peer.data(megabyte, false);
                    }
                    peer.data("data: [DONE]\n\n", true);
                });
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            RecordingExchange exchange = client.send(TestClient.CHAT_STREAM).succeeds();
            assertEquals(40 * tokens, exchange.tokens.size());
        }
    }

    @Test
    void largeRequestWaitsForTheServersWindow() throws Exception {
        try (FrameServer server =
                        new FrameServer(FrameServer.streams(9).initialWindowSize(1_000), Http2TargetClientTest::ok);
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            client.send(TestClient.HTTP, 0, post(900), false).succeeds();
            RecordingExchange stuck = new RecordingExchange();
            TargetClient.Handle handle = client.call(
                    () -> client.client.send(TestClient.rendered(TestClient.HTTP, 0, post(5_000), false), stuck));
            client.call(() -> {
                client.client.cancel(handle, ErrorClass.TIMEOUT, "no answer");
                return true;
            });
            stuck.fails(ErrorClass.TIMEOUT, "no answer");
            client.send(TestClient.HTTP, 0, post(10), false).succeeds();
            assertEquals(1, server.connections.size());
        }
    }

    @Test
    void refusedStreamIsAnErrorAndNotSentAgain() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(9), peer -> {
                    if (peer.number() == 0) {
                        peer.reset(Http2Error.REFUSED_STREAM);
                    } else {
                        ok(peer);
                    }
                });
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            client.send(TestClient.HTTP)
                    .fails(
                            ErrorClass.RESET,
                            "the server reset the stream (REFUSED_STREAM, the request was not processed) before the"
                                    + " answer began");
            assertEquals(1, server.requests());
            client.send(TestClient.HTTP).succeeds();
            assertEquals(1, server.connections.size());
        }
    }

    @Test
    void streamResetAfterTokensTellsHowMany() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(9), peer -> {
                    peer.head(200, false, STREAM).data(TOKEN.repeat(3), false);
                    peer.later(10, () -> peer.reset(Http2Error.INTERNAL_ERROR));
                });
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            RecordingExchange exchange = client.send(TestClient.CHAT_STREAM)
                    .fails(ErrorClass.RESET, "the server reset the stream (INTERNAL_ERROR) after 3 token events");
            assertEquals(200, exchange.status);
        }
    }

    @Test
    void serverThatWantsHttp1IsNamed() throws Exception {
        try (FrameServer server =
                        new FrameServer(FrameServer.streams(9), peer -> peer.reset(Http2Error.HTTP_1_1_REQUIRED));
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            client.send(TestClient.HTTP).fails(ErrorClass.PROTOCOL, "set target.http to 1.1");
        }
    }

    @Test
    void goAwayLetsStreamsUnderWayEnd() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(9), peer -> {
                    if (peer.number() == 0) {
                        peer.goAway(Http2Error.NO_ERROR, 0, "maintenance");
                        peer.later(20, () -> ok(peer));
                    } else {
                        ok(peer);
                    }
                });
                TestClient client = TestClient.http2(TestClient.limits(2), null, server.url())) {
            client.send(TestClient.HTTP).succeeds();
            client.send(TestClient.HTTP).succeeds();
            assertEquals(2, server.connections.size());
            client.awaitOpen(1);
        }
    }

    @Test
    void requestsThatAServerHasNotProcessedFail() throws Exception {
        try (RawServer server = new RawServer(peer -> {
                    peer.send(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
                    peer.skip("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length());
                    int heads = 0;
                    while (heads < 2) {
                        heads += peer.frame() == 1 ? 1 : 0;
                    }
                    // GOAWAY: the last stream is the first one, 3; the second, 5, was not processed.
                    peer.send(new byte[] {0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0});
                    // HEADERS of the first, its end too: index 8 of the static table is :status 200.
                    peer.send(new byte[] {0, 0, 1, 1, 5, 0, 0, 0, 3, (byte) 0x88});
                    peer.awaitClose();
                });
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            RecordingExchange first = client.send(TestClient.HTTP);
            RecordingExchange second = client.send(TestClient.HTTP);
            first.succeeds();
            second.fails(ErrorClass.RESET, "takes no more requests on this connection (GOAWAY, NO_ERROR)");
            client.awaitOpen(0);
        }
    }

    @Test
    void connectionThatIsClosedFailsAllItsStreams() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(9), peer -> {
                    if (peer.number() == 2) {
                        peer.close();
                    }
                });
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                exchanges.add(client.send(TestClient.HTTP));
            }
            exchanges.forEach(exchange -> exchange.fails(ErrorClass.RESET, "before the answer began"));
            client.awaitOpen(0);
        }
    }

    @Test
    void garbageIsAProtocolError() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(9), FrameServer.Peer::garbage);
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            client.send(TestClient.HTTP).fails(ErrorClass.PROTOCOL, "breaks the rules of HTTP/2");
            client.awaitOpen(0);
        }
    }

    @Test
    void bodyShorterThanToldIsAProtocolError() throws Exception {
        try (FrameServer server = new FrameServer(
                        FrameServer.streams(9),
                        peer -> peer.head(200, false, "content-length", "9").data("short", true));
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            client.send(TestClient.HTTP).fails(ErrorClass.PROTOCOL, "content-length");
        }
    }

    @Test
    void statusDecidesTheErrorClass() throws Exception {
        try (FrameServer server = new FrameServer(
                        FrameServer.streams(9),
                        peer -> peer.head(peer.number() == 0 ? 503 : 404, false).data("{\"error\":\"busy\"}", true));
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            client.send(TestClient.CHAT).fails(ErrorClass.HTTP_5XX, "status 503: busy");
            client.send(TestClient.CHAT).fails(ErrorClass.HTTP_4XX, "status 404: busy");
            assertEquals(1, server.connections.size());
        }
    }

    @Test
    void streamWithoutItsEndIsTruncated() throws Exception {
        try (FrameServer server = new FrameServer(
                        FrameServer.streams(9),
                        peer -> peer.head(200, false, STREAM).data(TOKEN, true));
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            client.send(TestClient.CHAT_STREAM).fails(ErrorClass.TRUNCATED, "after 1 token events");
        }
    }

    @Test
    void brokenEventsEndTheirStreamOnly() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(9), peer -> {
                    if (peer.number() == 0) {
                        peer.head(200, false, STREAM).data("data: {broken\n\n", false);
                    } else {
                        ok(peer);
                    }
                });
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            client.send(TestClient.CHAT_STREAM).fails(ErrorClass.PROTOCOL, "JSON");
            client.send(TestClient.HTTP).succeeds();
            assertEquals(1, server.connections.size());
        }
    }

    @Test
    void cancelledRequestLeavesTheConnection() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(1), peer -> {
                    if (peer.number() > 0) {
                        ok(peer);
                    }
                });
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            RecordingExchange running = new RecordingExchange();
            RecordingExchange waiting = new RecordingExchange();
            TargetClient.Handle handle = client.call(() -> {
                TargetClient.Handle one = client.client.send(
                        TestClient.rendered(TestClient.HTTP, 0, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", false), running);
                client.client.send(
                        TestClient.rendered(TestClient.HTTP, 0, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", false), waiting);
                return one;
            });
            client.awaitOpen(1);
            client.call(() -> {
                client.client.cancel(handle, ErrorClass.TIMEOUT, "no answer");
                return true;
            });
            running.fails(ErrorClass.TIMEOUT, "no answer");
            waiting.succeeds();
            assertEquals(1, server.connections.size());
        }
    }

    @Test
    void urlWithoutConnectionIsNotStarved() throws Exception {
        try (FrameServer one = new FrameServer(FrameServer.streams(2), peer -> peer.later(2, () -> ok(peer)));
                FrameServer two = new FrameServer(FrameServer.streams(2), Http2TargetClientTest::ok);
                TestClient client = TestClient.http2(TestClient.limits(1), null, one.url(), two.url())) {
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                exchanges.add(client.send(TestClient.HTTP));
            }
            RecordingExchange other = client.send(TestClient.HTTP, 1, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", false);
            other.succeeds();
            exchanges.forEach(RecordingExchange::succeeds);
        }
    }

    @Test
    void closingFailsWhatHasNotEnded() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(1), peer -> {});
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
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
    void serverOfHttp1IsNamed() throws Exception {
        try (RawServer server = new RawServer(peer -> {
                    peer.request();
                    peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                });
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            client.send(TestClient.HTTP).fails(ErrorClass.PROTOCOL, "set target.http to 1.1");
        }
    }

    @Test
    void silentServerIsGivenUp() throws Exception {
        try (RawServer server = new RawServer(RawServer.Peer::awaitClose);
                TestClient client =
                        TestClient.http2(new ConnectionLimits(1, true, Duration.ofMillis(200)), null, server.url())) {
            client.send(TestClient.HTTP).fails(ErrorClass.PROTOCOL, "sent no HTTP/2 settings in time");
        }
    }

    @Test
    void refusedConnectionIsTold() throws Exception {
        try (TestClient client =
                TestClient.http2(TestClient.limits(1), null, URI.create("http://127.0.0.1:" + nobody()))) {
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                exchanges.add(client.send(TestClient.HTTP));
            }
            exchanges.forEach(exchange -> exchange.fails(ErrorClass.CONNECT, "refused"));
            assertEquals(0, client.open(3));
        }
    }

    @Test
    void fewerStreamsMayBeAllowedLater() throws Exception {
        try (FrameServer server = new FrameServer(FrameServer.streams(50), peer -> {
                    if (peer.number() == 0) {
                        peer.settings(new Http2Settings().maxConcurrentStreams(1));
                    }
                    peer.later(3, () -> ok(peer));
                });
                TestClient client = TestClient.http2(TestClient.limits(1), null, server.url())) {
            client.send(TestClient.HTTP).succeeds();
            List<RecordingExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                exchanges.add(client.send(TestClient.HTTP));
            }
            exchanges.forEach(RecordingExchange::succeeds);
            assertEquals(1, server.mostAtOnce());
        }
    }
}
