package dev.plimsoll.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.Plan;
import dev.plimsoll.scenarios.ScenarioReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a target gets from a seed, however many agents and shards send it: read from the sockets of a real server. */
class SeedTest {
    /** Arrivals enough that neighbours differ, spaced so far that their requests cannot overtake one another often. */
    private static final int RATE = 60;

    private static final int PHASE_SECONDS = 2;

    private static final byte[] ANSWER =
            "{\"choices\":[{\"message\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}"
                    .getBytes(UTF_8);

    private final ConcurrentLinkedQueue<String> bodies = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        bodies.add(exchange.getRequestURI() + " "
                + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, ANSWER.length);
        exchange.getResponseBody().write(ANSWER);
        exchange.close();
    }

    private String yaml(int seed, String phase) {
        return """
                name: seed
                seed: %d
                target: {url: "http://127.0.0.1:%d", api: openai-chat, model: m, stream: false}
                workload:
                  - {name: short, weight: 3, input: {tokens: {distribution: uniform, min: 4, max: 12}}, output: {tokens: {distribution: lognormal, mean: 20, stddev: 5, min: 1, max: 40}}}
                  - {name: long, weight: 1, input: {tokens: 40}, shared_prefix: {tokens: 10, groups: 3}, output: {tokens: 5}}
                phases: [%s]
                """.formatted(seed, server.getAddress().getPort(), phase);
    }

    private static String open() {
        return "{name: open, duration: %ds, rate: %d/s, arrivals: poisson}".formatted(PHASE_SECONDS, RATE);
    }

    /** Sends what the scenario says by as many agents, of as many shards each; gives what came, sorted. */
    private List<String> sent(String yaml, int agents, int shards) throws Exception {
        bodies.clear();
        List<TestAgent> all = new ArrayList<>();
        long scheduled = 0;
        try {
            String resolved = ScenarioReader.read("test", yaml, Path.of(""), List.of(), Map.of())
                    .resolved();
            for (int i = 0; i < agents; i++) {
                TestAgent agent = new TestAgent(shards);
                all.add(agent);
                Plan plan = new Plan("r1", resolved, Map.of(), i * shards, agents * shards);
                assertInstanceOf(Answer.Done.class, agent.tell(new Command.Adopt(plan)));
            }
            for (TestAgent agent : all) {
                agent.start(0);
            }
            for (TestAgent agent : all) {
                LegReports leg = agent.ended();
                assertEquals(leg.counts("open").scheduled(), leg.counts("open").succeeded());
                scheduled += leg.counts("open").scheduled();
            }
        } finally {
            for (TestAgent agent : all) {
                agent.close();
            }
        }
        List<String> came = new ArrayList<>(bodies);
        assertEquals(scheduled, came.size());
        came.sort(null);
        return came;
    }

    @Test
    void requestsAreTheSameForAnyNumberOfShardsAndAgents() throws Exception {
        List<String> alone = sent(yaml(7, open()), 1, 1);
        assertTrue(alone.size() > RATE, () -> "only " + alone.size());
        assertEquals(alone.size(), alone.stream().distinct().count(), "each request is another");
        assertEquals(alone, sent(yaml(7, open()), 1, 4), "one agent of four shards");
        assertEquals(alone, sent(yaml(7, open()), 2, 2), "two agents of two shards");
        assertNotEquals(alone, sent(yaml(8, open()), 1, 1), "another seed");
    }
}
