package dev.plimsoll.controller.commands;

import dev.plimsoll.scenarios.ScenarioSchema;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code plimsoll schema}. */
@Command(
        name = "schema",
        description = "Print the JSON Schema of scenarios, for editors: plimsoll schema > scenario.schema.json%n")
final class SchemaCommand implements Callable<Integer> {
    private final Console console;

    SchemaCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.print(ScenarioSchema.json().stripTrailing() + "\n");
        return ExitCode.DONE.code();
    }
}
