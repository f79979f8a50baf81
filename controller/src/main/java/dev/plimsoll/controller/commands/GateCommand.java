package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.actions.GateActions;
import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.controller.run.RunRequest;
import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioFile;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code plimsoll gate}. */
@Command(
        name = "gate",
        description = {
            "Smoke test, load, collect, judge: PROMOTE (exit code 0), ROLLBACK (1) or INCONCLUSIVE (3).",
            "Machines that are not fit to be measured make it INCONCLUSIVE before any load: see plimsoll preflight.%n",
            "The scenario needs a gate. Its on_promote, on_rollback and on_inconclusive actions run after the verdict; "
                    + "one that fails is told, and the exit code stays the verdict's. An interrupted gate (4) runs none.%n"
        },
        footer = {"", "Example: plimsoll gate chat-gate --set target.url=http://127.0.0.1:8000"})
final class GateCommand implements Callable<Integer> {
    private final Console console;
    private final Map<String, String> environment;

    @Mixin
    private final RunOptions options = new RunOptions();

    @Option(names = "--no-preflight", description = "Do not look at the machines first.")
    private boolean noPreflight;

    GateCommand(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    @Override
    public Integer call() throws CommandException, ScenarioException, RunException {
        ScenarioFile file = Scenarios.read(options.scenario, options.overrides, environment);
        Gate gate = file.scenario()
                .gate()
                .orElseThrow(() -> new CommandException(
                        ExitCode.USAGE,
                        "the scenario " + options.scenario
                                + " has no gate, so nothing can be judged; add a `gate:` with "
                                + "thresholds, or use: plimsoll run " + options.scenario));
        Masking masking = new Masking(file.secrets());
        Console shown = options.noColor ? console.plain() : console;
        RunRequest request = options.request(file, true);
        if (!noPreflight) {
            request = request.after(Locks.of(file.scenario().preflight()));
        }
        RunSession session = new RunSession(shown, request, options.quiet, masking);
        RunOutcome outcome = session.run();
        if (options.format == RunOptions.Format.JSON) {
            outcome.verdict().ifPresent(verdict -> shown.print(masking.apply(BundleJson.file(verdict))));
        } else {
            shown.print(masking.apply(Reports.text(outcome, shown)));
        }
        if (!session.interrupted() && outcome.verdict().isPresent()) {
            act(gate, outcome, outcome.verdict().get(), shown, masking);
        }
        return ExitCode.ofGate(outcome, session.interrupted()).code();
    }

    private void act(Gate gate, RunOutcome outcome, Verdict verdict, Console shown, Masking masking) {
        GateActions actions =
                new GateActions(gate, sentence -> shown.say(masking.apply(sentence)), GateActions.Limits.DEFAULT);
        actions.run(verdict, outcome.bundle());
    }
}
