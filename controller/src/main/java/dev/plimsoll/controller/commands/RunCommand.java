package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioFile;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code plimsoll run}. */
@Command(
        name = "run",
        description = {
            "Load and collect, and judge nothing.%n",
            "Ends with 0 when the run went to its end, whatever the target answered, and with 4 when it was interrupted "
                    + "or lost an agent.%n"
        },
        footer = {"", "Example: plimsoll run spike --set target.url=http://127.0.0.1:8000"})
final class RunCommand implements Callable<Integer> {
    private final Console console;
    private final Map<String, String> environment;

    @Mixin
    private final RunOptions options = new RunOptions();

    RunCommand(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    @Override
    public Integer call() throws CommandException, ScenarioException, RunException {
        ScenarioFile file = Scenarios.read(options.scenario, options.overrides, environment);
        Masking masking = new Masking(file.secrets());
        Console shown = options.noColor ? console.plain() : console;
        RunSession session = new RunSession(shown, options.request(file, false), options.quiet, masking);
        RunOutcome outcome = session.run();
        shown.print(masking.apply(
                options.format == RunOptions.Format.JSON
                        ? BundleJson.file(outcome.summary())
                        : Reports.text(outcome, shown)));
        return ExitCode.ofRun(outcome, session.interrupted()).code();
    }
}
