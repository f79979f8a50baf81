package dev.plimsoll.controller.commands;

import dev.plimsoll.scenarios.Nearest;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code plimsoll help}. */
@Command(name = "help", description = "Show the help of a command, or this list.%n")
@SuppressWarnings("NullAway.Init") // set by picocli
final class HelpFor implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "COMMAND", arity = "0..1", description = "Such as gate.")
    private Optional<String> name;

    @Spec
    private CommandSpec spec;

    HelpFor(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandException {
        CommandLine root = spec.root().commandLine();
        CommandLine command = root;
        if (name.isPresent()) {
            command = root.getSubcommands().get(name.get());
            if (command == null) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "no command \"" + name.get() + "\""
                                + Nearest.to(name.get(), root.getSubcommands().keySet())
                                        .map(nearest -> "; did you mean " + nearest + "?")
                                        .orElse("; see: plimsoll --help"));
            }
        }
        console.print(command.getUsageMessage(root.getColorScheme()));
        return ExitCode.DONE.code();
    }
}
