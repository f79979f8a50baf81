package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Verdict;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
    private static RunOutcome outcome(RunInfo.Status status, Optional<Verdict.Outcome> verdict) {
        RunInfo info = new RunInfo(
                1,
                "20260101-093000-250-7f3a2c",
                new RunInfo.ScenarioRef("s", "00"),
                status,
                "",
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty(),
                "1",
                "nio",
                List.of(),
                new RunInfo.TargetRef(List.of(), List.of(), "", "", Map.of()),
                List.of());
        Summary.Figures none = new Summary.Figures(new Summary.Counts(0, 0, 0, 0, 0, 0, Map.of()), Map.of(), Map.of());
        Summary summary = new Summary(
                1,
                info.run(),
                List.of(),
                none,
                new Summary.GeneratorSummary(Optional.empty(), Optional.empty(), Optional.empty(), true, List.of()),
                List.of());
        return new RunOutcome(
                Path.of("runs"),
                info,
                summary,
                verdict.map(v -> new Verdict(1, info.run(), v, List.of(), List.of())),
                new RunResults(info.run(), List.of()));
    }

    private static int gate(RunInfo.Status status, Verdict.Outcome verdict, boolean interrupted) {
        return ExitCode.ofGate(outcome(status, Optional.of(verdict)), interrupted)
                .code();
    }

    @Test
    void aVerdictHasItsCode() {
        assertEquals(0, gate(RunInfo.Status.FINISHED, Verdict.Outcome.PROMOTE, false));
        assertEquals(1, gate(RunInfo.Status.FINISHED, Verdict.Outcome.ROLLBACK, false));
        assertEquals(3, gate(RunInfo.Status.PARTIAL, Verdict.Outcome.INCONCLUSIVE, false));
    }

    @Test
    void aGateThatStoppedItselfHasItsVerdict() {
        assertEquals(1, gate(RunInfo.Status.ABORTED, Verdict.Outcome.ROLLBACK, false));
    }

    @Test
    void anInterruptedGateHasFailedWhateverItsVerdict() {
        assertEquals(4, gate(RunInfo.Status.ABORTED, Verdict.Outcome.INCONCLUSIVE, true));
        assertEquals(4, gate(RunInfo.Status.FINISHED, Verdict.Outcome.PROMOTE, true));
    }

    @Test
    void aGateWithoutAVerdictHasFailed() {
        assertEquals(
                4,
                ExitCode.ofGate(outcome(RunInfo.Status.FINISHED, Optional.empty()), false)
                        .code());
    }

    @Test
    void aRunIsDoneOnlyWhenItIsWhole() {
        assertEquals(
                0,
                ExitCode.ofRun(outcome(RunInfo.Status.FINISHED, Optional.empty()), false)
                        .code());
        assertEquals(
                4,
                ExitCode.ofRun(outcome(RunInfo.Status.FINISHED, Optional.empty()), true)
                        .code());
        assertEquals(
                4,
                ExitCode.ofRun(outcome(RunInfo.Status.PARTIAL, Optional.empty()), false)
                        .code());
        assertEquals(
                4,
                ExitCode.ofRun(outcome(RunInfo.Status.ABORTED, Optional.empty()), false)
                        .code());
    }
}
