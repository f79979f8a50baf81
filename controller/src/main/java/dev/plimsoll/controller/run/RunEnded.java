package dev.plimsoll.controller.run;

import dev.plimsoll.reports.bundle.RunInfo;

/** Ends a run before its end. The message is a sentence for {@code run.json}, events and verdict. */
final class RunEnded extends Exception {
    private static final long serialVersionUID = 1;

    private final RunInfo.Status status;
    private final boolean incomplete;
    private final boolean told;
    private final boolean refusal;

    private RunEnded(RunInfo.Status status, boolean incomplete, boolean told, boolean refusal, String sentence) {
        super(sentence);
        this.status = status;
        this.incomplete = incomplete;
        this.told = told;
        this.refusal = refusal;
    }

    /** Stopped by a person, or by what cannot be gone on with. */
    static RunEnded aborted(String sentence) {
        return new RunEnded(RunInfo.Status.ABORTED, true, false, false, sentence);
    }

    /** An agent said no. */
    static RunEnded refused(String sentence) {
        return new RunEnded(RunInfo.Status.ABORTED, true, false, true, sentence);
    }

    /** Part of the measurement is missing. */
    static RunEnded partial(String sentence) {
        return new RunEnded(RunInfo.Status.PARTIAL, true, false, false, sentence);
    }

    /** An agent was lost, and the events tell of it already. */
    static RunEnded lost(String sentence) {
        return new RunEnded(RunInfo.Status.PARTIAL, true, true, false, sentence);
    }

    /** Stopped because the gate's answer is known: what was measured is enough for it. */
    static RunEnded decided(String sentence) {
        return new RunEnded(RunInfo.Status.ABORTED, false, false, false, sentence);
    }

    /** What {@code run.json} says then. */
    RunInfo.Status status() {
        return status;
    }

    /** Whether the verdict must know that something is missing. */
    boolean incomplete() {
        return incomplete;
    }

    /** Whether the events have its sentence already. */
    boolean told() {
        return told;
    }

    /** Whether an agent said no, so that it may be asked again. */
    boolean isRefusal() {
        return refusal;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
