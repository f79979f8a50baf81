package dev.plimsoll.controller.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.ScenarioLibrary;
import dev.plimsoll.scenarios.ScenarioReader;
import dev.plimsoll.simulator.FaultPlan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The built program, through its launcher. */
class CommandsProcessTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String SCENARIO = """
        name: short
        target: { url: "${env:TARGET}", api: openai-chat, timeout: 20s }
        workload: [ { name: chat, input: { tokens: 32 }, output: { tokens: 8, exact: true } } ]
        phases:
          - { name: warm-up, duration: 1s, concurrency: 2, measure: false }
          - { name: steady, duration: 3s, rate: 20/s }
        gate:
          smoke: { timeout: 20s, requests: 1 }
          thresholds: [ "errors.ratio < 20%", "latency.mean < 5s" ]
          on_promote: [ { exec: [ "echo", "shipped" ] } ]
        """;

    @AutoClose
    private static TestingSimulator simulator;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startSimulator() throws Exception {
        simulator = TestingSimulator.start();
    }

    private Launched start(String command, String... options) throws IOException {
        Path file = Files.writeString(directory.resolve("short.yaml"), SCENARIO);
        List<String> arguments = new ArrayList<>(List.of(command, file.toString()));
        arguments.addAll(List.of(options));
        return Launched.start(directory, Map.of("TARGET", simulator.url()), arguments.toArray(String[]::new));
    }

    private RunBundle bundle() {
        return new RunStore(directory.resolve("runs")).latest().orElseThrow();
    }

    @Test
    void versionFromAnyDirectoryThroughASymbolicLinkWithBlanks() throws Exception {
        Path link = Files.createDirectory(directory.resolve("a b")).resolve("plim soll");
        Files.createSymbolicLink(link, Launched.launcher());
        Process process = new ProcessBuilder(link.toString(), "--version")
                .directory(directory.toFile())
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor());
        assertTrue(said.startsWith("plimsoll "), said);
    }

    @Test
    void aGoodReleaseIsPromotedAndItsActionRuns() throws Exception {
        try (Launched gate = start("gate", "--set", "seed=3")) {
            assertEquals(0, gate.await(), gate.err());
            assertTrue(gate.out().contains("PROMOTE"), gate.out());
            assertFalse(gate.out().contains("\u001b"), "colours in a file");
            assertFalse(gate.err().contains("\u001b"), "colours in a file");
            assertTrue(gate.err().contains("shipped"), gate.err());
            assertEquals(RunInfo.Status.FINISHED, bundle().info().status());
            assertTrue(Files.exists(bundle().directory().resolve("report.html")));
        }
    }

    @Test
    void aBadReleaseIsRolledBackAndJsonIsAllThatIsPrinted() throws Exception {
        // 8 tokens, each delayed by 150 ms: about 1.2 s, far above the limit.
        simulator
                .faults()
                .set(FaultPlan.builder().stepDelay(Duration.ofMillis(150)).build());
        try (Launched gate = start("gate", "--format", "json", "--set", "gate.thresholds=[\"latency.mean < 400ms\"]")) {
            assertEquals(1, gate.await(), () -> gate.err() + gate.out());
            assertEquals("ROLLBACK", JSON.readTree(gate.out()).path("verdict").asText());
        } finally {
            simulator.faults().clear();
        }
    }

    @Test
    void aFailedSmokeTestIsRolledBackWithoutLoad() throws Exception {
        simulator.faults().set(FaultPlan.builder().errors(1, 500).build());
        try (Launched gate = start("gate", "--format", "json", "--set", "gate.smoke.timeout=2s")) {
            assertEquals(1, gate.await(), gate.err());
            JsonNode check = JSON.readTree(gate.out()).path("checks").path(0);
            assertEquals("smoke", check.path("kind").asText(), gate.out());
        } finally {
            simulator.faults().clear();
        }
    }

    @Test
    void aScenarioErrorIsCode2AndLeavesNoBundle() throws Exception {
        try (Launched gate = start("gate", "--set", "phases[1].rate=fast")) {
            assertEquals(2, gate.await());
            assertTrue(gate.err().contains("fast"), gate.err());
            assertEquals("", gate.out());
            assertFalse(Files.exists(directory.resolve("runs")));
        }
    }

    @Test
    void aMetricWithoutSamplesIsInconclusive() throws Exception {
        try (Launched gate = start(
                "gate",
                "--format",
                "json",
                "--set",
                "nodes=[{name: n, probes: [{type: exec, command: [\"true\"]}]}]",
                "--set",
                "gate.thresholds=[\"gpu.temperature.max < 83C\"]")) {
            assertEquals(3, gate.await(), gate.err());
            assertTrue(gate.out().contains("\"no_data\""), gate.out());
        }
    }

    @Test
    void aTerminatedRunKeepsWhatItMeasured() throws Exception {
        try (Launched run = start("run", "--set", "phases[1].duration=120s")) {
            run.until(() -> intervals() >= 3);
            run.terminate();
            assertEquals(4, run.await(), run.err());
            assertTrue(run.err().contains("SIGTERM"), run.err());
            assertEquals(RunInfo.Status.ABORTED, bundle().info().status());
            assertTrue(bundle().intervals().size() >= 3);
            assertTrue(bundle().summary().all().counts().sent() > 0);
        }
    }

    @Test
    void aKilledRunLeavesAReadableBundleThatSaysItIsPartial() throws Exception {
        try (Launched run = start("gate", "--set", "phases[1].duration=120s")) {
            run.until(() -> intervals() >= 3);
            run.kill();
            run.await();
            assertEquals(RunInfo.Status.RUNNING, bundle().info().status());
            assertTrue(bundle().intervals().size() >= 3);
        }
        try (Launched report = Launched.run(directory, "report", "latest")) {
            assertEquals(0, report.await(), report.err());
            assertTrue(report.err().contains("partial"), report.err());
            assertTrue(Files.exists(bundle().directory().resolve("report.html")));
        }
    }

    private int intervals() {
        return new RunStore(directory.resolve("runs"))
                .latest()
                .map(bundle -> bundle.intervals().size())
                .orElse(0);
    }

    @Test
    void aRunJudgesNothingAndPrintsItsSummary() throws Exception {
        try (Launched run = start("run", "--format", "json", "--quiet")) {
            assertEquals(0, run.await(), run.err());
            assertTrue(
                    JSON.readTree(run.out())
                                    .path("all")
                                    .path("counts")
                                    .path("succeeded")
                                    .asLong()
                            > 0,
                    run.out());
            assertEquals("", run.err());
            assertTrue(bundle().verdict().isEmpty());
        }
    }

    @Test
    void theDemoPromotesTheGoodAndRollsBackTheBad() throws Exception {
        try (Launched demo = Launched.run(directory, "demo", "--quick")) {
            // A machine that is too busy to measure on may make it inconclusive, and it then says so.
            int code = demo.await();
            assertTrue(code == 0 || code == 3, demo.out() + demo.err());
            assertTrue(code == 3 ? demo.err().contains("too busy") : demo.out().contains("PROMOTE"), demo.out());
            assertTrue(demo.out().contains("report.html"), demo.out());
        }
    }

    @Test
    void theSimulatorSaysWhereItIsAndEndsWithTheSignal() throws Exception {
        try (Launched sim = Launched.start(directory, Map.of(), "sim", "--port", "0", "--model", "m")) {
            sim.until(() -> sim.out().endsWith("\n"));
            assertTrue(sim.out().startsWith("http://127.0.0.1:"), sim.out());
            sim.terminate();
            assertEquals(0, sim.await(), sim.err());
        }
    }

    @Test
    void everyScenarioOfTheLibraryIsValid() throws Exception {
        List<String> arguments = new ArrayList<>(List.of("validate"));
        arguments.addAll(ScenarioLibrary.names());
        try (Launched validate = Launched.run(directory, arguments.toArray(String[]::new))) {
            assertEquals(0, validate.await(), validate.err());
            ScenarioLibrary.names()
                    .forEach(name -> assertTrue(validate.out().contains("ok " + name + "\n"), validate.out()));
        }
    }

    /** In this process: ten starts of a JVM would take longer than the runs. */
    @ParameterizedTest
    @MethodSource("library")
    void everyScenarioOfTheLibraryRunsAgainstTheSimulator(String name) throws Exception {
        Map<String, String> environment = Map.of("TARGET_URL", simulator.url());
        Scenario scenario = ScenarioReader.read(
                        name, ScenarioLibrary.find(name).orElseThrow(), Path.of(""), List.of(), environment)
                .scenario();
        List<String> arguments = new ArrayList<>(List.of("run", name, "--format", "json", "--out"));
        arguments.addAll(List.of(directory.toString(), "--set", "repeat=1", "--set", "target.timeout=5s"));
        for (int i = 0; i < scenario.phases().size(); i++) {
            arguments.addAll(List.of("--set", "phases[" + i + "].duration=600ms"));
            if (scenario.phases().get(i).load() instanceof Load.Open) {
                arguments.addAll(List.of("--set", "phases[" + i + "].rate=10/s"));
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console =
                Console.of(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), "", Map.of());
        int code = new Plimsoll(console, environment).run(arguments.toArray(String[]::new));
        assertEquals(0, code, () -> err.toString(UTF_8) + out.toString(UTF_8));
        long sent = JSON.readTree(out.toString(UTF_8))
                .path("all")
                .path("counts")
                .path("sent")
                .asLong();
        assertTrue(sent > 0, () -> out.toString(UTF_8));
    }

    static List<String> library() {
        return ScenarioLibrary.names();
    }
}
