package dev.plimsoll.controller.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.verdict.Verdict;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a gate's process left behind is read; the process itself runs in {@code PipelineProcessTest}. */
class GateResultTest {
    private static String json(String verdict) {
        return "{\"run\": \"20260101-093000-250-7f3a2c\", \"verdict\": \"" + verdict + "\", \"reasons\": [\"why\"]}";
    }

    @ParameterizedTest
    @CsvSource({"0, PROMOTE", "1, ROLLBACK", "3, INCONCLUSIVE"})
    void theExitCodeDecides(int code, Verdict.Outcome verdict) {
        GateRunner.Ended ended = GateProcess.ended(code, json(verdict.name()), "");
        assertEquals(Optional.of(verdict), ended.verdict());
        assertEquals(Optional.of("20260101-093000-250-7f3a2c"), ended.run());
        assertEquals("why", ended.sentence());
    }

    @Test
    void aRollbackWhoseCommandFailedIsARollback() {
        GateRunner.Ended ended = GateProcess.ended(4, json("ROLLBACK"), "one\nTHE ROLLBACK FAILED: now\n\n");
        assertEquals(Optional.of(Verdict.Outcome.ROLLBACK), ended.verdict());
        assertEquals("it ended with exit code 4: THE ROLLBACK FAILED: now", ended.sentence());
    }

    @Test
    void anInterruptedPromotionIsNone() {
        assertEquals(
                Optional.empty(),
                GateProcess.ended(4, json("PROMOTE"), "interrupted").verdict());
    }

    @Test
    void aScenarioErrorHasNoVerdictAndItsLastLine() {
        GateRunner.Ended ended = GateProcess.ended(2, "", "chat.yaml:1:1: nothing is sent\u0007\n");
        assertEquals(Optional.empty(), ended.verdict());
        assertEquals("it ended with exit code 2: chat.yaml:1:1: nothing is sent ", ended.sentence());
    }

    @Test
    void aVerdictWithoutARunIsNone() {
        assertEquals(Optional.empty(), GateProcess.ended(0, "{}", "").verdict());
        assertEquals(Optional.empty(), GateProcess.ended(0, "not JSON", "").verdict());
        assertEquals(Optional.empty(), GateProcess.ended(137, "", "").verdict());
    }

    @Test
    void aLongLineIsClipped() {
        assertTrue(GateProcess.ended(2, "", "x".repeat(10_000)).sentence().length() < 400);
    }
}
