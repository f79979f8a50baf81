package dev.plimsoll.agent.probes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JfrWindowTest {
    private final JfrWindow window = new JfrWindow();

    private static Instant at(long millis) {
        return Instant.parse("2026-01-01T00:00:00Z").plusMillis(millis);
    }

    private void pause(long end, long millis) {
        window.add(new JfrWindow.Pause(at(end), Duration.ofMillis(millis)));
    }

    private void batch(long beat) {
        window.beat(at(beat));
        window.flush();
    }

    private Map<String, Reading> next(long at) {
        JfrWindow.Sample sample = window.next().orElseThrow();
        assertEquals(at(at), sample.at());
        return sample.readings();
    }

    @Test
    void nothingIsKnownBeforeTheFirstBatchIsThrough() {
        pause(10, 5);
        window.beat(at(100));
        assertEquals(Optional.empty(), window.next());
        assertTrue(window.flush());
        // From here on there are rates; what was before the first beat has no beginning.
        assertEquals(Map.of(), next(100));
    }

    @Test
    void pausesCountWhereTheyEnded() {
        batch(0);
        next(0);
        pause(200, 30);
        pause(700, 20);
        batch(1_000);
        Map<String, Reading> readings = next(1_000);
        assertEquals(Reading.of(30), readings.get("gc.pause"));
        // 50 ms, and 2 pauses, in 1 s.
        assertEquals(5, readings.get("gc.time").asDouble().orElseThrow(), 1e-9);
        assertEquals(Reading.of(2), readings.get("gc.count"));
    }

    @Test
    void aPauseAfterTheLastBeatWaitsForTheNextBatch() {
        batch(0);
        next(0);
        pause(1_100, 40);
        batch(1_000);
        assertEquals(Reading.of(0), next(1_000).get("gc.pause"));
        batch(2_000);
        assertEquals(Reading.of(40), next(2_000).get("gc.pause"));
        batch(3_000);
        assertEquals(Reading.of(0), next(3_000).get("gc.pause"));
    }

    @Test
    void withoutNewsThereIsNoSample() {
        batch(0);
        next(0);
        assertEquals(Optional.empty(), window.next());
        // A batch without a beat moves nothing.
        window.flush();
        assertEquals(Optional.empty(), window.next());
    }

    @Test
    void theHeapIsThatOfTheTime() {
        batch(0);
        next(0);
        window.add(new JfrWindow.Heap(at(400), 4, 9));
        window.add(new JfrWindow.Heap(at(900), 5, 9));
        window.add(new JfrWindow.Heap(at(1_800), 6, 9));
        batch(1_000);
        assertEquals(Reading.of(5), next(1_000).get("jvm.heap.used"));
        batch(2_000);
        assertEquals(Reading.of(6), next(2_000).get("jvm.heap.used"));
    }

    @Test
    void atTheEndEverythingIsKnown() {
        batch(0);
        next(0);
        pause(1_500, 70);
        window.complete(at(1_600));
        assertEquals(Reading.of(70), next(1_600).get("gc.pause"));
    }

    @Test
    void aPauseLongerThanTheWindowIsAllOfIt() {
        batch(0);
        next(0);
        pause(100, 5_000);
        batch(100);
        // The beat itself could not be while the world stood still; the share is held to all of the time.
        Map<String, Reading> readings = window.next().orElseThrow().readings();
        assertEquals(Reading.of(5_000), readings.get("gc.pause"));
        assertEquals(Reading.of(100), readings.get("gc.time"));
    }
}
