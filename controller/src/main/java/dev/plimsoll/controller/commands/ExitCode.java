package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.preflight.Outcome;
import dev.plimsoll.reports.preflight.PreflightReport;
import dev.plimsoll.reports.verdict.Comparison;
import dev.plimsoll.reports.verdict.Verdict;
import java.util.List;

/** What the program tells a pipeline. The one place where outcomes become exit codes. */
public enum ExitCode {
    /** PROMOTE, or done. */
    DONE(0),
    /** ROLLBACK; of a preflight, a failure. */
    ROLLBACK(1),
    /** A wrong command line or scenario: nothing was sent. */
    USAGE(2),
    /** INCONCLUSIVE. */
    INCONCLUSIVE(3),
    /** Interrupted, failed inside, or a command that should have rolled back failed; what was measured is kept. */
    FAILED(4);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The number. */
    public int code() {
        return code;
    }

    /**
     * Of a look before a measurement: a failure, or that nothing could be looked at.
     *
     * @param seen whether at least one of the machines in question could be looked at
     */
    public static ExitCode ofPreflight(PreflightReport report, boolean seen) {
        if (report.worst() == Outcome.FAIL) {
            return ROLLBACK;
        }
        return seen && !report.isBlind() ? DONE : INCONCLUSIVE;
    }

    /** Of a verdict. */
    public static ExitCode of(Verdict.Outcome verdict) {
        return switch (verdict) {
            case PROMOTE -> DONE;
            case ROLLBACK -> ROLLBACK;
            case INCONCLUSIVE -> INCONCLUSIVE;
        };
    }

    /**
     * Of a gate. An interrupted one has failed whatever its verdict; one that stopped itself, because a limit was surely
     * broken, has not.
     *
     * @param interrupted whether a signal ended it
     */
    public static ExitCode ofGate(RunOutcome outcome, boolean interrupted) {
        return interrupted
                ? FAILED
                : outcome.verdict().map(verdict -> of(verdict.verdict())).orElse(FAILED);
    }

    /**
     * Of a comparison: runs that cannot be compared, and limits that nothing decides, are inconclusive; without limits it
     * is done.
     */
    public static ExitCode of(Comparison comparison) {
        if (!comparison.comparable()) {
            return INCONCLUSIVE;
        }
        List<Verdict.CheckOutcome> outcomes =
                comparison.checks().stream().map(Verdict.Check::outcome).toList();
        if (outcomes.contains(Verdict.CheckOutcome.FAIL)) {
            return ROLLBACK;
        }
        return outcomes.stream().allMatch(outcome -> outcome == Verdict.CheckOutcome.PASS) ? DONE : INCONCLUSIVE;
    }

    /** Of a run that is not judged: done only when it went to its end with all its agents, whatever the target answered. */
    public static ExitCode ofRun(RunOutcome outcome, boolean interrupted) {
        return !interrupted && outcome.info().status() == RunInfo.Status.FINISHED ? DONE : FAILED;
    }
}
