package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

class SuggestionsTest {
    private final CommandLine line = new CommandLine(CommandSpec.create())
            .addSubcommand("gate", new Gate())
            .addSubcommand("report", CommandSpec.create());

    @Command
    private static final class Gate {
        @Option(names = "--out")
        private String out = "";
    }

    @Test
    void findsCommandsWithFewLettersWrong() {
        assertEquals(Optional.of("gate"), Suggestions.of("gtae", line));
        assertEquals(Optional.of("report"), Suggestions.of("REPOTR", line));
    }

    @Test
    void findsOptionsOfTheCommandWhateverTheirValue() {
        assertEquals(
                Optional.of("--out"),
                Suggestions.of("--outt=runs", line.getSubcommands().get("gate")));
    }

    @Test
    void suggestsNothingFarAway() {
        assertEquals(Optional.empty(), Suggestions.of("kubernetes", line));
    }
}
