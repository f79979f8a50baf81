package dev.plimsoll.controller.run;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Directs one run from its first greeting to its verdict. */
public final class RunDirector {

    /**
     * A run that has not begun.
     *
     * @param request what is to be run
     * @param observer watches it
     * @param clock tells wall time
     * @param random makes the run's id
     */
    public RunDirector(RunRequest request, RunObserver observer, InstantSource clock, RandomGenerator random) {
        throw new UnsupportedOperationException();
    }

    /**
     * Runs it to its end. Blocks; called once. Whatever ends it, the bundle says so and has a report.
     *
     * @throws RunException when it could not be begun (no bundle, no agent), with nothing sent
     */
    public RunOutcome run() throws RunException {
        throw new UnsupportedOperationException();
    }

    /**
     * Ends the run early, from any thread: the load stops at once, what ended is kept, and {@link #run} returns soon with
     * an aborted run. Does nothing before the start or after the end.
     *
     * @param reason for the events, such as {@code interrupted by SIGTERM}
     */
    public void abort(String reason) {
        throw new UnsupportedOperationException();
    }
}
