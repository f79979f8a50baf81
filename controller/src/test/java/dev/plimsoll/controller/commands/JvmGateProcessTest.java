package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ready gate of a JVM service, against a JVM of its own. */
class JvmGateProcessTest {
    @TempDir
    private Path directory;

    @Test
    void theHttpGateJudgesThePausesOfTheJvmAtThePort() throws Exception {
        try (Launched service = Launched.start(directory, Map.of(), "sim", "--port", "0")) {
            service.until(() -> service.out().endsWith("\n"));
            String url = service.out().strip();
            String port = Integer.toString(URI.create(url).getPort());
            // Short, and with limits that a busy machine keeps too.
            try (Launched gate = Launched.start(
                    directory,
                    Map.of("TARGET_URL", url, "JVM_PORT", port),
                    "gate",
                    "http-gate",
                    "--format",
                    "json",
                    "--set",
                    "workload[0].request.path=/health",
                    "--set",
                    "phases[0]={name: warm-up, duration: 4s, rate: 20/s, measure: false}",
                    "--set",
                    "phases[1]={name: steady, duration: 4s, rate: 50/s}",
                    "--set",
                    "gate.thresholds=[latency.mean < 20s, errors.ratio < 20%, gc.pause.max < 5s, gc.time.mean < 90%,"
                            + " jvm.heap.used.max > 1MiB]")) {
                assertEquals(0, gate.await(), () -> gate.err() + gate.out());
                JsonNode verdict = JsonMapper.builder().build().readTree(gate.out());
                assertEquals("PROMOTE", verdict.path("verdict").asText(), gate.out());
                JsonNode pauses = check(verdict, "gc.pause.max < 5s");
                assertEquals("pass", pauses.path("outcome").asText(), gate.out());
                assertTrue(pauses.path("samples").asLong() >= 2, gate.out());
                assertEquals(
                        "pass",
                        check(verdict, "jvm.heap.used.max > 1MiB")
                                .path("outcome")
                                .asText(),
                        gate.out());
            }
        }
    }

    private static JsonNode check(JsonNode verdict, String expression) {
        for (JsonNode check : verdict.path("checks")) {
            if (check.path("expression").asText().equals(expression)) {
                return check;
            }
        }
        throw new AssertionError("no check " + expression + " in " + verdict);
    }
}
