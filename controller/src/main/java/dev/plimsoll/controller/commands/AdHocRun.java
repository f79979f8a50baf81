package dev.plimsoll.controller.commands;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.controller.run.RunRequest;
import dev.plimsoll.scenarios.ScenarioFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A run of a command that was given no scenario. Its bundle goes away at the end, unless the command line names a place for
 * it. A signal ends the load, and what was measured until then is printed.
 */
final class AdHocRun implements AutoCloseable {
    private static final Duration MARGIN = Duration.ofSeconds(15);

    private final Path store;
    private final boolean kept;
    private final RunSession session;

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

    private AdHocRun(Path store, boolean kept, RunSession session) {
        this.store = store;
        this.kept = kept;
        this.session = session;
    }

    /** Prepares it: nothing is sent yet. */
    static AdHocRun of(Console console, ScenarioFile file, Options options, Masking masking) throws CommandException {
        if (options.transport().isPresent()) {
            try {
                Transports.choose(options.transport());
            } catch (IllegalArgumentException e) {
                throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
            }
        }
        boolean kept = options.out().isPresent();
        Path store = kept ? options.out().get() : temporary();
        RunRequest request = new RunRequest(file, store, 0, false, options.transport(), options.threads(), kept);
        Duration limit = file.scenario().target().timeout().plus(MARGIN);
        RunSession.Interruption interruption = new RunSession.Interruption(true, "awaiting the last answers", limit);
        return new AdHocRun(store, kept, new RunSession(console, request, options.quiet(), masking, interruption));
    }

    private static Path temporary() throws CommandException {
        try {
            return Files.createTempDirectory("plimsoll-");
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILED, "no temporary directory can be made (" + e + "): name a place with --out", e);
        }
    }

    /** Runs it to its end. Blocks; called once. */
    RunOutcome run() throws RunException {
        return session.run();
    }

    /** Whether a signal ended it. */
    boolean interrupted() {
        return session.interrupted();
    }

    /** Where its bundle stays; absent when it goes away. */
    Optional<Path> place(RunOutcome outcome) {
        return kept ? Optional.of(outcome.bundle()) : Optional.empty();
    }

    /** Takes the bundle away, unless it is kept. */
    @Override
    public void close() {
        if (kept) {
            return;
        }
        try {
            Files.walkFileTree(store, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            // What is left lies where the system clears up by itself; the figures are none the worse for it.
            return;
        }
    }
}
