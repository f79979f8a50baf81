package dev.plimsoll.controller.commands;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.controller.run.EarlyFleet;
import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.controller.run.RunRequest;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.scenarios.ScenarioFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A run of a command that was given no scenario. There is no bundle of it, unless the command line names a place for one. A
 * signal ends the load, and what was measured until then is printed.
 *
 * <p>Its event loops are made at once, while the command is still busy with the scenario.
 */
final class AdHocRun implements AutoCloseable {
    private static final Duration MARGIN = Duration.ofSeconds(15);

    private final Options options;
    private final EarlyFleet early;

    /**
     * Where and how.
     *
     * @param out where the bundle is kept; absent: nowhere
     * @param transport {@code io_uring}, {@code epoll} or {@code nio}; absent: the best one
     * @param threads event loops that carry load; absent: one fewer than cores
     * @param quiet without progress
     */
    record Options(Optional<Path> out, Optional<String> transport, OptionalInt threads, boolean quiet) {
        Options {
            requireNonNull(out, "out");
            requireNonNull(transport, "transport");
            requireNonNull(threads, "threads");
        }
    }

    /**
     * How it ended.
     *
     * @param outcome of the run
     * @param interrupted whether a signal ended it
     * @param errors events that show errors
     */
    record Ended(RunOutcome outcome, boolean interrupted, List<RunEvent> errors) {
        Ended {
            errors = List.copyOf(errors);
        }

        /** What the program ends with. */
        int code() {
            return ExitCode.ofRun(outcome, interrupted).code();
        }
    }

    private AdHocRun(Options options, EarlyFleet early) {
        this.options = options;
        this.early = early;
    }

    /** Begins to prepare it: nothing is sent yet. */
    static AdHocRun prepare(Options options) throws CommandException {
        if (options.transport().isPresent()) {
            try {
                Transports.choose(options.transport());
            } catch (IllegalArgumentException e) {
                throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
            }
        }
        return new AdHocRun(options, EarlyFleet.begin(options.transport(), options.threads()));
    }

    /** Runs it to its end. Blocks; called once. */
    Ended run(Console console, ScenarioFile file, Masking masking) throws RunException {
        RunRequest request = new RunRequest(
                file,
                options.out().orElse(Path.of("")),
                0,
                false,
                options.transport(),
                options.threads(),
                options.out().isPresent());
        Duration limit = file.scenario().target().timeout().plus(MARGIN);
        RunSession.Interruption interruption = new RunSession.Interruption(true, "awaiting the last answers", limit);
        RunSession session = new RunSession(console, request, options.quiet(), masking, interruption, early);
        RunOutcome outcome = session.run();
        return new Ended(outcome, session.interrupted(), session.errors());
    }

    /** Gives back what it has prepared and not used. */
    @Override
    public void close() {
        early.close();
    }
}
