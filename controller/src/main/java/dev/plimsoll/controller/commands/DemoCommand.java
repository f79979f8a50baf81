package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.controller.run.RunRequest;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioFile;
import dev.plimsoll.scenarios.ScenarioReader;
import dev.plimsoll.simulator.FaultPlan;
import dev.plimsoll.simulator.Simulator;
import dev.plimsoll.simulator.SimulatorOptions;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code plimsoll demo}. */
@Command(
        name = "demo",
        description = {
            "Starts the simulator, gates a good release and one that decodes half as fast, and shows both verdicts.%n",
            "Takes about a minute, and needs no GPU. 0: both verdicts are as they should be.%n"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class DemoCommand implements Callable<Integer> {
    /** A slow model, so that what this machine adds is small beside it. */
    private static final double SPEED = 0.5;

    private static final double BAD_DECODE_FACTOR = 2;

    private final Console console;

    @Option(names = "--quick", description = "A few seconds only.")
    private boolean quick;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "runs",
            description = "Where run bundles are kept (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress.")
    private boolean quiet;

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws ScenarioException, RunException {
        Vertx vertx = Vertx.vertx();
        try {
            Simulator simulator = Simulator.start(
                            vertx, SimulatorOptions.builder().speed(SPEED).build())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            return gates(simulator).code();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private ExitCode gates(Simulator simulator) throws ScenarioException, RunException {
        ScenarioFile file = scenario(simulator.url());
        if (!quiet) {
            console.say("gating a good release");
        }
        Gated good = gate(file);
        if (good.interrupted()) {
            return ExitCode.FAILED;
        }
        simulator
                .faults()
                .set(FaultPlan.builder().decodeFactor(BAD_DECODE_FACTOR).build());
        if (!quiet) {
            console.say("gating a release that decodes half as fast");
        }
        Gated bad = gate(file);
        if (bad.interrupted()) {
            return ExitCode.FAILED;
        }
        console.print(line("good release", good) + line("bad release", bad));
        return conclude(good, bad);
    }

    /** What became of one gate. */
    private record Gated(RunOutcome outcome, boolean interrupted) {
        Optional<Verdict.Outcome> verdict() {
            return outcome.verdict().map(Verdict::verdict);
        }
    }

    private Gated gate(ScenarioFile file) throws RunException {
        RunRequest request = new RunRequest(file, out, 0, true, Optional.empty());
        RunSession session = new RunSession(console, request, quiet, UnaryOperator.identity());
        return new Gated(session.run(), session.interrupted());
    }

    private ScenarioFile scenario(String url) throws ScenarioException {
        List<String> overrides = new ArrayList<>();
        if (quick) {
            overrides.addAll(List.of(
                    "phases[0].duration=1s", "phases[1].duration=4s", "phases[1].rate=20/s", "gate.smoke.requests=1"));
        }
        return ScenarioReader.read("demo", yaml(), Path.of(""), overrides, Map.of("DEMO_URL", url));
    }

    /** The scenario's text. */
    static String yaml() {
        try (InputStream resource = DemoCommand.class.getResourceAsStream("demo.yaml")) {
            if (resource == null) {
                throw new IllegalStateException("demo.yaml is missing from this build");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String line(String release, Gated gated) {
        String verdict = gated.verdict().map(Verdict.Outcome::name).orElse("no verdict");
        String reason = gated.outcome().verdict().stream()
                .flatMap(v -> v.reasons().stream())
                .findFirst()
                .map(r -> "  " + r + "\n")
                .orElse("");
        return String.format("%-12s  %s%n", release, verdict) + reason + "  "
                + gated.outcome().bundle().resolve("report.html") + "\n";
    }

    private ExitCode conclude(Gated good, Gated bad) {
        boolean right = good.verdict().equals(Optional.of(Verdict.Outcome.PROMOTE))
                && bad.verdict().equals(Optional.of(Verdict.Outcome.ROLLBACK));
        if (right) {
            console.print("""

                Open the two reports in a browser. Then try your own endpoint:
                  plimsoll init http://127.0.0.1:8000     writes a first scenario for it
                  plimsoll sim                            is an endpoint, if you have none
                  plimsoll gate chat-gate                 gates a release with a ready scenario
                """);
            return ExitCode.DONE;
        }
        boolean undecided = good.verdict().equals(Optional.of(Verdict.Outcome.INCONCLUSIVE))
                || bad.verdict().equals(Optional.of(Verdict.Outcome.INCONCLUSIVE));
        console.say("the demo did not go as it should: PROMOTE and ROLLBACK were expected"
                + (undecided ? "; this machine may be too busy to measure on: try again when it is idle" : ""));
        return undecided ? ExitCode.INCONCLUSIVE : ExitCode.FAILED;
    }
}
