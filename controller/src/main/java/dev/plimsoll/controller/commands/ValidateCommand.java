package dev.plimsoll.controller.commands;

import dev.plimsoll.scenarios.ScenarioException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plimsoll validate}. */
@Command(
        name = "validate",
        description = "Check scenarios, and say what each would do. Sends nothing. 0: all are well, 2: one is not.%n")
@SuppressWarnings("NullAway.Init") // set by picocli
final class ValidateCommand implements Callable<Integer> {
    private final Console console;
    private final Map<String, String> environment;

    @Parameters(
            paramLabel = "SCENARIO",
            arity = "1..*",
            description = "YAML files, or names of ready scenarios, such as chat-gate.")
    private List<String> names;

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "Override a key of each scenario, such as target.url=http://127.0.0.1:8000. Repeatable.")
    private List<String> overrides = List.of();

    ValidateCommand(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    @Override
    public Integer call() {
        ExitCode code = ExitCode.DONE;
        for (String name : names) {
            try {
                console.print("ok " + name + "\n"
                        + Forecast.text(
                                Scenarios.read(name, overrides, environment).scenario()));
            } catch (ScenarioException e) {
                console.say(String.valueOf(e.getMessage()));
                code = ExitCode.USAGE;
            } catch (CommandException | IllegalArgumentException e) {
                console.say("plimsoll: " + e.getMessage());
                code = ExitCode.USAGE;
            }
        }
        return code.code();
    }
}
