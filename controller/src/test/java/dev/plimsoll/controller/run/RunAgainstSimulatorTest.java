package dev.plimsoll.controller.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.render.Progress;
import dev.plimsoll.reports.render.ProgressLine;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioFile;
import dev.plimsoll.scenarios.ScenarioReader;
import dev.plimsoll.simulator.FaultPlan;
import dev.plimsoll.simulator.Simulator;
import dev.plimsoll.simulator.SimulatorOptions;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs: the real agent in this process against a simulated server. */
@Timeout(60)
class RunAgainstSimulatorTest {
    private static final String KEY = "k3y-0f-th3-test";
    private static final String HEAD = """
        name: real
        target:
          url: "${env:TARGET}"
          api: openai-chat
          timeout: 10s
          headers: { Authorization: "Bearer ${env:KEY}" }
        workload: [ { name: chat, input: { tokens: 16 }, output: { tokens: 4, exact: true } } ]
        """;
    /* A limit of 20 s on a latency allows for a send lag of 1 s: so busy may this machine be. */
    private static final String OPEN = HEAD + """
        phases: [ { name: steady, duration: 2s, rate: 20/s, arrivals: constant } ]
        """;
    private static final String CLOSED = HEAD + """
        phases: [ { name: steady, duration: 2s, concurrency: 2 } ]
        """;
    private static final String GATE = OPEN + """
        gate:
          smoke: { timeout: 10s, requests: 1 }
          thresholds: [ "errors.ratio < 10%", "latency.mean < 20s" ]
        """;

    private static Vertx vertx;
    private static Simulator simulator;

    @TempDir
    private Path store;

    private final List<RunEvent> events = new ArrayList<>();
    private final List<RunBundle> seen = new ArrayList<>();
    private Runnable onLoad = () -> {};
    private Optional<Path> bundle = Optional.empty();

    @BeforeAll
    static void startSimulator() {
        vertx = Vertx.vertx();
        SimulatorOptions options =
                SimulatorOptions.builder().speed(8).apiKey(KEY).build();
        simulator = Simulator.start(vertx, options)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @AfterAll
    static void stopSimulator() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @AfterEach
    void healSimulator() {
        simulator.faults().clear();
    }

    @Test
    void aClosedLoopOfSeveralPhasesInTwoRoundsIsPlayedInOrder() throws Exception {
        RunOutcome outcome = run(HEAD + """
            phases:
              - { name: warm-up, duration: 500ms, concurrency: 2, measure: false }
              - { name: few, duration: 1s, concurrency: 1 }
              - { name: many, duration: 1s, concurrency: 4, after_drain: true }
            repeat: 2
            """, false);
        assertEquals(RunInfo.Status.FINISHED, outcome.info().status());
        assertEquals("", outcome.info().reason());
        assertEquals(
                List.of("warm-up 0", "few 0", "many 0", "few 1", "many 1"),
                RunBundle.open(outcome.bundle()).events().stream()
                        .filter(event -> event.type().equals("phase"))
                        .map(event -> event.detail().get("phase") + " "
                                + event.detail().get("round"))
                        .toList());
        assertEquals(
                List.of("warm-up", "few", "many"),
                outcome.summary().phases().stream()
                        .map(Summary.PhaseSummary::name)
                        .toList());
        for (Summary.PhaseSummary phase : outcome.summary().phases()) {
            assertTrue(phase.all().counts().succeeded() > 0, phase.toString());
            assertEquals(0, phase.all().counts().failed(), phase.toString());
        }
        assertEquals(outcome.summary(), RunBundle.open(outcome.bundle()).summary());
    }

    @Test
    void aBundleCanBeReadWhileItsRunGoesOn() throws Exception {
        run(OPEN, false);
        assertFalse(seen.isEmpty());
        for (RunBundle during : seen) {
            assertEquals(RunInfo.Status.RUNNING, during.info().status());
            assertFalse(during.isComplete());
        }
    }

    @Test
    void aGoodReleaseIsPromotedAndTheNextIsComparedWithIt() throws Exception {
        String scenario = GATE + """
              baseline: { required: false, checks: [ "output_throughput >= -99%" ] }
            """;
        RunOutcome first = run(scenario, true);
        assertEquals(
                Verdict.Outcome.PROMOTE,
                verdict(first).verdict(),
                verdict(first).toString());
        assertTrue(verdict(first).reasons().toString().contains("not compared with a baseline"));
        /* 20 a second for 2 s. */
        assertEquals(
                40,
                outcome(first, "steady").all().counts().succeeded(),
                first.summary().toString());

        RunOutcome second = run(scenario, true);
        Verdict.Check compared = verdict(second).checks().stream()
                .filter(check -> check.kind() == Verdict.Kind.BASELINE)
                .findFirst()
                .orElseThrow();
        assertEquals(Verdict.CheckOutcome.PASS, compared.outcome(), compared.toString());
        assertEquals(
                Verdict.Outcome.PROMOTE,
                verdict(second).verdict(),
                verdict(second).toString());
        /* Long names are cut off in the legend. */
        assertTrue(Files.readString(second.bundle().resolve("report.html"))
                .contains("baseline " + first.info().run().substring(0, 20)));
    }

    @Test
    void aReleaseThatSurelyBreaksALimitIsRolledBackLongBeforeTheEndOfItsLoad() throws Exception {
        RunOutcome outcome = run(CLOSED.replace("2s, concurrency", "120s, concurrency") + """
            gate: { smoke: { timeout: 10s, requests: 1 }, thresholds: [ "latency.max < 100us" ] }
            """, true);
        assertEquals(
                Verdict.Outcome.ROLLBACK,
                verdict(outcome).verdict(),
                verdict(outcome).toString());
        assertEquals(RunInfo.Status.ABORTED, outcome.info().status());
        assertTrue(
                outcome.info().reason().contains("latency.max"), outcome.info().reason());
        Duration load = Duration.between(
                outcome.info().loadStarted().orElseThrow(),
                outcome.info().ended().orElseThrow());
        assertTrue(load.compareTo(Duration.ofSeconds(60)) < 0, load.toString());
        assertEquals(outcome.verdict(), RunBundle.open(outcome.bundle()).verdict());
    }

    @Test
    void aReleaseThatIsNotStoppedEarlyIsRolledBackAtItsEnd() throws Exception {
        RunOutcome outcome = run(CLOSED + """
            gate: { abort_when_hopeless: false, thresholds: [ "latency.max < 100us" ] }
            """, true);
        assertEquals(
                Verdict.Outcome.ROLLBACK,
                verdict(outcome).verdict(),
                verdict(outcome).toString());
        assertEquals(RunInfo.Status.FINISHED, outcome.info().status());
    }

    @Test
    void aGateWithoutTheBaselineThatItNeedsIsInconclusive() throws Exception {
        RunOutcome outcome = run(GATE + """
              baseline: { required: true, checks: [ "output_throughput >= -99%" ] }
            """, true);
        assertEquals(
                Verdict.Outcome.INCONCLUSIVE,
                verdict(outcome).verdict(),
                verdict(outcome).toString());
        assertEquals(RunInfo.Status.FINISHED, outcome.info().status());
    }

    @Test
    void secretsAreInNoFile() throws Exception {
        String scenario = GATE + """
            nodes:
              - name: box
                interval: 200ms
                probes:
                  - { type: exec, command: [ sh, "-c", "echo $0 >&2; exit 1", "${env:KEY}" ] }
            """;
        RunOutcome good = run(scenario, true);
        assertNoSecret(good.bundle());
        assertFalse(RunBundle.open(good.bundle()).nodes().isEmpty(), "the probe was to fail");
        simulator.faults().set(FaultPlan.builder().errors(1, 500).build());
        RunOutcome bad = run(scenario.replace("timeout: 10s, requests", "timeout: 1s, requests"), true);
        assertEquals(Verdict.Outcome.ROLLBACK, verdict(bad).verdict());
        assertNoSecret(bad.bundle());
    }

    @Test
    void aTargetThatIsStillStartingIsWaitedFor() throws Exception {
        simulator.faults().unready(Duration.ofMillis(2_500));
        RunOutcome outcome = run(GATE, true);
        assertEquals(
                Verdict.Outcome.PROMOTE,
                verdict(outcome).verdict(),
                verdict(outcome).reasons().toString());
        assertEquals("sim", outcome.info().target().model());
    }

    @Test
    void aTargetThatDoesNotComeUpInTimeIsRolledBackWithoutLoad() throws Exception {
        simulator.faults().unready(Duration.ofMinutes(1));
        RunOutcome outcome = run(GATE.replace("timeout: 10s, requests: 1", "timeout: 1s, requests: 1"), true);
        assertEquals(Verdict.Outcome.ROLLBACK, verdict(outcome).verdict());
        assertTrue(
                verdict(outcome).reasons().getFirst().contains("did not come up within 1 s"),
                verdict(outcome).reasons().toString());
        assertEquals(List.of(), outcome.summary().phases());
    }

    @Test
    void aFileThatCannotBeWrittenDuringTheLoadEndsTheRunWithItsReason() throws Exception {
        RunOutcome outcome = run(GATE, true, () -> block("histograms.hlog"));
        assertEquals(RunInfo.Status.ABORTED, outcome.info().status());
        assertTrue(
                outcome.info().reason().contains("histograms.hlog"),
                outcome.info().reason());
        assertEquals(Verdict.Outcome.INCONCLUSIVE, verdict(outcome).verdict());
        assertEquals(outcome.info(), RunBundle.open(outcome.bundle()).info());
    }

    @Test
    void aRunWhoseEndCannotBeWrittenIsNotPromoted() throws Exception {
        RunOutcome outcome = run(GATE, true, () -> block("run.json.tmp"));
        assertEquals(RunInfo.Status.ABORTED, outcome.info().status());
        assertTrue(outcome.info().reason().contains("run.json"), outcome.info().reason());
        assertEquals(Verdict.Outcome.INCONCLUSIVE, verdict(outcome).verdict());
        assertEquals(
                RunInfo.Status.RUNNING, RunBundle.open(outcome.bundle()).info().status());
    }

    @Test
    void aRunWhoseVerdictCannotBeWrittenIsNotPromoted() throws Exception {
        RunOutcome outcome = run(GATE, true, () -> block("verdict.json.tmp"));
        assertEquals(Verdict.Outcome.INCONCLUSIVE, verdict(outcome).verdict());
        assertTrue(
                outcome.info().reason().contains("verdict.json"), outcome.info().reason());
        assertEquals(outcome.info(), RunBundle.open(outcome.bundle()).info());
        assertEquals(Optional.empty(), RunBundle.open(outcome.bundle()).verdict());
    }

    /** Puts a directory where a file should come, as a full disk would keep it from coming. */
    private void block(String name) {
        try {
            Files.createDirectory(bundle.orElseThrow().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RunOutcome run(String yaml, boolean judge, Runnable doneOnLoad) throws Exception {
        onLoad = doneOnLoad;
        return run(yaml, judge);
    }

    private RunOutcome run(String yaml, boolean judge) throws RunException, ScenarioException {
        ScenarioFile file = ScenarioReader.read(
                "real.yaml", yaml, Path.of(""), List.of(), Map.of("TARGET", simulator.url(), "KEY", KEY));
        RunRequest request = new RunRequest(file, store, 0, judge, Optional.of("nio"));
        return new RunDirector(request, new Watching(), InstantSource.system(), new Random()).run();
    }

    private static Verdict verdict(RunOutcome outcome) {
        return outcome.verdict().orElseThrow();
    }

    private static Summary.PhaseSummary outcome(RunOutcome outcome, String phase) {
        return outcome.summary().phases().stream()
                .filter(one -> one.name().equals(phase))
                .findFirst()
                .orElseThrow();
    }

    private static void assertNoSecret(Path bundle) throws IOException {
        try (Stream<Path> files = Files.list(bundle)) {
            for (Path file : files.toList()) {
                String text = Files.readString(file, ISO_8859_1);
                assertFalse(text.contains("k3y-0f-th3-test"), file.toString());
            }
        }
    }

    private final class Watching implements RunObserver {
        @Override
        public void started(Path directory) {
            bundle = Optional.of(directory);
        }

        @Override
        public void event(RunEvent event) {
            events.add(event);
            if (event.type().equals("phase")) {
                onLoad.run();
            }
        }

        @Override
        public void progress(ProgressLine.Place place, Progress progress) {
            RunBundle during = RunBundle.open(bundle.orElseThrow());
            if (!during.isComplete()) {
                assertFalse(during.intervals().isEmpty());
            }
            seen.add(during);
        }
    }
}
