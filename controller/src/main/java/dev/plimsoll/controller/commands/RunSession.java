package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.run.RunDirector;
import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.controller.run.RunRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * One run in this process, with its progress and its signals. The first SIGINT, SIGTERM or SIGHUP aborts the run and
 * lets the bundle be finished, within limits; the second ends the process at once.
 */
final class RunSession {
    private static final Duration FINISH = Duration.ofSeconds(15);

    private final Console console;
    private final LiveProgress progress;
    private final RunDirector director;
    private volatile boolean interrupted;

    RunSession(Console console, RunRequest request, boolean quiet, UnaryOperator<String> mask) {
        this.console = console;
        progress = new LiveProgress(console, quiet, mask);
        director = new RunDirector(request, progress, InstantSource.system(), new SplittableRandom());
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

    /** Whether a signal ended it. */
    boolean interrupted() {
        return interrupted;
    }

    private void interrupt(String name) {
        interrupted = true;
        progress.clear();
        console.say("interrupted by " + name + ": finishing the bundle (once more ends at once)");
        Thread.ofPlatform().daemon().name("deadline").start(this::endLate);
        director.abort("interrupted by " + name);
    }

    private void endLate() {
        try {
            Thread.sleep(FINISH);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        Optional<String> place = progress.bundle().map(Object::toString);
        console.say("the run did not end within " + FINISH.toSeconds() + " s"
                + place.map(p -> "; what was measured is in " + p).orElse(""));
        Runtime.getRuntime().halt(ExitCode.FAILED.code());
    }
}
