package dev.plimsoll.controller.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.controller.GoProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program in {@code src/test/go}: the code of Argo Rollouts and Flagger that calls a controller. */
final class ProofProgram {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long CALL_SECONDS = 60;

    private final Path program;

    private ProofProgram(Path program) {
        this.program = program;
    }

    /** Where this project is. */
    static Path root() {
        return Path.of(System.getProperty("plimsoll.root"));
    }

    /** Builds it. Without Go, which CI has, the tests that need it are skipped, and say so. */
    static ProofProgram build(Path directory) throws IOException, InterruptedException {
        Path program = directory.resolve("proof");
        GoProgram.build(
                root(),
                directory.resolve("build.txt"),
                "the controller was not called by the code of Argo Rollouts and Flagger",
                List.of(root().resolve("controller/src/test/go/build").toString(), program.toString()));
        return new ProofProgram(program);
    }

    /** One call; its line of JSON. */
    JsonNode call(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Path err = Files.createTempFile("proof", ".txt");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(err.toFile()).start();
            String out = new String(process.getInputStream().readAllBytes());
            assertTrue(process.waitFor(CALL_SECONDS, TimeUnit.SECONDS), "did not end");
            assertEquals(0, process.exitValue(), Files.readString(err));
            return JSON.readTree(out);
        } finally {
            Files.delete(err);
        }
    }
}
