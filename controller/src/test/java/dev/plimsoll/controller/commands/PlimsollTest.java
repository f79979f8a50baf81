package dev.plimsoll.controller.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.simulator.Simulator;
import dev.plimsoll.simulator.SimulatorOptions;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands in this process, without load. */
class PlimsollTest {
    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void reset() {
        out.reset();
        err.reset();
    }

    private int run(String... arguments) {
        Console console =
                Console.of(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), "", Map.of());
        return new Plimsoll(console, Map.of()).run(arguments);
    }

    private String out() {
        return out.toString(UTF_8);
    }

    private String err() {
        return err.toString(UTF_8);
    }

    @Test
    void aWrongCommandGetsTheNearestAndCode2() {
        assertEquals(2, run("gat", "chat-gate"));
        assertTrue(err().contains("did you mean: gate"), err());
        assertEquals("", out());
    }

    @Test
    void aWrongOptionGetsTheNearestAndCode2() {
        assertEquals(2, run("gate", "chat-gate", "--sett", "a=b"));
        assertTrue(err().contains("--set"), err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gate", "run", "validate", "schema", "init", "report", "compare", "sim", "demo", "agent"})
    void everyCommandHasHelp(String command) {
        assertEquals(0, run(command, "--help"));
        assertTrue(out().startsWith("Usage: plimsoll " + command), out());
        out.reset();
        assertEquals(0, run("help", command));
        assertTrue(out().startsWith("Usage: plimsoll " + command), out());
    }

    @Test
    void noCommandIsCode2() {
        assertEquals(2, run());
    }

    @Test
    void theVersionComesFromTheBuild() {
        assertEquals(0, run("--version"));
        assertTrue(out().matches("(?s)plimsoll \\d+\\.\\d+\\.\\d+.*"), out());
    }

    @Test
    void aMissingScenarioIsCode2WithTheNearestOfTheLibrary() {
        assertEquals(2, run("gate", "chat-gat"));
        assertTrue(err().contains("did you mean chat-gate?"), err());
        assertFalse(err().contains("\tat "), err());
    }

    @Test
    void debugShowsWhereAnErrorCameFrom() {
        assertEquals(2, run("--debug", "gate", "chat-gat"));
        assertTrue(err().contains("\tat "), err());
    }

    @Test
    void theSchemaIsJson() throws Exception {
        assertEquals(0, run("schema"));
        assertTrue(JsonMapper.builder().build().readTree(out()).has("$schema"));
    }

    @Test
    void aScenarioWithoutAGateCannotBeGated() throws Exception {
        Path file = directory.resolve("a.yaml");
        Files.writeString(file, """
            name: a
            target: { url: "http://127.0.0.1:1", api: http }
            workload: [ { name: a, request: { method: GET, path: / } } ]
            phases: [ { name: a, duration: 1s, rate: 1/s } ]
            """);
        assertEquals(2, run("gate", file.toString()));
        assertTrue(err().contains("has no gate"), err());
    }

    @Test
    void initWritesAScenarioThatValidatesForAModelServer() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            Simulator simulator = Simulator.start(
                            vertx, SimulatorOptions.builder().models("llama-8b").build())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            Path file = directory.resolve("chat.yaml");
            assertEquals(0, run("init", simulator.url() + "/v1", "--out", file.toString()), err());
            assertTrue(Files.readString(file).contains("llama-8b"));
            assertEquals(0, run("validate", file.toString()), err());
            assertEquals(2, run("init", simulator.url(), "--out", file.toString()));
            assertTrue(err().contains("--force"), err());
            assertEquals(0, run("init", simulator.url(), "--out", file.toString(), "--force"), err());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "openai-chat",
                "openai-completions",
                "openai-responses",
                "openai-embeddings",
                "vllm-generate",
                "http"
            })
    void initWritesAValidScenarioOfEachApiEvenForAServerThatIsNotThere(String api) {
        Path file = directory.resolve("a.yaml");
        assertEquals(0, run("init", "http://127.0.0.1:1/x?y=%22", "--api", api, "--out", file.toString()), err());
        assertEquals(0, run("validate", file.toString()), err());
    }

    @Test
    void initOfNothingThereIsCode2() {
        assertEquals(
                2,
                run(
                        "init",
                        "http://127.0.0.1:1",
                        "--out",
                        directory.resolve("a.yaml").toString()));
        assertTrue(err().contains("nothing listens at http://127.0.0.1:1"), err());
        assertFalse(Files.exists(directory.resolve("a.yaml")));
    }

    @Test
    void aReportOfNothingIsCode2() {
        assertEquals(2, run("report", "latest", "--out", directory.toString()));
        assertEquals(2, run("report", directory.resolve("none").toString()));
        assertTrue(err().contains("no such run bundle"), err());
    }

    @Test
    void aReportOfANewerFormatSaysSo() throws Exception {
        Files.writeString(directory.resolve("run.json"), "{\"format\": 99, \"plimsoll\": \"9.0\"}");
        assertEquals(2, run("report", directory.toString()));
        assertTrue(err().contains("format 99, written by Plimsoll 9.0"), err());
    }

    @Test
    void impossibleOptionsOfTheSimulatorAreCode2() {
        assertEquals(2, run("sim", "--error-ratio", "2"));
        assertTrue(err().contains("error_ratio must be 0 to 1"), err());
    }

    @Test
    void aPortInUseIsCode4WithANextStep() {
        Vertx vertx = Vertx.vertx();
        try {
            int port = Simulator.start(vertx, SimulatorOptions.defaults())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join()
                    .port();
            assertEquals(4, run("sim", "--port", String.valueOf(port)));
            assertTrue(err().contains("--port 0"), err());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
