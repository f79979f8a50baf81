package dev.plimsoll.controller.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.controller.Polling;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.reports.render.Progress;
import dev.plimsoll.reports.render.ProgressLine;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Ending;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.reports.verdict.Watched;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioReader;
import dev.plimsoll.simulator.Simulator;
import dev.plimsoll.simulator.SimulatorOptions;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose agents are processes of their own, and what becomes of them when one of the processes dies. */
@Timeout(180)
class AgentsProcessTest {
    private static final String KEY = "k3y-0f-th3-test";
    private static final String SCENARIO = """
        name: apart
        target:
          url: "${env:TARGET}"
          api: openai-chat
          timeout: 10s
          headers: { Authorization: "Bearer ${env:KEY}" }
        workload: [ { name: chat, input: { tokens: 16 }, output: { tokens: 4 } } ]
        phases:
          - { name: warm-up, duration: 500ms, concurrency: 4, measure: false }
          - { name: steady, duration: 2s, rate: 30/s, arrivals: poisson }
        seed: 11
        gate: { thresholds: [ "errors.ratio < 50%", "latency.mean < 20s" ] }
        """;
    private static final String DECIDED = SCENARIO.replace("duration: 500ms", "duration: 1s")
            .replace("duration: 2s", "duration: 60s")
            .replace("arrivals: poisson", "arrivals: constant")
            .replace(
                    "thresholds: [ \"errors.ratio < 50%\", \"latency.mean < 20s\" ]",
                    "stop_when_decided: true, thresholds: [ \"latency.mean < 20s\" ]");
    private static final String LONG = SCENARIO.replace("duration: 2s", "duration: 120s");

    private static Vertx vertx;
    private static Simulator simulator;

    @TempDir
    private Path directory;

    private final List<RunEvent> events = new CopyOnWriteArrayList<>();
    private Process controller;

    @BeforeAll
    static void startSimulator() {
        vertx = Vertx.vertx();
        simulator = Simulator.start(
                        vertx, SimulatorOptions.builder().speed(8).apiKey(KEY).build())
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        System.setProperty(
                "plimsoll.home", root().resolve("controller/target/plimsoll").toString());
    }

    @AfterAll
    static void stopSimulator() {
        System.clearProperty("plimsoll.home");
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        if (controller != null) {
            controller.destroyForcibly();
        }
        Polling.until(
                () -> agentsOf(ProcessHandle.current()).isEmpty(), Duration.ofSeconds(20), () -> "agents are left");
    }

    private static Path root() {
        return Path.of(System.getProperty("plimsoll.root"));
    }

    @Test
    void twoAgentsSendWhatOneSends() throws Exception {
        /* Ctrl-C in a terminal reaches the agents, too; what becomes of the run is the controller's to say. */
        RunOutcome two = run(SCENARIO, 2, false, () -> signal("INT", agentsOf(ProcessHandle.current())));
        assertEquals(RunInfo.Status.FINISHED, two.info().status(), () -> told(two));
        RunOutcome one = run(SCENARIO, 0, false, () -> {});
        Summary.Counts expected = steady(one);
        Summary.Counts actual = steady(two);
        /* Poisson arrivals of the same seed. */
        assertEquals(expected.scheduled(), actual.scheduled());
        assertEquals(expected.sent(), actual.sent());
        assertEquals(expected.succeeded(), actual.succeeded());
        assertTrue(expected.succeeded() > 30, expected.toString());

        List<RunInfo.AgentRef> agents = two.info().agents();
        assertEquals(
                List.of("agent-1", "agent-2"),
                agents.stream().map(RunInfo.AgentRef::label).toList());
        for (RunInfo.AgentRef agent : agents) {
            assertEquals("finished", agent.state());
            assertTrue(agent.clockUncertaintyMicros() > 0, agent.toString());
            /* Both clocks are this machine's. */
            assertTrue(Math.abs(agent.clockOffsetMicros()) <= agent.clockUncertaintyMicros() + 1_000, agent.toString());
            String log = Files.readString(two.bundle().resolve(agent.label() + ".log"));
            assertTrue(log.contains("joining 127.0.0.1:"), log);
        }
        List<String> sentences = RunBundle.open(two.bundle()).events().stream()
                .map(RunEvent::sentence)
                .toList();
        assertTrue(sentences.getFirst().startsWith("starting 2 agent processes"), sentences.toString());
        assertTrue(sentences.get(1).startsWith("2 agent processes ready after"), sentences.toString());
        assertNoSecret(two.bundle());
    }

    /**
     * A request is due every 1/30 s of a minute, and the gate ends the phase after a whole number of seconds, as soon as it
     * is sure. Had one of the agents ended a second sooner or later than the other, 15 requests would be missing or too
     * many.
     */
    @Test
    void aCommonInstantEndsTheLegOfBothAgentsAndNothingIsLost() throws Exception {
        double before = requests();
        RunOutcome outcome = run(DECIDED, 2, true, () -> {});
        assertEquals(RunInfo.Status.FINISHED, outcome.info().status(), () -> told(outcome));
        Watched watched = outcome.verdict().flatMap(Verdict::watch).orElseThrow();
        assertEquals(Ending.DECIDED, watched.ending(), watched::toString);
        assertTrue(watched.seconds() < 60 && watched.seconds() == Math.rint(watched.seconds()), watched::toString);
        assertEquals(Optional.of(Verdict.Outcome.PROMOTE), outcome.verdict().map(Verdict::verdict));

        Summary.Counts steady = steady(outcome);
        assertEquals(Math.round(30 * watched.seconds()), steady.scheduled(), watched::toString);
        assertEquals(steady.scheduled(), steady.sent());
        assertEquals(steady.scheduled(), steady.succeeded());
        assertEquals(0, steady.failed());
        long all = outcome.summary().phases().stream()
                .mapToLong(phase -> phase.all().counts().succeeded())
                .sum();
        assertEquals(all, requests() - before, "as many as the target answered");
        RunBundle bundle = RunBundle.open(outcome.bundle());
        assertTrue(bundle.intervals().stream().allMatch(interval -> interval.agents() == 2));
        assertEquals(
                steady.scheduled(),
                bundle.results()
                        .total(Optional.of("steady"))
                        .counts(Optional.empty())
                        .scheduled());
        assertEquals(
                List.of("finished", "finished"),
                outcome.info().agents().stream().map(RunInfo.AgentRef::state).toList());
    }

    @Test
    void aKilledAgentEndsAGateInconclusive() throws Exception {
        RunOutcome outcome = run(LONG, 2, true, () -> signal("KILL", firstAgent()));
        assertLost(outcome);
        assertTrue(
                outcome.info().reason().contains("ended with code 137"),
                outcome.info().reason());
    }

    @Test
    void anAgentThatHangsEndsAGateInconclusive() throws Exception {
        RunOutcome outcome = run(LONG, 2, true, () -> signal("STOP", firstAgent()));
        assertLost(outcome);
    }

    @Test
    void agentsEndWhenTheirControllerIsKilled() throws Exception {
        Path file = Files.writeString(directory.resolve("apart.yaml"), LONG);
        Path log = directory.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(
                        root().resolve("plimsoll").toString(), "run", file.toString(), "--agents", "2", "--out", "runs")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(Map.of("TARGET", simulator.url(), "KEY", KEY));
        controller = builder.start();
        Polling.until(
                () -> Files.readString(log, UTF_8).contains("phase steady began") && requests() > 0,
                Duration.ofSeconds(120),
                () -> "no load");
        List<ProcessHandle> agents = agentsOf(controller.toHandle());
        assertEquals(2, agents.size());
        controller.destroyForcibly().waitFor();
        Polling.until(
                () -> agents.stream().noneMatch(ProcessHandle::isAlive), Duration.ofSeconds(20), () -> "agents go on");
        /* Their connections are closed; what the server still had in hand comes to its end. */
        Polling.until(
                () -> metric("vllm:num_requests_running") == 0 && metric("vllm:num_requests_waiting") == 0,
                Duration.ofSeconds(10),
                () -> "load goes on");
        RunBundle bundle = new RunStore(directory.resolve("runs")).latest().orElseThrow();
        assertEquals(RunInfo.Status.RUNNING, bundle.info().status());
        assertFalse(bundle.isComplete());
    }

    private void assertLost(RunOutcome outcome) throws IOException {
        assertEquals(RunInfo.Status.PARTIAL, outcome.info().status(), () -> told(outcome));
        assertTrue(
                outcome.info().reason().startsWith("agent agent-1 was lost: "),
                outcome.info().reason());
        assertEquals(
                List.of("lost", "ready"),
                outcome.info().agents().stream().map(RunInfo.AgentRef::state).toList());
        assertEquals(
                Optional.of(Verdict.Outcome.INCONCLUSIVE), outcome.verdict().map(Verdict::verdict));
        assertEquals(outcome.info(), RunBundle.open(outcome.bundle()).info());
        assertTrue(Files.isRegularFile(outcome.bundle().resolve("report.html")));
        RunEvent lost = events.stream()
                .filter(event -> event.type().equals("agent_lost"))
                .findFirst()
                .orElseThrow();
        RunEvent began = events.stream()
                .filter(event -> event.sentence().equals("phase steady began"))
                .findFirst()
                .orElseThrow();
        /* Of 120 s; a hanging agent is given 3 s. */
        assertTrue(lost.t() - began.t() < 30, lost.toString());
        assertNoSecret(outcome.bundle());
    }

    /** Why a run ended, and what its agents said. */
    private static String told(RunOutcome outcome) {
        StringBuilder told = new StringBuilder(outcome.info().reason());
        for (String agent : List.of("agent-1.log", "agent-2.log")) {
            try {
                told.append('\n')
                        .append(agent)
                        .append(": ")
                        .append(Files.readString(outcome.bundle().resolve(agent)));
            } catch (IOException missing) {
                told.append("none");
            }
        }
        return told.toString();
    }

    private static void assertNoSecret(Path bundle) throws IOException {
        try (Stream<Path> files = Files.list(bundle)) {
            for (Path file : files.toList()) {
                assertFalse(
                        Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                                .contains(KEY),
                        file.toString());
            }
        }
    }

    private static Summary.Counts steady(RunOutcome outcome) {
        return outcome.summary().phases().stream()
                .filter(phase -> phase.name().equals("steady"))
                .findFirst()
                .orElseThrow()
                .all()
                .counts();
    }

    private RunOutcome run(String yaml, int agents, boolean judge, Runnable onSteady)
            throws RunException, ScenarioException {
        RunRequest request = new RunRequest(
                ScenarioReader.read(
                        "apart.yaml", yaml, Path.of(""), List.of(), Map.of("TARGET", simulator.url(), "KEY", KEY)),
                directory,
                agents,
                judge,
                Optional.empty());
        return new RunDirector(request, new Watching(onSteady), InstantSource.system(), new Random()).run();
    }

    private static List<ProcessHandle> firstAgent() {
        return agentsOf(ProcessHandle.current()).stream()
                .filter(agent -> arguments(agent).contains("agent-1"))
                .toList();
    }

    private static List<ProcessHandle> agentsOf(ProcessHandle parent) {
        return parent.children()
                .filter(child -> arguments(child).contains("--controller"))
                .toList();
    }

    private static List<String> arguments(ProcessHandle process) {
        return process.info().arguments().map(Arrays::asList).orElse(List.of());
    }

    private static void signal(String name, List<ProcessHandle> processes) {
        assertFalse(processes.isEmpty(), "no agent is there");
        for (ProcessHandle process : processes) {
            try {
                new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process.pid())
                        .inheritIO()
                        .start()
                        .waitFor();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static double requests() throws Exception {
        return metric("vllm:request_success_total");
    }

    /** The sum over the labels of a metric of the simulator; 0 when there is none. */
    private static double metric(String name) throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            String page = client.send(
                            HttpRequest.newBuilder(URI.create(simulator.url() + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            return page.lines()
                    .filter(line -> line.startsWith(name + "{"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    private final class Watching implements RunObserver {
        private final Runnable onSteady;

        Watching(Runnable onSteady) {
            this.onSteady = onSteady;
        }

        @Override
        public void started(Path bundle) {}

        @Override
        public void event(RunEvent event) {
            events.add(event);
            if (event.sentence().equals("phase steady began")) {
                onSteady.run();
            }
        }

        @Override
        public void progress(ProgressLine.Place place, Progress progress) {}
    }
}
