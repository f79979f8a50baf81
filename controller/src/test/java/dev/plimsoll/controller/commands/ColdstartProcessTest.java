package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built program, which starts its own simulator as the server. */
class ColdstartProcessTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private Path directory;

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static JsonNode phase(JsonNode report, String name) {
        for (JsonNode phase : report.path("phases")) {
            if (phase.path("phase").asText().equals(name)) {
                return phase;
            }
        }
        throw new AssertionError(name + " is not in " + report);
    }

    @Test
    void aServerIsStartedTwiceWithItsSlowStartInTheNumber() throws Exception {
        String port = Integer.toString(freePort());
        // A shell that starts the server as its child, which only the process group reaches, and tells vLLM's phases.
        Path serve = Files.writeString(directory.resolve("serve.sh"), """
            echo "INFO 11-24 22:44:38 [default_loader.py:501] Loading weights took 0.25 seconds"
            echo "INFO 11-24 22:44:39 [core.py:402] init engine (profile, create kv cache, warmup model) took 0.73 s"
            "$0" sim --port "$1" --unready 1500 &
            wait
            """);
        try (Launched cold = Launched.start(
                directory,
                Map.of(),
                "coldstart",
                "--url",
                "http://127.0.0.1:" + port,
                "--repeat",
                "2",
                "--logs",
                "logs",
                "--format",
                "json",
                "--",
                "/bin/bash",
                "-c",
                Files.readString(serve),
                Launched.launcher().toString(),
                port)) {
            assertEquals(0, cold.await(), cold.err() + cold.out());
            JsonNode report = JSON.readTree(cold.out());
            assertEquals(2, report.path("starts").size());
            JsonNode health = phase(report, "health");
            assertEquals(2, health.path("count").asInt());
            // The simulator is unready for 1.5 s after its own start.
            assertTrue(health.path("min_s").asDouble() >= 1.5, cold.out());
            assertTrue(
                    health.path("max_s").asDouble() >= health.path("median_s").asDouble(), cold.out());
            assertTrue(
                    phase(report, "first_token").path("min_s").asDouble()
                            > health.path("min_s").asDouble(),
                    cold.out());
            assertEquals(0.25, phase(report, "weights").path("median_s").asDouble());
            assertEquals(0.73, phase(report, "engine").path("median_s").asDouble());
            assertTrue(
                    Files.readString(directory.resolve("logs/coldstart-2.log")).contains("init engine"));
        }
        try (ServerSocket free = new ServerSocket()) {
            free.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(port)));
            assertTrue(free.isBound(), "the process group was not ended");
        }
    }

    @Test
    void aCommandThatEndsBeforeItServesIsCode4WithItsLastWords() throws Exception {
        try (Launched cold = Launched.start(
                directory,
                Map.of(),
                "coldstart",
                "--url",
                "http://127.0.0.1:" + freePort(),
                "--",
                "/bin/sh",
                "-c",
                "echo CUDA out of memory; exit 7")) {
            assertEquals(4, cold.await(), cold.out());
            assertTrue(cold.err().contains("ended with status 7"), cold.err());
            assertTrue(cold.err().contains("CUDA out of memory"), cold.err());
        }
    }

    @Test
    void anAddressThatIsTakenIsNotMeasured() throws Exception {
        String port = Integer.toString(freePort());
        try (Launched sim = Launched.start(directory, Map.of(), "sim", "--port", port)) {
            sim.until(() -> sim.err().contains(port) || sim.out().contains(port));
            try (Launched cold = Launched.start(
                    directory, Map.of(), "coldstart", "--url", "http://127.0.0.1:" + port, "--", "true")) {
                assertEquals(4, cold.await(), cold.out());
                assertTrue(cold.err().contains("answers at http://127.0.0.1:" + port + " already"), cold.err());
            }
            // A watch of the endpoint sees it go down, and gives up when nothing comes up.
            try (Launched watch = Launched.start(
                    directory, Map.of(), "coldstart", "--url", "http://127.0.0.1:" + port, "--timeout", "2")) {
                watch.until(() -> watch.err().contains("waiting until it goes down"));
                sim.terminate();
                assertEquals(4, watch.await(), watch.out());
                assertTrue(watch.err().contains("did not answer 200"), watch.err());
            }
        }
        assertFalse(Files.exists(directory.resolve("logs")));
    }
}
