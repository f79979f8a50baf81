package dev.plimsoll.controller.actions;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Gate.Action;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Runs the actions of a gate after its verdict, in the scenario's order. Each is tried whatever became of the one
 * before, and each failure is told; none changes the verdict, but a rollback that failed is an alarm.
 */
public final class GateActions {
    private static final int LONGEST_REASON = 1000;

    private final Gate gate;
    private final Consumer<String> says;
    private final Limits limits;
    private final InstantSource clock;

    /**
     * How long actions may take.
     *
     * @param command a command that runs longer is ended
     * @param request a webhook's attempt that takes longer has failed
     * @param attempts of a webhook, from 1
     * @param pause before the second attempt, twice that before the third, and so on up to 30 s
     */
    public record Limits(Duration command, Duration request, int attempts, Duration pause) {
        /** Five minutes for a command (a rollout takes a while), five attempts of 10 s within about 15 s for a webhook. */
        public static final Limits DEFAULT =
                new Limits(Duration.ofMinutes(5), Duration.ofSeconds(10), 5, Duration.ofSeconds(1));

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
     * @param clock tells the time that a webhook is signed with
     */
    public GateActions(Gate gate, Consumer<String> says, Limits limits, InstantSource clock) {
        this.gate = requireNonNull(gate, "gate");
        this.says = requireNonNull(says, "says");
        this.limits = requireNonNull(limits, "limits");
        this.clock = requireNonNull(clock, "clock");
    }

    /**
     * Runs the actions of that verdict. Blocks.
     *
     * @param scenario the scenario's name
     * @param bundle the run's directory
     * @return what became of each, in order
     */
    public List<ActionRecord> run(Verdict verdict, String scenario, Path bundle) {
        List<Action> actions = switch (verdict.verdict()) {
            case PROMOTE -> gate.onPromote();
            case ROLLBACK -> gate.onRollback();
            case INCONCLUSIVE -> gate.onInconclusive();
        };
        Map<String, String> environment = environment(verdict, scenario, bundle);
        List<ActionRecord> records = new ArrayList<>();
        for (Action action : actions) {
            String key = verdict.run() + "-" + verdict.verdict() + "-" + records.size();
            records.add(
                    switch (action) {
                        case Action.Exec exec -> new CommandAction(exec, limits, says).run(environment);
                        case Action.Webhook hook ->
                            new WebhookAction(hook, limits, says, clock).run(BundleJson.file(verdict), key);
                    });
        }
        return records;
    }

    /**
     * Whether a command that should have taken the release back did not: the release that failed its gate may still be
     * serving. A webhook that fails is told, but does not count here, for most of them only bring the news.
     */
    public static boolean isRollbackBroken(Verdict.Outcome verdict, List<ActionRecord> records) {
        return verdict == Verdict.Outcome.ROLLBACK
                && records.stream().anyMatch(one -> one.kind() == ActionRecord.Kind.EXEC && !one.done());
    }

    /** The loudest sentence that there is: a failed release may still be serving, for this reason. */
    public static String alarm(List<ActionRecord> records) {
        String failed = records.stream()
                .filter(one -> one.kind() == ActionRecord.Kind.EXEC && !one.done())
                .map(ActionRecord::sentence)
                .collect(Collectors.joining("; "));
        return "THE ROLLBACK FAILED: the release that broke its limits may still be serving. " + failed
                + ". Take it back by hand, now.";
    }

    private static Map<String, String> environment(Verdict verdict, String scenario, Path bundle) {
        Path place = bundle.toAbsolutePath();
        String reason = verdict.reasons().isEmpty() ? "" : verdict.reasons().getFirst();
        return Map.of(
                "PLIMSOLL_VERDICT", verdict.verdict().name(),
                "PLIMSOLL_RUN", verdict.run(),
                "PLIMSOLL_SCENARIO", scenario,
                "PLIMSOLL_REASON", clean(reason),
                "PLIMSOLL_BUNDLE", place.toString(),
                "PLIMSOLL_REPORT", place.resolve("report.html").toString());
    }

    /** One line, and no longer than a system may refuse. */
    private static String clean(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + "…";
    }
}
