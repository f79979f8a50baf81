package dev.plimsoll.controller.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.render.Progress;
import dev.plimsoll.reports.render.ProgressLine;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.ComparisonReader;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Node;
import dev.plimsoll.scenarios.Objectives;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.ProbeSpec;
import dev.plimsoll.scenarios.RequestSpec;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.ScenarioFile;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.Work;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunDirectorTest {
    @TempDir
    Path store;

    private final List<ScriptedAgent> agents = new ArrayList<>();
    private Optional<Gate> gate = Optional.empty();
    private List<Node> nodes = List.of();
    private Runnable onStarted = () -> {};

    @Test
    void aRunOfTwoAgentsAddsWhatBothMeasured() throws RunException {
        RunOutcome outcome =
                director(ScriptedAgent.Fault.NONE, ScriptedAgent.Fault.NONE).run();
        assertEquals(RunInfo.Status.FINISHED, outcome.info().status());
        assertEquals(
                2L * ScriptedAgent.REQUESTS,
                outcome.summary().phases().getFirst().all().counts().succeeded());
        assertTrue(Files.isRegularFile(outcome.bundle().resolve("report.html")));
        assertEquals(2, RunBundle.open(outcome.bundle()).intervals().getFirst().agents());
    }

    @Test
    void agentsWithOtherClocksStartAtTheSameInstant() throws RunException {
        director(ScriptedAgent.Fault.NONE, ScriptedAgent.Fault.NONE).run();
        long first = started(agents.get(0));
        long second = started(agents.get(1));
        /* The second agent's clock is 5 s ahead; a round trip within one process is far below a second. */
        assertEquals(5_000_000.0, second - first, 500_000);
    }

    @Test
    void anAgentThatNeverGreetsIsReplaced() throws RunException {
        RunOutcome outcome = director(ScriptedAgent.Fault.NEVER_GREETS).run();
        assertEquals(RunInfo.Status.FINISHED, outcome.info().status());
        assertTrue(RunBundle.open(outcome.bundle()).events().stream()
                .anyMatch(event -> event.sentence().startsWith("0 of 1 agents greeted within 1 s")));
    }

    @Test
    void aSilentAgentMakesTheRunPartial() throws RunException {
        RunOutcome outcome = director(ScriptedAgent.Fault.NONE, ScriptedAgent.Fault.SILENT_ONCE_STARTED)
                .run();
        assertEquals(RunInfo.Status.PARTIAL, outcome.info().status());
        assertTrue(
                outcome.info().reason().contains("agent-2 was lost"),
                outcome.info().reason());
        assertEquals("lost", outcome.info().agents().get(1).state());
        assertTrue(eventTypes(outcome).contains("agent_lost"));
        assertTrue(agents.get(0).commands.stream().anyMatch(Command.Abort.class::isInstance));
        assertEquals(
                ScriptedAgent.REQUESTS,
                outcome.summary().phases().getFirst().all().counts().succeeded());
    }

    @Test
    void aRefusalEndsTheRunWithItsReasonAndWithoutSecrets() throws RunException, IOException {
        RunOutcome outcome = director(ScriptedAgent.Fault.REFUSES).run();
        assertEquals(RunInfo.Status.ABORTED, outcome.info().status());
        assertEquals(
                "agent agent-1 refused Adopt: key *** is bad", outcome.info().reason());
        assertNoSecret(outcome.bundle());
    }

    @Test
    void anIntervalThatComesTwiceCountsOnce() throws RunException, IOException {
        RunOutcome outcome = director(ScriptedAgent.Fault.DOUBLE_INTERVALS).run();
        assertEquals(
                ScriptedAgent.REQUESTS,
                outcome.summary().phases().getFirst().all().counts().succeeded());
        assertTrue(eventTypes(outcome).contains("interval"));
        assertNoSecret(outcome.bundle());
    }

    @Test
    void anAbortEndsARunThatGoesOn() throws RunException {
        RunDirector director = director(ScriptedAgent.Fault.NEVER_ENDS);
        onStarted = () -> director.abort("interrupted by a test");
        RunOutcome outcome = director.run();
        assertEquals(RunInfo.Status.ABORTED, outcome.info().status());
        assertEquals("interrupted by a test", outcome.info().reason());
        assertTrue(RunBundle.open(outcome.bundle()).isComplete());
    }

    @Test
    void aStoreThatCannotBeWrittenIsToldBeforeAnythingIsSent() throws IOException {
        store = Files.writeString(store.resolve("file"), "");
        RunException e = assertThrows(
                RunException.class, () -> director(ScriptedAgent.Fault.NONE).run());
        assertTrue(String.valueOf(e.getMessage()).contains("nothing was sent"), e.getMessage());
        assertTrue(agents.isEmpty());
    }

    @Test
    void aGateThatLosesAnAgentIsInconclusive() throws RunException {
        gate = Optional.of(new Gate(
                Optional.of(new Gate.Smoke(Duration.ofSeconds(1), 1)),
                List.of(),
                0.95,
                Gate.OnUndecided.PROMOTE,
                false,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of()));
        RunOutcome outcome = director(ScriptedAgent.Fault.NONE, ScriptedAgent.Fault.SILENT_ONCE_STARTED)
                .run();
        assertEquals(RunInfo.Status.PARTIAL, outcome.info().status());
        assertEquals(
                Optional.of(Verdict.Outcome.INCONCLUSIVE), outcome.verdict().map(Verdict::verdict));
        assertTrue(Files.isRegularFile(outcome.bundle().resolve("junit.xml")));
        assertEquals(outcome.verdict(), RunBundle.open(outcome.bundle()).verdict());
    }

    @Test
    void aGateWhoseSmokeTestFailsSendsNoLoad() throws RunException {
        gate = Optional.of(new Gate(
                Optional.of(new Gate.Smoke(Duration.ofSeconds(1), 1)),
                List.of(),
                0.95,
                Gate.OnUndecided.INCONCLUSIVE,
                false,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of()));
        RunOutcome outcome = director(ScriptedAgent.Fault.FAILS_SMOKE).run();
        assertEquals(Optional.of(Verdict.Outcome.ROLLBACK), outcome.verdict().map(Verdict::verdict));
        assertTrue(agents.getFirst().commands.stream().noneMatch(Command.StartLeg.class::isInstance));
    }

    /** Earlier runs are chosen once, by a watch that knows the GPUs, and load begins after that. */
    @Test
    void aWatchedComparisonWaitsForTheFirstReadingsOfGpus() throws RunException {
        nodes = List.of(new Node(
                "gpu-0", Optional.empty(), List.of(new ProbeSpec.NvidiaSmi(List.of())), Duration.ofSeconds(1)));
        gate = Optional.of(new Gate(
                Optional.empty(),
                List.of(),
                0.95,
                Gate.OnUndecided.INCONCLUSIVE,
                false,
                true,
                Optional.empty(),
                Optional.of(new Gate.Baseline(
                        Optional.empty(),
                        5,
                        true,
                        Set.of(),
                        List.of(ComparisonReader.read("latency.mean <= +10%", List.of(), List.of(), List.of())))),
                List.of(),
                List.of(),
                List.of()));
        RunOutcome outcome = director(ScriptedAgent.Fault.LATE_READINGS).run();
        assertEquals(RunInfo.Status.FINISHED, outcome.info().status());
        ScriptedAgent agent = agents.getFirst();
        assertTrue(agent.commandsBeforeReadings() > 0);
        List<Command> before = agent.commands.subList(0, agent.commandsBeforeReadings());
        assertTrue(before.stream().noneMatch(Command.PrepareLeg.class::isInstance), before::toString);
        assertTrue(agent.commands.stream().anyMatch(Command.PrepareLeg.class::isInstance));
    }

    private static long started(ScriptedAgent agent) {
        return agent.commands.stream()
                .filter(Command.StartLeg.class::isInstance)
                .map(Command.StartLeg.class::cast)
                .findFirst()
                .orElseThrow()
                .wallMicros();
    }

    private static List<String> eventTypes(RunOutcome outcome) {
        return RunBundle.open(outcome.bundle()).events().stream()
                .map(RunEvent::type)
                .toList();
    }

    private static void assertNoSecret(Path bundle) throws IOException {
        try (var files = Files.list(bundle)) {
            for (Path file : files.toList()) {
                assertFalse(
                        Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                                .contains("s3cret"),
                        file.toString());
            }
        }
    }

    private RunDirector director(ScriptedAgent.Fault... faults) {
        Phase steady = new Phase(
                "steady", Duration.ofSeconds(1), new Load.Closed(1, Duration.ZERO), true, Duration.ofSeconds(1), false);
        Scenario scenario = new Scenario(
                "scripted",
                "",
                new Target(
                        List.of(URI.create("http://127.0.0.1:1")),
                        Api.HTTP,
                        "auto",
                        false,
                        Map.of(),
                        Duration.ofSeconds(1),
                        Target.Connections.DEFAULT,
                        Optional.empty()),
                List.of(new RequestSpec(
                        "root", 1, new Work.Http("GET", "/", Map.of(), "", Work.Expectation.ANY_SUCCESS))),
                List.of(steady),
                1,
                1,
                Objectives.NONE,
                nodes,
                gate);
        ScenarioFile file = new ScenarioFile(scenario, "key: s3cret", "key: s3cret", Set.of("s3cret"), "abc", Map.of());
        RunRequest request = new RunRequest(file, store, 0, gate.isPresent(), Optional.empty());
        return new RunDirector(
                request, new Watching(), InstantSource.system(), new Random(7), directory -> new ScriptedFleet(faults));
    }

    private final class Watching implements RunObserver {
        @Override
        public void started(Path bundle) {}

        @Override
        public void event(RunEvent event) {
            if (event.type().equals("phase")) {
                onStarted.run();
            }
        }

        @Override
        public void progress(ProgressLine.Place place, Progress progress) {}
    }

    private final class ScriptedFleet implements Fleet {
        private final Vertx vertx = Vertx.vertx();
        private final ScriptedAgent.Fault[] faults;

        ScriptedFleet(ScriptedAgent.Fault... faults) {
            this.faults = faults;
        }

        @Override
        public Vertx vertx() {
            return vertx;
        }

        @Override
        public int expected() {
            return faults.length;
        }

        @Override
        public void start(BiConsumer<Predicate<AgentFacts>, String> gone) {
            for (int i = 0; i < faults.length; i++) {
                ScriptedAgent agent = new ScriptedAgent(vertx, "agent-" + (i + 1), faults[i], i * 5_000_000L);
                agents.add(agent);
                agent.start();
            }
        }

        @Override
        public Duration patience() {
            return Duration.ofSeconds(faults[0] == ScriptedAgent.Fault.NEVER_GREETS ? 1 : 20);
        }

        @Override
        public void replaceSilent(Predicate<Long> greeted) {
            ScriptedAgent agent = new ScriptedAgent(vertx, "agent-1", ScriptedAgent.Fault.NONE, 0);
            agents.add(agent);
            agent.start();
        }

        @Override
        public void close() {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
