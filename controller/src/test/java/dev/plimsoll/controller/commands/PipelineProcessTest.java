package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.RunStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole pipeline of real processes: releases of the simulator, gates, the rollback, and a controller. */
class PipelineProcessTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MOST_ATTEMPTS = 6;

    /** Stops the release that runs and starts another in its place, as a deployment does. Release 2 decodes slowly. */
    private static final String DEPLOY = """
        #!/usr/bin/env bash
        set -euo pipefail
        state=$(dirname "$0")
        alive() { [ -r "/proc/$1/status" ] && ! grep -q 'State:.*Z' "/proc/$1/status"; }
        if [ -f "$state/pid" ]; then
          pid=$(cat "$state/pid")
          kill "$pid" 2>/dev/null || true
          for ((i = 0; i < 300; i++)); do alive "$pid" || break; sleep 0.1; done
        fi
        case $1 in
          1) options=() ;;
          2) options=(--decode-factor 25) ;;
          none) exit 0 ;;
        esac
        "$LAUNCHER" sim --port "$PORT" "${options[@]}" >"$state/sim.out" 2>"$state/sim.err" </dev/null &
        echo $! >"$state/pid"
        for ((i = 0; i < 600; i++)); do
          if grep -q http "$state/sim.out"; then echo "release $1 is deployed"; exit 0; fi
          sleep 0.1
        done
        exit 1
        """;

    /* 16 tokens take about 0.15 s of release 1 and 3 s of release 2: the limit is far from both. */
    private static final String SCENARIO = """
        name: staging
        target: { url: "http://127.0.0.1:${env:PORT}", api: openai-chat, timeout: 20s }
        workload: [ { name: chat, input: { tokens: 32 }, output: { tokens: 16, exact: true } } ]
        phases:
          - { name: warm-up, duration: 1s, concurrency: 2, measure: false }
          - { name: steady, duration: 3s, rate: 15/s }
        gate:
          smoke: { timeout: 30s, requests: 1 }
          thresholds: [ "errors.ratio < 20%", "latency.mean < 1500ms" ]
          on_rollback:
            - { exec: [ "${env:DEPLOY}", "1" ], timeout: 90s }
        """;

    @TempDir
    private Path directory;

    private Path deploy;
    private Map<String, String> environment;

    @BeforeEach
    void prepare() throws IOException {
        deploy = Files.writeString(directory.resolve("deploy"), DEPLOY);
        assertTrue(deploy.toFile().setExecutable(true));
        Files.writeString(directory.resolve("staging.yaml"), SCENARIO);
        environment = Map.of(
                "PORT", Integer.toString(freePort()),
                "DEPLOY", deploy.toString(),
                "LAUNCHER", Launched.launcher().toString());
    }

    @AfterEach
    void stopWhatRuns() throws Exception {
        deploy("none");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void deploy(String release) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(deploy.toString(), release)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("deploy.txt").toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertTrue(process.waitFor(90, TimeUnit.SECONDS), "the deployment did not end");
        assertEquals(0, process.exitValue(), Files.readString(directory.resolve("deploy.txt")));
    }

    private Launched gate(String... more) throws IOException {
        String[] arguments = new String[more.length + 2];
        arguments[0] = "gate";
        arguments[1] = "staging.yaml";
        System.arraycopy(more, 0, arguments, 2, more.length);
        return Launched.start(directory, environment, arguments);
    }

    /** Gates until it is decided, as a pipeline does: a busy machine makes a generator unfit, and so INCONCLUSIVE. */
    private Launched decided(String... more) throws Exception {
        for (int attempt = 1; attempt < MOST_ATTEMPTS; attempt++) {
            Launched gate = gate(more);
            if (gate.await() != ExitCode.INCONCLUSIVE.code()) {
                return gate;
            }
            gate.close();
        }
        return gate(more);
    }

    private RunBundle latest() {
        return new RunStore(directory.resolve("runs")).latest().orElseThrow();
    }

    @Test
    void aGoodReleaseIsPromotedABadOneIsTakenBackAndTheGoodOneServesAgain() throws Exception {
        deploy("1");
        try (Launched gate = decided()) {
            assertEquals(0, gate.await(), () -> gate.err() + gate.out());
        }
        assertFalse(Files.exists(latest().directory().resolve("actions.json")), "nothing was to be done");
        deploy("2");
        try (Launched gate = decided("--format", "json")) {
            assertEquals(1, gate.await(), () -> gate.err() + gate.out());
            assertEquals("ROLLBACK", JSON.readTree(gate.out()).path("verdict").asText());
            assertTrue(gate.err().contains("release 1 is deployed"), gate.err());
        }
        JsonNode action = JSON.readTree(Files.readString(latest().directory().resolve("actions.json")))
                .path("actions")
                .path(0);
        assertTrue(action.path("done").asBoolean(), action.toString());
        assertEquals(0, action.path("exit_code").asInt(-1));
        // The second smoke test, and the limit that release 2 broke: release 1 answers again.
        try (Launched smoke = decided("--set", "phases[steady].duration=2s")) {
            assertEquals(0, smoke.await(), () -> smoke.err() + smoke.out());
        }
    }

    @Test
    void aRollbackThatFailsIsLoudAndHasACodeOfItsOwn() throws Exception {
        deploy("2");
        Path summary = directory.resolve("summary.md");
        Path outputs = directory.resolve("outputs");
        environment = new HashMap<>(environment);
        environment.putAll(Map.of(
                "DEPLOY",
                "/no/such/program",
                "GITHUB_ACTIONS",
                "true",
                "GITHUB_STEP_SUMMARY",
                summary.toString(),
                "GITHUB_OUTPUT",
                outputs.toString()));
        try (Launched gate = decided()) {
            assertEquals(4, gate.await(), () -> gate.err() + gate.out());
            assertTrue(gate.err().contains("\nTHE ROLLBACK FAILED: the release"), gate.err());
            assertTrue(gate.err().contains("\n::error title=THE ROLLBACK FAILED::"), gate.err());
            assertTrue(gate.err().contains("\n::error title=Plimsoll ROLLBACK%3A staging::"), gate.err());
        }
        RunBundle run = latest();
        // Both files are the step's: each gate adds to them, and GitHub takes the last line of an output.
        String told = Files.readString(summary);
        assertTrue(told.substring(told.lastIndexOf("## ")).startsWith("## ✗ ROLLBACK: staging"), told);
        List<String> lines = Files.readAllLines(outputs);
        assertEquals(
                List.of("verdict=ROLLBACK", "run=" + run.info().run()),
                lines.subList(lines.size() - 4, lines.size() - 2));
        assertTrue(
                Files.readString(run.directory().resolve("metrics.txt")).endsWith("# EOF\n"),
                "for the metrics report of GitLab");
    }

    @Test
    void aControllerGatesAReleaseForFlaggerAndEndsItsGatesWithItself() throws Exception {
        Path scenarios = Files.createDirectory(directory.resolve("scenarios"));
        Files.writeString(
                scenarios.resolve("chat.yaml"),
                SCENARIO.replace("name: staging", "name: ${env:PLIMSOLL_RELEASE_NAME}")
                        .replaceAll("(?s)  on_rollback:.*", ""));
        deploy("1");
        try (Launched controller = Launched.start(
                        directory, environment, "controller", "--port", "0", "--scenarios", scenarios.toString());
                HttpClient client = HttpClient.newHttpClient()) {
            controller.until(() -> controller.out().endsWith("\n"));
            String url = controller.out().strip();
            assertEquals(202, hook(client, url, "pre-rollout", "a").statusCode());
            controller.until(() -> says(client, url, "a", "PROMOTE"));
            assertEquals(200, hook(client, url, "confirm-promotion", "a").statusCode());
            String run = latest().info().run();
            assertEquals("chat", latest().info().scenario().name());
            HttpResponse<String> verdict = client.send(
                    HttpRequest.newBuilder(URI.create(url + "/api/v1/runs/" + run + "/verdict"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(
                    "PROMOTE", JSON.readTree(verdict.body()).path("verdict").asText());
            // Another release: the controller is stopped while its gate runs.
            assertEquals(202, hook(client, url, "pre-rollout", "b").statusCode());
            controller.until(() -> !latest().info().run().equals(run));
            controller.terminate();
            assertEquals(0, controller.await(), controller.err());
            assertEquals(RunInfo.Status.ABORTED, latest().info().status());
        }
    }

    /** Whether the gate says so; one that a busy machine left INCONCLUSIVE is forgotten and begun anew. */
    private static boolean says(HttpClient client, String url, String checksum, String word) {
        try {
            String answer = hook(client, url, "rollback", checksum).body();
            if (answer.startsWith("INCONCLUSIVE")) {
                client.send(
                        HttpRequest.newBuilder(URI.create(url + "/api/v1/gates/prod/chat/" + checksum))
                                .DELETE()
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
                hook(client, url, "rollout", checksum);
            }
            return answer.startsWith(word);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<String> hook(HttpClient client, String url, String hook, String checksum)
            throws IOException, InterruptedException {
        String body = "{\"namespace\":\"prod\",\"name\":\"chat\",\"phase\":\"Progressing\",\"checksum\":\"" + checksum
                + "\"}";
        return client.send(
                HttpRequest.newBuilder(URI.create(url + "/hooks/flagger/" + hook))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
