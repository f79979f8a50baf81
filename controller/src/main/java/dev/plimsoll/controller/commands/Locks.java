package dev.plimsoll.controller.commands;

import dev.plimsoll.reports.preflight.VersionsLock;
import dev.plimsoll.scenarios.Preflight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads lock files of versions. */
final class Locks {
    private Locks() {}

    /** The one that a scenario names; none where it names none. */
    static VersionsLock of(Preflight wanted) throws CommandException {
        return wanted.lock().isPresent() ? read(Path.of(wanted.lock().get())) : VersionsLock.NONE;
    }

    /** That one. */
    static VersionsLock read(Path file) throws CommandException {
        try {
            return VersionsLock.parse(file.toString(), Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "there is no lock file " + file + "; write one on a good node: plimsoll preflight --write-lock",
                    e);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE, "the lock file " + file + " cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }
}
