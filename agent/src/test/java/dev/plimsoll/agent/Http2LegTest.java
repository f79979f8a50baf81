package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.Plan;
import dev.plimsoll.measurements.AgentEvent;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.scenarios.ScenarioReader;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Legs of agents whose target speaks HTTP/2, and those that their machine cannot carry. */
@Timeout(60)
class Http2LegTest {
    private static final Path FILES = Path.of("src/test/resources/dev/plimsoll/agent/engine/tls");
    private static final int STREAMS = 4;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger connections = new AtomicInteger();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    /** Answers with the version of HTTP. */
    private int server(HttpServerOptions options) throws Exception {
        options.setHost("127.0.0.1").getInitialSettings().setMaxConcurrentStreams(STREAMS);
        return vertx.createHttpServer(options)
                .connectionHandler(connection -> connections.incrementAndGet())
                .requestHandler(
                        request -> request.response().end(request.version().toString()))
                .listen(0)
                .await(20, TimeUnit.SECONDS)
                .actualPort();
    }

    private static HttpServerOptions secure() {
        return new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertPath(FILES.resolve("server.pem").toString())
                        .addKeyPath(FILES.resolve("server.key").toString()));
    }

    private static String yaml(String target, String version) {
        return """
                name: versions
                target: { api: http, timeout: 10s, %s }
                workload: [ { name: get, request: { path: / }, expect: { status: 200, body_contains: "%s" } } ]
                phases: [ { name: load, duration: 1s, concurrency: 16 } ]
                """.formatted(target, version);
    }

    private static LegReports run(String yaml) throws Exception {
        try (TestAgent agent = new TestAgent(2)) {
            LegReports leg = agent.run(yaml, 2);
            RequestCounts counts = leg.counts("load");
            assertTrue(counts.succeeded() > 16, counts::toString);
            assertEquals(0, counts.failed(), counts::toString);
            return leg;
        }
    }

    private static Map<String, String> spoken(LegReports leg) {
        return leg.events.stream()
                .filter(event -> event.type().equals("connections"))
                .map(AgentEvent::detail)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void http2IsFoundOut() throws Exception {
        String target = "url: \"https://localhost:" + server(secure()) + "\", tls: { ca: "
                + FILES.resolve("ca.pem").toAbsolutePath() + ", provider: jdk }";
        LegReports leg = run(yaml(target, "HTTP_2"));
        assertEquals(Map.of("http", "2", "tls", "jdk"), spoken(leg));
        assertTrue(leg.histogram("load", "latency").getTotalCount() > 16);
        // 16 at once, 4 on each connection: when a request ends its stream is free before the next is sent, so that
        // no more are needed. The one that asked for the version may have been closed before the server took note.
        assertTrue(connections.get() == 4 || connections.get() == 5, connections + " connections");
    }

    @Test
    void http2IsSpokenWithPriorKnowledge() throws Exception {
        LegReports leg =
                run(yaml("http: 2, url: \"http://127.0.0.1:" + server(new HttpServerOptions()) + "\"", "HTTP_2"));
        assertEquals(Map.of("http", "2", "tls", "none"), spoken(leg));
    }

    @Test
    void http1IsSpokenWhereTheScenarioSaysSo() throws Exception {
        String target = "http: 1.1, url: \"https://localhost:" + server(secure()) + "\", tls: { verify: false }";
        assertEquals("1.1", spoken(run(yaml(target, "HTTP_1_1"))).get("http"));
    }

    @Test
    void runThatNeedsMorePortsThanThereAreIsRefused() throws Exception {
        String scenario = yaml("url: \"http://127.0.0.1:1\", connections: { max: 70000 }", "")
                .replace("concurrency: 16", "concurrency: 70000")
                .replace(", body_contains: \"\"", "");
        String resolved = ScenarioReader.read("test", scenario, Path.of(""), List.of(), Map.of())
                .resolved();
        try (TestAgent agent = new TestAgent(1)) {
            Answer.Refused refused = assertInstanceOf(
                    Answer.Refused.class, agent.tell(new Command.Adopt(new Plan("r1", resolved, Map.of(), 0, 1))));
            assertTrue(refused.reason().contains("phase load needs 70,000 connections at once"), refused.reason());
        }
    }
}
