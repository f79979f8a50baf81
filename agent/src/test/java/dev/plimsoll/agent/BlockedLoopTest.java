package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.IntervalSnapshot;
import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** An agent one of whose event loops is held by something that blocks: its reports show it in each figure. */
class BlockedLoopTest {
    private static final int RATE = 200;
    private static final long BLOCK_MILLIS = 100;
    private static final long EVERY_MILLIS = 200;

    @Test
    void aBlockedEventLoopShowsInLagAndSendLag() throws Exception {
        try (ScheduleServer server = ScheduleServer.start(ScheduleOptions.unary(Duration.ofMillis(1)));
                TestAgent agent = new TestAgent(1)) {
            String yaml = """
                    name: blocked
                    target: {url: "%s", api: http}
                    workload: [{name: get, request: {method: GET, path: /}}]
                    phases: [{name: load, duration: 2s, rate: %d/s, arrivals: constant}]
                    """.formatted(server.url(), RATE);
            agent.adopt(yaml, 1);
            lastLoop(agent.vertx).scheduleAtFixedRate(BlockedLoopTest::block, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
            agent.start(0);
            LegReports leg = agent.ended();
            assertEquals(2L * RATE, leg.counts("load").succeeded());
            // A loop that stands still half of the time, 100 ms at once: a quarter of all is more than 50 ms late.
            assertTrue(millis(leg.histogram("load", "send_lag"), 80) > BLOCK_MILLIS / 5.0);
            Histogram lag = new Histogram(3);
            double highest = 0;
            for (IntervalSnapshot interval : leg.intervals) {
                lag.add(interval.eventLoopLag());
                highest = Math.max(
                        highest,
                        interval.generator()
                                .get("generator.event_loop_lag")
                                .asDouble()
                                .orElseThrow());
            }
            assertTrue(millis(lag, 80) > BLOCK_MILLIS / 5.0, "event-loop lag p80 " + millis(lag, 80) + " ms");
            assertTrue(highest > BLOCK_MILLIS * 0.8, "at most " + highest + " ms");
        }
    }

    private static void block() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BLOCK_MILLIS);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private static double millis(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e6;
    }

    /** Load takes the last loops. */
    private static EventLoop lastLoop(Vertx vertx) {
        EventLoop last = null;
        for (EventExecutor executor : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            if (executor instanceof EventLoop loop) {
                last = loop;
            }
        }
        assertTrue(last != null);
        return last;
    }
}
