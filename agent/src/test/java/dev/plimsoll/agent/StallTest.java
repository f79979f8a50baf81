package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** A server that stands still, as an open loop sees it. */
class StallTest {
    private static final int RATE = 200;
    private static final int SECONDS = 4;
    private static final double TOLERANCE_SECONDS = 0.04;

    @Test
    void allThatWasScheduledDuringAStallSuffersWhatWasLeftOfIt() throws Exception {
        Duration service = Duration.ofMillis(2);
        ScheduleOptions options =
                ScheduleOptions.unary(service).withStall(Duration.ofSeconds(1), Duration.ofSeconds(1));
        try (ScheduleServer server = ScheduleServer.start(options);
                TestAgent agent = new TestAgent(1)) {
            LegReports leg = agent.run(yaml(server.url()), 1);
            int all = RATE * SECONDS;
            assertEquals(all, leg.counts("load").succeeded());
            Histogram latency = leg.histogram("load", "latency");
            assertEquals(all, latency.getTotalCount());
            // k = rate · 1 s requests fall into the stall, one each 1/rate, and wait from 1 s down to nothing: uniform
            // over 0…1 s. P(latency > x) = k/N · (1 − x), so the quantile q is at x = 1 − (1 − q) · N/k, as long as
            // 1 − q < k/N. With N/k = 4: p99 = 0.96 s, p90 = 0.6 s; a closed loop would show one value of 1 s.
            double part = 1.0 / SECONDS;
            assertEquals(1 - 0.01 / part, seconds(latency, 99), TOLERANCE_SECONDS);
            assertEquals(1 - 0.1 / part, seconds(latency, 90), TOLERANCE_SECONDS);
            assertEquals(1, latency.getMaxValue() / 1e9, TOLERANCE_SECONDS);
            // The others take the service time. Mean = service + k/N · 1/2 s.
            double mean = service.toNanos() / 1e9 + part / 2;
            assertEquals(mean, latency.getMean() / 1e9, TOLERANCE_SECONDS / 2);
        }
    }

    private static double seconds(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e9;
    }

    private static String yaml(String url) {
        return """
                name: stall
                target: {url: "%s", api: http}
                workload: [{name: get, request: {method: GET, path: /}}]
                phases: [{name: load, duration: %ds, rate: %d/s, arrivals: constant}]
                """.formatted(url, SECONDS, RATE);
    }
}
