package dev.plimsoll.controller.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plimsoll.controller.Polling;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.verdict.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The controller, called by the very code of Argo Rollouts and of Flagger, with the files of {@code docker/ci}. */
class ArgoAndFlaggerTest {
    private static final String RUN = "20260101-093000-250-7f3a2c";
    private static final Map<Verdict.Outcome, String> PHASES = Map.of(
            Verdict.Outcome.PROMOTE, "Successful",
            Verdict.Outcome.ROLLBACK, "Failed",
            Verdict.Outcome.INCONCLUSIVE, "Inconclusive");

    @TempDir
    private static Path built;

    private static ProofProgram proof;

    @TempDir
    private Path directory;

    private TestingStore store;
    private ScriptedRunner runner;
    private TestingService service;

    @BeforeAll
    static void build() throws Exception {
        proof = ProofProgram.build(built);
    }

    @BeforeEach
    void start() throws Exception {
        store = new TestingStore(directory.resolve("store"));
        runner = new ScriptedRunner(store);
        Path scenarios = Files.createDirectory(directory.resolve("scenarios"));
        Files.writeString(scenarios.resolve("chat.yaml"), "name: chat\n");
        service = new TestingService(store.directory(), Optional.of(scenarios), runner);
    }

    @AfterEach
    void stop() throws InterruptedException {
        service.close();
    }

    private static String file(String name) {
        return ProofProgram.root().resolve("docker/ci").resolve(name).toString();
    }

    private String place() {
        return service.url().substring("http://".length());
    }

    private JsonNode judgeRun(String run) throws Exception {
        return proof.call("argo", file("argo/analysis-run.yaml"), "controller=" + place(), "run-id=" + run);
    }

    private JsonNode judgeGate(String checksum) throws Exception {
        return proof.call(
                "argo",
                file("argo/analysis-gate.yaml"),
                "controller=" + place(),
                "scenario=chat",
                "namespace=prod",
                "name=chat",
                "checksum=" + checksum);
    }

    @Test
    void argoTakesEachVerdictForWhatItIs() throws Exception {
        for (Verdict.Outcome outcome : Verdict.Outcome.values()) {
            String run = "20260101-09300" + outcome.ordinal() + "-250-7f3a2c";
            store.judge(run, "chat", outcome);
            JsonNode measurement = judgeRun(run);
            assertEquals(PHASES.get(outcome), measurement.path("phase").asText(), measurement.toString());
        }
    }

    @Test
    void argoAsksAgainWhileTheRunGoesOn() throws Exception {
        try (RunBundleWriter writer = store.begin(RUN, "chat")) {
            JsonNode measurement = judgeRun(RUN);
            // An Error is not counted and is tried again; Inconclusive would pause the rollout at the first look.
            assertEquals("Error", measurement.path("phase").asText(), measurement.toString());
            assertEquals(
                    "received non 2xx response code: 425",
                    measurement.path("message").asText());
            assertEquals(180, measurement.path("consecutive_error_limit").asInt());
            double seconds = measurement.path("seconds").asDouble();
            assertTrue(seconds < 10, "within Argo's limit for a request: " + seconds);
            TestingStore.conclude(writer, RUN, "chat", Verdict.Outcome.PROMOTE);
        }
        assertEquals("Successful", judgeRun(RUN).path("phase").asText());
    }

    @Test
    void argoPausesAfterARunThatWasKilled() throws Exception {
        store.begin(RUN, "chat").close();
        store.age(RUN, Instant.now().minus(Duration.ofHours(1)));
        assertEquals("Inconclusive", judgeRun(RUN).path("phase").asText());
    }

    @Test
    void argoStopsAtARunThatIsNotThere() throws Exception {
        assertEquals(
                "received non 2xx response code: 404",
                judgeRun(RUN).path("message").asText());
    }

    @Test
    void argoBeginsAGateAndIsToldItsVerdict() throws Exception {
        for (Verdict.Outcome outcome : Verdict.Outcome.values()) {
            String checksum = "c" + outcome.ordinal();
            Release release = new Release("prod", "chat", checksum);
            assertEquals(
                    "received non 2xx response code: 425",
                    judgeGate(checksum).path("message").asText());
            assertEquals("Error", judgeGate(checksum).path("phase").asText());
            runner.judge(release, "20260101-09300" + outcome.ordinal() + "-250-7f3a2c", outcome, outcome.ordinal());
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            JsonNode measurement = judgeGate(checksum);
            while (measurement.path("phase").asText().equals("Error")) {
                assertTrue(System.nanoTime() < end, measurement.toString());
                measurement = judgeGate(checksum);
            }
            assertEquals(PHASES.get(outcome), measurement.path("phase").asText(), measurement.toString());
        }
        assertEquals(3, runner.begun().size(), "one gate for each release");
    }

    private JsonNode flagger(String hook, String spec) throws Exception {
        return proof.call("flagger", spec, hook, service.url() + "/hooks/flagger/" + hook, "scenario=chat");
    }

    private boolean says(String hook, String spec) throws Exception {
        return flagger(hook, spec).path("success").asBoolean();
    }

    /** The checksum that Flagger made of a spec, from the book. */
    private Release begun(String spec) throws Exception {
        assertTrue(says("pre-rollout", spec), "begins");
        assertTrue(says("pre-rollout", spec), "has begun");
        assertTrue(says("rollout", spec), "goes on");
        assertTrue(says("event", spec), "events are taken");
        List<String> lines =
                Files.readAllLines(store.directory().resolve(".gates").resolve("events.ndjson"));
        String checksum = lines.getLast().replaceAll(".*\"checksum\":\"([^\"]*)\".*", "$1");
        return new Release("prod", "chat", checksum);
    }

    @Test
    void flaggerPromotesAfterPromoteRollsBackAfterRollbackAndWaitsAfterInconclusive() throws Exception {
        for (Verdict.Outcome outcome : Verdict.Outcome.values()) {
            String spec = "spec-" + outcome;
            Release release = begun(spec);
            assertFalse(says("confirm-promotion", spec), "the gate goes on");
            assertFalse(says("rollback", spec), "the gate goes on");
            runner.judge(release, "20260101-09300" + outcome.ordinal() + "-250-7f3a2c", outcome, outcome.ordinal());
            String asked = "{\"namespace\":\"prod\",\"name\":\"chat\",\"checksum\":\"" + release.checksum() + "\"}";
            Polling.until(
                    () -> service.post("/hooks/flagger/rollback", asked).body().startsWith(outcome.name()),
                    Duration.ofSeconds(20),
                    () -> "no verdict");
            assertEquals(outcome == Verdict.Outcome.PROMOTE, says("confirm-promotion", spec), outcome.name());
            assertEquals(outcome == Verdict.Outcome.ROLLBACK, says("rollback", spec), outcome.name());
            assertEquals(outcome != Verdict.Outcome.ROLLBACK, says("rollout", spec), outcome.name());
        }
        assertEquals(3, runner.begun().size(), "one gate for each release");
    }

    @Test
    void flaggerIsToldTheReasonAtOnce() throws Exception {
        JsonNode no = flagger("confirm-promotion", "spec");
        assertFalse(no.path("success").asBoolean());
        assertTrue(no.path("message").asText().startsWith("no gate was begun for prod/chat"), no.toString());
        assertTrue(no.path("seconds").asDouble() < 5, no.toString());
    }

    @Test
    void theReadyFilesAreOfTheirTypes() throws Exception {
        for (String name : List.of("argo/analysis-run.yaml", "argo/analysis-gate.yaml", "argo/analysis-job.yaml")) {
            assertEquals(
                    "AnalysisTemplate",
                    proof.call("parse", file(name)).path("kind").asText(),
                    name);
        }
        assertEquals(
                "Canary",
                proof.call("parse", file("flagger/canary.yaml")).path("kind").asText());
    }
}
