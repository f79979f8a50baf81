package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import dev.plimsoll.simulator.truth.Served;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static Load open(double rate, int maxInFlight) {
        return new Load.Open(new Load.Rate.Constant(rate), new Load.Arrivals.Constant(), maxInFlight);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void openLoopSendsTheWholeScheduleHoweverManyShardsShareIt(int shards) throws Exception {
        try (ScheduleServer server =
                        ScheduleServer.start(ScheduleOptions.stream(Duration.ofMillis(2), Duration.ofMillis(1), 5));
                TestShards test = new TestShards(
                        shards, server.url(), TestClient.CHAT_STREAM, TIMEOUT, SECOND, open(200, 1000))) {
            test.start();
            RequestInterval all = test.await();
            RequestCounts counts = all.counts();
            // 200/s for 1 s with equal gaps, the first at the start: 200 arrivals.
            assertEquals(200, counts.scheduled());
            assertEquals(200, counts.succeeded(), counts::toString);
            assertEquals(200, counts.good());
            assertEquals(200, all.histograms().get("latency").getTotalCount());
            assertEquals(200, all.histograms().get("ttft").getTotalCount());
            // 5 token events have 4 gaps.
            assertEquals(800, all.histograms().get("chunk_gap").getTotalCount());
            assertEquals(200, server.records().size());
        }
    }

    @Test
    void shardsTogetherSendExactlyWhatOneSendsAlone() throws Exception {
        Load load = new Load.Open(new Load.Rate.Constant(150), new Load.Arrivals.Poisson(), 1000);
        Set<String> alone = sent(1, load);
        assertEquals(alone, sent(3, load));
        assertTrue(alone.size() > 100, () -> "only " + alone.size());
    }

    /** The requests that a server got, by stream and sequence number. */
    private static Set<String> sent(int shards, Load load) throws Exception {
        try (ScheduleServer server = ScheduleServer.start(ScheduleOptions.unary(Duration.ofMillis(1)));
                TestShards test = new TestShards(shards, server.url(), TestClient.HTTP, TIMEOUT, SECOND, load)) {
            test.start();
            RequestCounts counts = test.await().counts();
            assertEquals(counts.scheduled(), counts.succeeded(), counts::toString);
            Set<String> ids = new TreeSet<>();
            for (Served served : server.records()) {
                assertTrue(ids.add(served.requestId()), () -> "sent twice: " + served.requestId());
            }
            assertEquals(counts.scheduled(), ids.size());
            return ids;
        }
    }

    @Test
    void closedLoopKeepsItsUsersBusyAndCountsEachRequestOnce() throws Exception {
        try (ScheduleServer server = ScheduleServer.start(ScheduleOptions.unary(Duration.ofMillis(20)));
                TestShards test = new TestShards(
                        2, server.url(), TestClient.HTTP, TIMEOUT, SECOND, new Load.Closed(3, Duration.ZERO))) {
            test.start();
            RequestCounts counts = test.await().counts();
            assertEquals(counts.scheduled(), counts.succeeded(), counts::toString);
            // 3 users, at least 20 ms a request: at most 50 each in 1 s.
            assertTrue(counts.scheduled() >= 6 && counts.scheduled() <= 150, counts::toString);
            assertEquals(counts.scheduled(), server.records().size());
        }
    }

    @Test
    void arrivalsBeyondTheInFlightLimitAreUnsent() throws Exception {
        try (ScheduleServer server = ScheduleServer.start(ScheduleOptions.unary(Duration.ofSeconds(2)));
                TestShards test = new TestShards(2, server.url(), TestClient.HTTP, TIMEOUT, SECOND, open(20, 3))) {
            test.start();
            RequestCounts counts = test.await().counts();
            // The answers take longer than the phase, so only the first 3 of 20 find room.
            assertEquals(20, counts.scheduled());
            assertEquals(3, counts.succeeded(), counts::toString);
            assertEquals(17, counts.errors(ErrorClass.UNSENT));
        }
    }

    @Test
    void requestsThatDoNotEndInTimeAreTimeouts() throws Exception {
        Duration timeout = Duration.ofMillis(300);
        try (ScheduleServer server = ScheduleServer.start(ScheduleOptions.unary(Duration.ofSeconds(20)));
                TestShards test = new TestShards(1, server.url(), TestClient.HTTP, timeout, SECOND, open(10, 100))) {
            test.start();
            RequestInterval all = test.await();
            assertEquals(10, all.counts().scheduled());
            assertEquals(10, all.counts().errors(ErrorClass.TIMEOUT));
            assertTrue(all.histograms().get("failed_latency").getMinValue() >= 299_000_000L);
        }
    }

    @Test
    void anAbortEndsEverythingAtOnce() throws Exception {
        try (ScheduleServer server = ScheduleServer.start(ScheduleOptions.unary(Duration.ofSeconds(20)));
                TestShards test = new TestShards(
                        1,
                        server.url(),
                        TestClient.HTTP,
                        TIMEOUT,
                        Duration.ofSeconds(60),
                        new Load.Closed(4, Duration.ZERO))) {
            test.start();
            test.abort();
            RequestCounts counts = test.await().counts();
            assertEquals(4, counts.scheduled());
            assertEquals(4, counts.errors(ErrorClass.TIMEOUT), counts::toString);
        }
    }

    @Test
    void aTargetThatRefusesConnectionsGivesConnectErrors() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String url = "http://127.0.0.1:" + port;
        try (TestShards test = new TestShards(1, url, TestClient.HTTP, TIMEOUT, SECOND, open(10, 100))) {
            test.start();
            RequestCounts counts = test.await().counts();
            assertEquals(10, counts.errors(ErrorClass.CONNECT), counts::toString);
            assertEquals(10, counts.failed());
        }
    }
}
