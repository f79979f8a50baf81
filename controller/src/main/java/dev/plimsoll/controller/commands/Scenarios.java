package dev.plimsoll.controller.commands;

import dev.plimsoll.scenarios.Nearest;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioFile;
import dev.plimsoll.scenarios.ScenarioLibrary;
import dev.plimsoll.scenarios.ScenarioReader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the scenario that a command line names: a file, or one of the library. A file of the same name goes first. */
final class Scenarios {
    private Scenarios() {}

    /**
     * Reads it.
     *
     * @throws CommandException when there is none of that name
     * @throws ScenarioException when it has problems
     */
    static ScenarioFile read(String name, List<String> overrides, Map<String, String> environment)
            throws CommandException, ScenarioException {
        Path file = path(name);
        if (Files.isRegularFile(file)) {
            return ScenarioReader.read(file, overrides, environment);
        }
        Optional<String> ready = ScenarioLibrary.find(name);
        if (ready.isPresent()) {
            return ScenarioReader.read(name, ready.get(), Path.of(""), overrides, environment);
        }
        throw new CommandException(ExitCode.USAGE, missing(name, file));
    }

    private static String missing(String name, Path file) {
        if (Files.isDirectory(file)) {
            return "the scenario \"" + name + "\" is a directory: name a file in it";
        }
        String next = Nearest.to(name, ScenarioLibrary.names())
                .map(nearest -> "did you mean " + nearest + "?")
                .orElse("give a YAML file, or one of: " + String.join(", ", ScenarioLibrary.names()));
        return "no scenario \"" + name + "\": there is no such file, and none of that name in the library; " + next;
    }

    private static Path path(String name) throws CommandException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new CommandException(ExitCode.USAGE, "\"" + name + "\" is not a file's name", e);
        }
    }
}
