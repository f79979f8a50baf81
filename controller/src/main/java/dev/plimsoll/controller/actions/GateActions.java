package dev.plimsoll.controller.actions;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Gate.Action;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs the actions of a gate after its verdict, in the scenario's order. Each is tried whatever became of the one
 * before, and each failure is told; none changes the verdict.
 */
public final class GateActions {
    private final Gate gate;
    private final Consumer<String> says;
    private final Limits limits;

    /**
     * How long actions may take.
     *
     * @param command a command that runs longer is ended
     * @param request a webhook's attempt that takes longer has failed
     * @param attempts of a webhook, from 1
     * @param pause between attempts
     */
    public record Limits(Duration command, Duration request, int attempts, Duration pause) {
        /** Five minutes for a command (a rollout takes a while), three attempts of 10 s for a webhook. */
        public static final Limits DEFAULT =
                new Limits(Duration.ofMinutes(5), Duration.ofSeconds(10), 3, Duration.ofSeconds(2));

        /** Checks the components. */
        public Limits {
            if (!command.isPositive() || !request.isPositive() || attempts < 1 || pause.isNegative()) {
                throw new IllegalArgumentException(
                        "limits are positive: " + command + ", " + request + ", " + attempts);
            }
        }
    }

    /**
     * Actions of that gate.
     *
     * @param says takes what an action printed and what became of it, a line each
     */
    public GateActions(Gate gate, Consumer<String> says, Limits limits) {
        this.gate = requireNonNull(gate, "gate");
        this.says = requireNonNull(says, "says");
        this.limits = requireNonNull(limits, "limits");
    }

    /**
     * Runs the actions of that verdict. Blocks.
     *
     * @param bundle the run's directory
     * @return how many failed
     */
    public int run(Verdict verdict, Path bundle) {
        List<Action> actions = switch (verdict.verdict()) {
            case PROMOTE -> gate.onPromote();
            case ROLLBACK -> gate.onRollback();
            case INCONCLUSIVE -> gate.onInconclusive();
        };
        int failed = 0;
        for (Action action : actions) {
            boolean done = switch (action) {
                case Action.Exec exec -> new CommandAction(exec, limits, says).run(environment(verdict, bundle));
                case Action.Webhook hook -> new WebhookAction(hook, limits, says).run(BundleJson.file(verdict));
            };
            failed += done ? 0 : 1;
        }
        return failed;
    }

    private static Map<String, String> environment(Verdict verdict, Path bundle) {
        return Map.of(
                "PLIMSOLL_VERDICT", verdict.verdict().name(),
                "PLIMSOLL_RUN", verdict.run(),
                "PLIMSOLL_BUNDLE", bundle.toAbsolutePath().toString());
    }
}
