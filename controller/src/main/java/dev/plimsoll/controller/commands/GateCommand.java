package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.actions.ActionRecord;
import dev.plimsoll.controller.actions.ActionsFile;
import dev.plimsoll.controller.actions.GateActions;
import dev.plimsoll.controller.actions.GitHubJob;
import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioFile;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code plimsoll gate}. */
@Command(
        name = "gate",
        description = {
            "Smoke test, load, collect, judge: PROMOTE (exit code 0), ROLLBACK (1) or INCONCLUSIVE (3).%n",
            "The scenario needs a gate. Its on_promote, on_rollback and on_inconclusive actions run after the verdict; "
                    + "one that fails is told and the exit code stays the verdict's, but a command of on_rollback that fails makes it "
                    + "4. An interrupted gate (4) runs none.%n",
            "In GitHub Actions it writes annotations, the step's summary and its outputs.%n"
        },
        footer = {"", "Example: plimsoll gate chat-gate --set target.url=http://127.0.0.1:8000"})
final class GateCommand implements Callable<Integer> {
    private final Console console;
    private final Map<String, String> environment;

    @Mixin
    private final RunOptions options = new RunOptions();

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
        RunSession session = new RunSession(shown, options.request(file, true), options.quiet, masking);
        RunOutcome outcome = session.run();
        if (options.format == RunOptions.Format.JSON) {
            outcome.verdict().ifPresent(verdict -> shown.print(masking.apply(BundleJson.file(verdict))));
        } else {
            shown.print(masking.apply(Reports.text(outcome, shown)));
        }
        ExitCode code = ExitCode.ofGate(outcome, session.interrupted());
        if (outcome.verdict().isPresent()) {
            code = tell(gate, outcome, outcome.verdict().get(), code, line -> shown.say(masking.apply(line)), masking);
        }
        return code.code();
    }

    /** Tells the job of the verdict, acts on it, and gives the code that this leads to. */
    private ExitCode tell(
            Gate gate, RunOutcome outcome, Verdict verdict, ExitCode code, Consumer<String> says, Masking masking) {
        Optional<GitHubJob> job = GitHubJob.of(environment, says);
        job.ifPresent(one -> one.tell(outcome.info(), outcome.summary(), verdict, outcome.bundle()));
        if (code == ExitCode.FAILED) {
            return code;
        }
        List<ActionRecord> records = new GateActions(gate, says, GateActions.Limits.DEFAULT, InstantSource.system())
                .run(verdict, outcome.info().scenario().name(), outcome.bundle());
        if (!records.isEmpty()) {
            try {
                ActionsFile.of(verdict, records, masking).write(outcome.bundle());
            } catch (BundleException e) {
                says.accept(String.valueOf(e.getMessage()));
            }
        }
        if (!GateActions.isRollbackBroken(verdict.verdict(), records)) {
            return code;
        }
        String alarm = GateActions.alarm(records);
        says.accept(alarm);
        job.ifPresent(one -> one.alarm(alarm));
        return ExitCode.FAILED;
    }
}
