package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.actions.ActionRecord;
import dev.plimsoll.controller.actions.ActionsFile;
import dev.plimsoll.controller.actions.GateActions;
import dev.plimsoll.controller.actions.GitHubJob;
import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.Gate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What a gate does once it has a verdict: tells the CI system that it runs in, and runs the scenario's actions. */
final class AfterVerdict {
    private final Gate gate;
    private final Map<String, String> environment;
    private final Masking masking;
    private final Consumer<String> says;

    /**
     * After the verdict of that gate.
     *
     * @param environment tells which CI system this is
     * @param masking hides secrets
     * @param console shows what is said, masked
     */
    AfterVerdict(Gate gate, Map<String, String> environment, Masking masking, Console console) {
        this.gate = gate;
        this.environment = environment;
        this.masking = masking;
        says = line -> console.say(masking.apply(line));
    }

    /**
     * Tells and acts. Blocks.
     *
     * @param code what the gate would end with
     * @return what it ends with: after a rollback that failed, that it failed
     */
    ExitCode tell(RunOutcome outcome, Verdict verdict, ExitCode code) {
        Optional<GitHubJob> job = GitHubJob.of(environment, says);
        job.ifPresent(one -> one.tell(outcome.info(), verdict, outcome.bundle()));
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
