package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** A server that stands still, as an open loop sees it. */
class StallTest {
    private static final int RATE = 200;
    private static final int SECONDS = 4;
    private static final Duration SERVICE = Duration.ofMillis(2);

    /** A machine that is busy with something else adds to latencies, a client that is wrong does so each time. */
    private static final int ATTEMPTS = 4;

    private static final double TOLERANCE_SECONDS = 0.04;

    /**
     * k = rate · 1 s requests fall into the stall, one each 1/rate, and wait from 1 s down to nothing: uniform over
     * 0…1 s. P(latency > x) = k/N · (1 − x), so the quantile q is at x = 1 − (1 − q) · N/k, as long as 1 − q < k/N. With
     * N/k = 4: p99 = 0.96 s and p90 = 0.6 s, where a closed loop would show one value of 1 s. The others take the service
     * time, so the mean is service + k/N · 1/2 s.
     */
    @Test
    void allThatWasScheduledDuringAStallSuffersWhatWasLeftOfIt() throws Exception {
        double part = 1.0 / SECONDS;
        double mean = SERVICE.toNanos() / 1e9 + part / 2;
        double best = Double.MAX_VALUE;
        for (int attempt = 1; attempt <= ATTEMPTS && best > TOLERANCE_SECONDS; attempt++) {
            Histogram latency = measure();
            double worst = Math.abs(seconds(latency, 99) - (1 - 0.01 / part));
            worst = Math.max(worst, Math.abs(seconds(latency, 90) - (1 - 0.1 / part)));
            worst = Math.max(worst, Math.abs(seconds(latency, 100) - 1));
            worst = Math.max(worst, 2 * Math.abs(latency.getMean() / 1e9 - mean));
            best = Math.min(best, worst);
        }
        assertEquals(0, best, TOLERANCE_SECONDS, "p99, p90, max or twice the mean, in seconds from the theory");
    }

    /**
     * What wrk or a closed loop would tell of the same stall: {@code service_time} counts from the sending. Two connections
     * carry all, so two requests of 800 meet the stall, a quarter of a per cent; the others wait unsent, and are served in
     * a moment each. In {@code latency} a quarter of all have waited, the longest for about a second.
     */
    @Test
    void serviceTimeHidesTheStallThatLatencyShows() throws Exception {
        ScheduleOptions options =
                ScheduleOptions.unary(Duration.ZERO).withStall(Duration.ofSeconds(1), Duration.ofSeconds(1));
        try (ScheduleServer server = ScheduleServer.start(options);
                TestAgent agent = new TestAgent(1)) {
            LegReports leg = agent.run(yaml(server.url(), "connections: {max: 2}, "), 1);
            assertEquals(RATE * SECONDS, leg.counts("load").succeeded());
            Histogram service = leg.histogram("load", "service_time");
            Histogram latency = leg.histogram("load", "latency");
            long stalled = service.getTotalCount() - countUpTo(service, 0.5);
            assertTrue(stalled >= 1 && stalled <= 2, stalled + " requests with a service time above 500 ms");
            assertTrue(seconds(service, 99) < 0.4, "service time p99 " + seconds(service, 99) + " s");
            long late = latency.getTotalCount() - countUpTo(latency, 0.5);
            // Half of those that were due in the stall waited for more than half a second, at least.
            assertTrue(late >= RATE * 0.49, late + " requests with a latency above 500 ms");
            assertTrue(seconds(latency, 99) > 0.94, "latency p99 " + seconds(latency, 99) + " s");
            assertTrue(seconds(leg.histogram("load", "send_lag"), 99) > 0.9, "they waited to be sent");
        }
    }

    private static long countUpTo(Histogram histogram, double seconds) {
        return histogram.getCountBetweenValues(0, (long) (seconds * 1e9));
    }

    private static Histogram measure() throws Exception {
        ScheduleOptions options =
                ScheduleOptions.unary(SERVICE).withStall(Duration.ofSeconds(1), Duration.ofSeconds(1));
        try (ScheduleServer server = ScheduleServer.start(options);
                TestAgent agent = new TestAgent(1)) {
            LegReports leg = agent.run(yaml(server.url(), ""), 1);
            assertEquals(RATE * SECONDS, leg.counts("load").succeeded());
            Histogram latency = leg.histogram("load", "latency");
            assertEquals(RATE * SECONDS, latency.getTotalCount());
            return latency;
        }
    }

    private static double seconds(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e9;
    }

    private static String yaml(String url, String connections) {
        return """
                name: stall
                target: {url: "%s", %sapi: http}
                workload: [{name: get, request: {method: GET, path: /}}]
                phases: [{name: load, duration: %ds, rate: %d/s, arrivals: constant}]
                """.formatted(url, connections, SECONDS, RATE);
    }
}
