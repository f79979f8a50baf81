package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.run.EarlyFleet;
import dev.plimsoll.controller.run.RunDirector;
import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.controller.run.RunRequest;
import dev.plimsoll.reports.bundle.RunEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * One run in this process, with its progress and its signals. The first SIGINT, SIGTERM or SIGHUP aborts the run and
 * lets the bundle be finished, within limits; the second ends the process at once.
 */
final class RunSession {
    private final Interruption interruption;
    private final Console console;
    private final LiveProgress progress;
    private final RunDirector director;
    private volatile boolean interrupted;

    /**
     * What the first signal does.
     *
     * @param gently whether requests under way are awaited as at the load's end
     * @param told what is being done then, for a person
     * @param limit how long it may take
     */
    record Interruption(boolean gently, String told, Duration limit) {
        /** Ends all load at once. */
        static final Interruption ABORT = new Interruption(false, "finishing the bundle", Duration.ofSeconds(15));
    }

    RunSession(Console console, RunRequest request, boolean quiet, UnaryOperator<String> mask) {
        this.console = console;
        interruption = Interruption.ABORT;
        progress = new LiveProgress(console, quiet, mask);
        director = new RunDirector(request, progress, InstantSource.system(), new SplittableRandom());
    }

    /** With another way to end, and a fleet that was opened early. */
    RunSession(
            Console console,
            RunRequest request,
            boolean quiet,
            UnaryOperator<String> mask,
            Interruption interruption,
            EarlyFleet early) {
        this.console = console;
        this.interruption = interruption;
        progress = new LiveProgress(console, quiet, mask);
        director = new RunDirector(request, progress, InstantSource.system(), new SplittableRandom(), early);
    }

    /** Runs it to its end. */
    RunOutcome run() throws RunException {
        Signals.take(this::interrupt);
        try {
            return director.run();
        } finally {
            progress.clear();
        }
    }

    /** Events that show errors, as far as they were kept: see {@link LiveProgress#errors}. */
    List<RunEvent> errors() {
        return progress.errors();
    }

    /** Whether a signal ended it. */
    boolean interrupted() {
        return interrupted;
    }

    private void interrupt(String name) {
        interrupted = true;
        progress.clear();
        console.say("interrupted by " + name + ": " + interruption.told() + " (once more ends at once)");
        Thread.ofPlatform().daemon().name("deadline").start(this::endLate);
        if (interruption.gently()) {
            director.stop("interrupted by " + name);
        } else {
            director.abort("interrupted by " + name);
        }
    }

    private void endLate() {
        try {
            Thread.sleep(interruption.limit());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        Optional<String> place = progress.bundle().map(Object::toString);
        console.say("the run did not end within " + interruption.limit().toSeconds() + " s"
                + place.map(p -> "; what was measured is in " + p).orElse(""));
        Runtime.getRuntime().halt(ExitCode.FAILED.code());
    }
}
