package dev.plimsoll.controller.commands;

import dev.plimsoll.scenarios.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/** Finds the word that was probably meant. */
final class Suggestions {
    private Suggestions() {}

    /** The command or option nearest to a wrong one. */
    static Optional<String> of(String wrong, CommandLine command) {
        if (wrong.startsWith("-")) {
            List<String> options = new ArrayList<>();
            command.getCommandSpec().options().stream()
                    .filter(option -> !option.hidden())
                    .forEach(option -> options.addAll(List.of(option.names())));
            return Nearest.to(wrong.replaceFirst("=.*", ""), options);
        }
        return Nearest.to(wrong, command.getSubcommands().keySet());
    }
}
