package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class HttpTargetClientTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    private static void keepAnswering(RawServer.Peer peer) throws java.io.IOException {
        while (!peer.request().isEmpty()) {
            peer.send(OK);
        }
    }

    @Test
    void oneConnectionServesOneRequestAfterAnother() throws Exception {
        try (RawServer server = new RawServer(HttpTargetClientTest::keepAnswering);
                TestClient client = new TestClient(TestClient.limits(4), server.url())) {
            RecordingExchange first = client.send(TestClient.HTTP).succeeds();
            RecordingExchange second = client.send(TestClient.HTTP).succeeds();
            assertTrue(first.connectNanos > 0);
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
}
