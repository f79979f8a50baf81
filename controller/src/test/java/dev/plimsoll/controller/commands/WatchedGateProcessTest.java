package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.Ending;
import dev.plimsoll.reports.verdict.Watched;
import dev.plimsoll.simulator.FaultPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gates that move the end of their load, through the launcher; times are read from the bundle. */
class WatchedGateProcessTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int RATE = 20;
    /* A limit of 20 s on a latency allows for a send lag of 1 s: so busy may this machine be. */
    private static final String SCENARIO = """
        name: watched
        target: { url: "${env:TARGET}", api: openai-chat, timeout: 20s }
        workload: [ { name: chat, input: { tokens: 16 }, output: { tokens: 4, exact: true } } ]
        phases:
          - { name: warm-up, duration: 1s, concurrency: 2, measure: false }
          - { name: steady, duration: 60s, rate: 20/s, arrivals: constant }
        gate:
          stop_when_decided: true
          thresholds: [ "latency.mean < 20s" ]
        """;

    @AutoClose
    private static TestingSimulator simulator;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startSimulator() throws Exception {
        simulator = TestingSimulator.start();
    }

    private Launched start(String... options) throws IOException {
        Path file = Files.writeString(directory.resolve("watched.yaml"), SCENARIO);
        List<String> arguments = new ArrayList<>(List.of("gate", file.toString()));
        arguments.addAll(List.of(options));
        return Launched.start(directory, Map.of("TARGET", simulator.url()), arguments.toArray(String[]::new));
    }

    private RunBundle bundle() {
        return new RunStore(directory.resolve("runs")).latest().orElseThrow();
    }

    private Watched watched() {
        return bundle().verdict().orElseThrow().watch().orElseThrow();
    }

    private static JsonNode json(String text) throws IOException {
        return JSON.readTree(text);
    }

    /** The phase's window ends where the verdict says, and everything that was due before it was scheduled, no more. */
    private void assertScheduledUpToTheEnd(Watched watched) {
        RunResults results = bundle().results();
        PhaseWindow steady = results.windows(Optional.of("steady")).getFirst();
        assertEquals(watched.seconds(), steady.seconds(), 1e-6);
        long scheduled =
                results.total(Optional.of("steady")).counts(Optional.empty()).scheduled();
        assertEquals(Math.round(watched.seconds() * RATE), scheduled, watched::toString);
    }

    @Test
    void aLimitThatIsObviouslyKeptEndsTheLoadWithinAThirdAndTheNextGateIsPlannedFromIt() throws Exception {
        try (Launched plan = start("--plan")) {
            assertEquals(3, plan.await(), plan.err());
            assertTrue(plan.err().contains("no promoted run of this load"), plan.err());
            assertEquals("", plan.out());
        }
        try (Launched gate = start("--explain")) {
            assertEquals(0, gate.await(), () -> gate.err() + gate.out());
            assertTrue(gate.out().contains("why it stopped when it did"), gate.out());
            assertTrue(gate.out().contains("pass at look"), gate.out());
        }
        Watched watched = watched();
        assertEquals(Ending.DECIDED, watched.ending());
        assertEquals(60, watched.planned());
        assertTrue(watched.seconds() >= 10 && watched.seconds() <= 20, watched::toString);
        assertEquals(RunInfo.Status.FINISHED, bundle().info().status());
        assertScheduledUpToTheEnd(watched);
        try (Launched report = Launched.run(directory, "report", "latest", "--explain")) {
            assertEquals(0, report.await(), report.err());
            assertTrue(report.out().contains("the only check is surely kept"), report.out());
        }
        try (Launched plan = start("--plan", "--format", "json", "--change", "20%")) {
            assertEquals(0, plan.await(), plan.err());
            JsonNode line = json(plan.out()).path("checks").path(0);
            assertEquals("latency.mean < 20s", line.path("expression").asText(), plan.out());
            assertTrue(line.path("lengths").path(0).path("seconds").asDouble() >= 10, plan.out());
        }
        try (Launched plan = start("--plan", "--change", "much")) {
            assertEquals(2, plan.await(), plan.err());
        }
    }

    /** No error in 20 requests a second: 0.5 % takes 200 of them, which 4 s do not have and 10 s do. */
    @Test
    void anUndecidedCheckExtendsTheLoadUntilItIsDecided() throws Exception {
        try (Launched gate = start(
                "--format",
                "json",
                "--set",
                "phases[1].duration=4s",
                "--set",
                "gate.extend_until=60s",
                "--set",
                "gate.thresholds=[\"errors.ratio < 0.5%\", \"latency.mean < 20s\"]")) {
            assertEquals(0, gate.await(), () -> gate.err() + gate.out());
            JsonNode watch = json(gate.out()).path("watch");
            assertEquals("decided", watch.path("ending").asText(), gate.out());
            assertEquals(4, watch.path("planned_s").asDouble());
            assertEquals(60, watch.path("longest_s").asDouble());
            assertTrue(gate.err().contains("the load goes on after its planned 4 s"), gate.err());
        }
        Watched watched = watched();
        assertTrue(watched.seconds() >= 10 && watched.seconds() < 25, watched::toString);
        assertScheduledUpToTheEnd(watched);
        assertTrue(bundle().events().stream().anyMatch(event -> event.type().equals("extend")));
        assertTrue(bundle().events().stream().anyMatch(event -> event.type().equals("end")));
    }

    @Test
    void aLimitThatIsObviouslyBrokenEndsTheLoadAndRollsBack() throws Exception {
        // 4 tokens, each delayed by 300 ms: about 1.2 s.
        simulator
                .faults()
                .set(FaultPlan.builder().stepDelay(Duration.ofMillis(300)).build());
        try (Launched gate = start("--set", "gate.thresholds=[\"latency.mean < 600ms\"]")) {
            assertEquals(1, gate.await(), () -> gate.err() + gate.out());
        } finally {
            simulator.faults().clear();
        }
        Watched watched = watched();
        assertEquals(Ending.BROKEN, watched.ending());
        assertTrue(watched.seconds() <= 20, watched::toString);
        assertEquals("latency.mean < 600ms", watched.decisions().getFirst().expression(), watched::toString);
    }

    @Test
    void anEndThatCannotBeMovedIsCode2() throws Exception {
        try (Launched gate = start("--set", "gate.extend_until=30s")) {
            assertEquals(2, gate.await(), gate.err());
            assertTrue(gate.err().contains("gate.extend_until is longer than the last phase"), gate.err());
        }
    }
}
