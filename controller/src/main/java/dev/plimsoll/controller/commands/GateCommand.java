package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.run.Planning;
import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.controller.run.RunRequest;
import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.render.PlanText;
import dev.plimsoll.reports.render.WatchText;
import dev.plimsoll.reports.verdict.GatePlan;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioFile;
import java.util.ArrayList;
import java.util.List;
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
                    + "one that fails is told and the exit code stays the verdict's, but a command of on_rollback that fails "
                    + "makes it 4. An interrupted gate (4) runs none. In GitHub Actions the verdict becomes annotations, the "
                    + "step's summary and its outputs.%n"
        },
        footer = {"", "Example: plimsoll gate chat-gate --set target.url=http://127.0.0.1:8000"})
final class GateCommand implements Callable<Integer> {
    private static final double PERCENT = 100;
    private static final double MOST_CHANGE = 10;

    private final Console console;
    private final Map<String, String> environment;

    @Mixin
    private final RunOptions options = new RunOptions();

    @Option(names = "--no-preflight", description = "Do not look at the machines first.")
    private boolean noPreflight;

    @Option(names = "--explain", description = "Say, too, why the load ended when it did, check by check.")
    private boolean explain;

    @Option(
            names = "--plan",
            description = "Send nothing; say how long the gate must run to tell a change, from the last promoted runs."
                    + " 0: planned, 3: there is no such run.")
    private boolean plan;

    @Option(
            names = "--change",
            paramLabel = "PERCENT",
            split = ",",
            defaultValue = "5%,10%",
            description = "Changes to plan for (default: ${DEFAULT-VALUE}).")
    private List<String> changes = List.of();

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
        if (plan) {
            return plan(file);
        }
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
        if (explain && outcome.verdict().isPresent()) {
            String why = masking.apply(WatchText.render(outcome.verdict().get(), shown.width()));
            if (options.format == RunOptions.Format.JSON) {
                shown.say(why);
            } else {
                shown.print(why);
            }
        }
        ExitCode code = ExitCode.ofGate(outcome, session.interrupted());
        if (outcome.verdict().isPresent()) {
            code = new AfterVerdict(gate, environment, masking, shown)
                    .tell(outcome, outcome.verdict().get(), code);
        }
        return code.code();
    }

    private int plan(ScenarioFile file) throws CommandException {
        Planning planning = Planning.of(file, options.out, shares());
        if (planning.plan().isEmpty()) {
            console.say("plimsoll: nothing to plan from: " + planning.problem());
            return ExitCode.INCONCLUSIVE.code();
        }
        GatePlan found = planning.plan().get();
        console.print(
                options.format == RunOptions.Format.JSON
                        ? BundleJson.file(found)
                        : PlanText.render(found, console.width()));
        return ExitCode.DONE.code();
    }

    private List<Double> shares() throws CommandException {
        List<Double> shares = new ArrayList<>();
        for (String change : changes) {
            try {
                double share = Double.parseDouble(change.strip().replaceFirst("\\s*%$", "")) / PERCENT;
                if (change.contains("%") && share > 0 && share <= MOST_CHANGE) {
                    shares.add(share);
                    continue;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw new CommandException(
                    ExitCode.USAGE, "--change is a percentage above 0, such as 5%, not \"" + change + "\"");
        }
        return shares;
    }
}
