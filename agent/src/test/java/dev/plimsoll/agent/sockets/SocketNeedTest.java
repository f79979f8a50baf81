package dev.plimsoll.agent.sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.agent.engine.Endpoint;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.ScenarioReader;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketNeedTest {
    private static final SocketNeed.Part ALL = new SocketNeed.Part(0, 2, 2);

    private static Scenario scenario(String target, String phase) throws Exception {
        return ScenarioReader.fromResolved("""
                name: sockets
                target: { url: "https://127.0.0.1:1", api: http, %s }
                workload: [ { name: get, request: { path: / } } ]
                phases: [ { name: steady, duration: 20s, %s } ]
                """.formatted(target, phase));
    }

    private static List<Endpoint> endpoints(String... addresses) {
        return List.of(new Endpoint(
                "h",
                1,
                true,
                Arrays.stream(addresses)
                        .map(address -> new InetSocketAddress(address, 1))
                        .toList()));
    }

    private static SocketNeed need(String target, String phase, SocketNeed.Part part, String... addresses)
            throws Exception {
        return SocketNeed.of(scenario(target, phase), part, endpoints(addresses))
                .getFirst();
    }

    @Test
    void usersOfAClosedLoopHoldAConnectionEach() throws Exception {
        assertEquals(
                new SocketNeed("steady", 100, 100, 0, Duration.ofSeconds(20), 1, true),
                need("http: 1.1", "concurrency: 100", ALL, "127.0.0.1"));
    }

    @Test
    void limitOfConnectionsHolds() throws Exception {
        assertEquals(
                new SocketNeed("steady", 30, 30, 0, Duration.ofSeconds(20), 2, false),
                need("http: 1.1, connections: { max: 30 }", "concurrency: 100", ALL, "127.0.0.1", "10.0.0.1"));
    }

    @Test
    void usersThatThinkMayDoWithFewer() throws Exception {
        assertEquals(
                new SocketNeed("steady", 1, 100, 0, Duration.ofSeconds(20), 1, true),
                need("http: 1.1", "concurrency: 100, think_time: 1s", ALL, "127.0.0.1"));
    }

    @Test
    void anAgentNeedsItsShareOnly() throws Exception {
        // Shards 1 and 2 of 4: of 10 users 3 and 2, for the first two shards have the remainder.
        assertEquals(
                new SocketNeed("steady", 5, 5, 0, Duration.ofSeconds(20), 1, true),
                need("http: 1.1", "concurrency: 10", new SocketNeed.Part(1, 2, 4), "127.0.0.1"));
    }

    @Test
    void openLoopMayNeedAsManyAsItMayHaveInFlight() throws Exception {
        assertEquals(
                new SocketNeed("steady", 1, 500, 0, Duration.ofSeconds(20), 1, true),
                need("http: 1.1", "rate: 40/s, max_in_flight: 500", ALL, "127.0.0.1"));
    }

    @Test
    void openLoopWithoutReuseOpensAsManyAsItsRate() throws Exception {
        assertEquals(
                new SocketNeed("steady", 1, 1024, 40, Duration.ofSeconds(20), 1, true),
                need("connections: { reuse: false }", "rate: { from: 4/s, to: 40/s }", ALL, "127.0.0.1"));
    }

    @Test
    void streamsOfHttp2ShareConnections() throws Exception {
        SocketNeed one = new SocketNeed("steady", 1, 1, 0, Duration.ofSeconds(20), 1, true);
        assertEquals(one, need("http: 2", "concurrency: 100", ALL, "127.0.0.1"));
        assertEquals(one, need("http: auto", "concurrency: 100", ALL, "127.0.0.1"));
    }
}
