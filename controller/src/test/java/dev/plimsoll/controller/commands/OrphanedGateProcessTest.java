package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.controller.Polling;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.RunStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A controller is killed while its gate runs, and another takes its place. */
class OrphanedGateProcessTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String RELEASE = "{\"namespace\":\"prod\",\"name\":\"chat\",\"checksum\":\"a\"}";
    private static final String GATE = "/api/v1/gates/prod/chat/a";

    @AutoClose
    private static TestingSimulator simulator;

    @TempDir
    private Path directory;

    private HttpClient client;

    @BeforeAll
    static void startSimulator() throws Exception {
        simulator = TestingSimulator.start();
    }

    @BeforeEach
    void prepare() {
        client = HttpClient.newHttpClient();
    }

    @AfterEach
    void close() {
        client.close();
    }

    private Launched controller(Duration steady) throws Exception {
        Path scenarios = Files.createDirectories(directory.resolve("scenarios"));
        Files.writeString(scenarios.resolve("chat.yaml"), """
            name: chat
            target: { url: "%s", api: openai-chat, timeout: 20s }
            workload: [ { name: chat, input: { tokens: 16 }, output: { tokens: 4, exact: true } } ]
            phases:
              - { name: steady, duration: %ds, rate: 10/s }
            gate:
              thresholds: [ "errors.ratio < 20%%" ]
            """.formatted(simulator.url(), steady.toSeconds()));
        Launched controller =
                Launched.start(directory, Map.of(), "controller", "--port", "0", "--scenarios", scenarios.toString());
        controller.until(() -> controller.out().endsWith("\n"));
        return controller;
    }

    private HttpResponse<String> send(Launched controller, String method, String path, String body)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(controller.out().strip() + path))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> ask(Launched controller) throws IOException, InterruptedException {
        return send(controller, "POST", "/api/v1/gates", RELEASE);
    }

    private JsonNode booked(Launched controller) throws IOException, InterruptedException {
        return JSON.readTree(send(controller, "GET", GATE, "").body());
    }

    private String awaitRun(Launched controller) throws Exception {
        Polling.until(() -> booked(controller).path("run").isTextual(), LIMIT, () -> "no run: " + controller.err());
        String run = booked(controller).path("run").asText();
        // A gate says its run's name a moment before the bundle is there.
        Polling.until(() -> store().find(run).isPresent(), LIMIT, () -> "no bundle of " + run);
        return run;
    }

    private RunStore store() {
        return new RunStore(directory.resolve("runs"));
    }

    private static ProcessHandle process(JsonNode gate) {
        return ProcessHandle.of(gate.path("process").path("pid").asLong()).orElseThrow();
    }

    /** A gate whose controller was killed. */
    private record Orphan(String run, ProcessHandle gate) {}

    /** Has a controller begin a gate of that length, and kills it. */
    private Orphan orphan(Duration length) throws Exception {
        try (Launched killed = controller(length)) {
            assertEquals(425, ask(killed).statusCode());
            String run = awaitRun(killed);
            ProcessHandle gate = process(booked(killed));
            killed.kill();
            killed.await();
            return new Orphan(run, gate);
        }
    }

    private long runs() {
        return store().list().size();
    }

    @Test
    void aGateThatStillRunsIsAdoptedAndItsVerdictIsTheAnswer() throws Exception {
        Orphan orphan = orphan(Duration.ofSeconds(12));
        assertTrue(orphan.gate().isAlive(), "the gate outlives its controller");
        try (Launched next = controller(Duration.ofSeconds(12))) {
            HttpResponse<String> going = ask(next);
            assertEquals(425, going.statusCode(), going.body());
            assertEquals(
                    orphan.gate().pid(),
                    booked(next).path("process").path("pid").asLong());
            assertEquals(orphan.run(), awaitRun(next));
            Polling.until(() -> ask(next).statusCode() == 200, LIMIT, next::err);
            JsonNode verdict = JSON.readTree(ask(next).body());
            assertEquals(orphan.run(), verdict.path("run").asText());
            assertEquals("judged", booked(next).path("state").asText());
            assertTrue(booked(next).path("exit_code").isInt(), "which only a parent is told by the system");
            assertEquals(1, runs(), "no second load for the release");
        }
    }

    @Test
    void aGateThatWasAdoptedEndsWithItsControllerAndNoOtherControllerCanHaveTheStore() throws Exception {
        ProcessHandle gate = orphan(Duration.ofMinutes(2)).gate();
        String taken = simulator.url().replaceAll(".*:", "");
        try (Launched deaf =
                Launched.start(directory, Map.of(), "controller", "--port", taken, "--scenarios", "scenarios")) {
            assertEquals(ExitCode.FAILED.code(), deaf.await());
            assertTrue(deaf.err().contains("cannot listen on"), deaf.err());
            assertTrue(gate.isAlive(), "one that never served takes no gate along");
        }
        try (Launched next = controller(Duration.ofMinutes(2));
                Launched second =
                        Launched.start(directory, Map.of(), "controller", "--port", "0", "--scenarios", "scenarios")) {
            assertEquals(ExitCode.FAILED.code(), second.await());
            assertTrue(second.err().contains("another controller gates with the store runs"), second.err());
            assertEquals("running", booked(next).path("state").asText(), "it is adopted");
            next.terminate();
            assertEquals(0, next.await(), next.err());
            Polling.until(() -> !gate.isAlive(), LIMIT, () -> "the gate goes on");
        }
        assertEquals(
                RunInfo.Status.ABORTED, store().latest().orElseThrow().info().status());
    }

    @Test
    void aGateThatDiedIsNoVerdictAndBeginsAnewWhenItIsAskedForAgain() throws Exception {
        Orphan orphan = orphan(Duration.ofMinutes(2));
        String run = orphan.run();
        orphan.gate().destroyForcibly();
        try (Launched next = controller(Duration.ofMinutes(2))) {
            Polling.until(() -> booked(next).path("state").asText().equals("lost"), LIMIT, next::err);
            assertEquals(run, booked(next).path("run").asText());
            for (String hook : new String[] {"confirm-promotion", "rollback"}) {
                HttpResponse<String> answer = send(next, "POST", "/hooks/flagger/" + hook, RELEASE);
                assertEquals(403, answer.statusCode(), hook);
                assertTrue(answer.body().startsWith("no verdict: the gate's process died"), answer.body());
            }
            assertEquals(1, runs(), "nothing is sent before somebody asks");
            assertEquals(425, ask(next).statusCode());
            assertNotEquals(run, awaitRun(next));
            assertEquals(2, runs());
            next.terminate();
            assertEquals(0, next.await(), next.err());
        }
    }

    @Test
    void aGateThatEndedWhileThereWasNoControllerHasItsAnswer() throws Exception {
        Orphan orphan = orphan(Duration.ofSeconds(2));
        String run = orphan.run();
        Path bundle = directory.resolve("runs").resolve(run);
        Polling.until(() -> Files.exists(bundle.resolve("verdict.json")), LIMIT, () -> "no verdict");
        Polling.until(() -> !orphan.gate().isAlive(), LIMIT, () -> "the gate goes on");
        try (Launched next = controller(Duration.ofSeconds(2))) {
            Polling.until(() -> booked(next).path("state").asText().equals("judged"), LIMIT, next::err);
            HttpResponse<String> answer = ask(next);
            assertEquals(200, answer.statusCode(), answer.body());
            assertEquals(run, JSON.readTree(answer.body()).path("run").asText());
            assertEquals(1, runs());
        }
    }
}
