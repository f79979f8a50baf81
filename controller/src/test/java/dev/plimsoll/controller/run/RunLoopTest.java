package dev.plimsoll.controller.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunLoopTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final List<String> done = new ArrayList<>();

    @Test
    void tasksAreDoneInTheirOrderUntilTheConditionHolds() throws Exception {
        RunLoop loop = new RunLoop(() -> {});
        loop.execute(() -> done.add("one"));
        loop.execute(() -> done.add("two"));
        loop.execute(() -> done.add("three"));
        assertTrue(loop.await(() -> done.size() == 2, LIMIT));
        assertEquals(List.of("one", "two"), done);
    }

    @Test
    void aTickThatEndsTheRunTakesNoTaskAlong() throws Exception {
        RunLoop loop = new RunLoop(() -> {
            if (done.isEmpty()) {
                done.add("tick");
                throw RunEnded.partial("an agent was lost");
            }
        });
        loop.execute(() -> done.add("last words"));
        assertThrows(RunEnded.class, () -> loop.await(() -> false, LIMIT));
        assertTrue(loop.await(() -> done.size() == 2, LIMIT));
        assertEquals(List.of("tick", "last words"), done);
    }

    @Test
    void aConditionThatNeverHoldsIsGivenUp() throws Exception {
        assertFalse(new RunLoop(() -> {}).await(() -> false, Duration.ofMillis(1)));
    }
}
