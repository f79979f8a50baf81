package dev.plimsoll.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** An agent whose beats nobody answers. */
class LostControllerTest {
    private static final String LOAD = """
            name: lost
            target: {url: "%s", api: http}
            workload: [{name: get, request: {method: GET, path: /}}]
            phases: [{name: load, duration: 10m, rate: 100/s, arrivals: constant}]
            """;

    @Test
    void itStopsItsLoadAndIsAbandonedOnce() throws Exception {
        try (ScheduleServer server = ScheduleServer.start(ScheduleOptions.unary(Duration.ofMillis(1)));
                TestAgent agent = new TestAgent(2)) {
            agent.adopt(LOAD.formatted(server.url()), 2);
            agent.start(0);
            await("no load", 10, () -> server.records().size() > 20);
            long lost = System.nanoTime();
            agent.becomeDeaf();
            // 2 s without an answer, seen by a beat of each 500 ms; the last answer may have come just before.
            await("load went on", 20, () -> quietFor(server, 1_500));
            long last = server.records().getLast().arrivalNanos();
            assertTrue(last - lost > TimeUnit.MILLISECONDS.toNanos(1_000), "load ended " + (last - lost) + " ns after");
            assertTrue(last - lost < TimeUnit.SECONDS.toNanos(5), "load ended " + (last - lost) + " ns after");
            assertEquals(0, agent.abandoned.get());
            await("not abandoned", 20, () -> agent.abandoned.get() > 0);
            assertTrue(System.nanoTime() - lost > TimeUnit.MILLISECONDS.toNanos(9_000));
            // Three more beats.
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_600);
            await("time stands still", 10, () -> System.nanoTime() > until);
            assertEquals(1, agent.abandoned.get());
        }
    }

    private static boolean quietFor(ScheduleServer server, long millis) {
        return System.nanoTime() - server.records().getLast().arrivalNanos() > TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static void await(String otherwise, int seconds, BooleanSupplier condition) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, otherwise);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
