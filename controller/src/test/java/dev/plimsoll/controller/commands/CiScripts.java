package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.plimsoll.controller.GoProgram;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The ready files in {@code docker/ci}, and a machine of a CI system that runs what is in them. */
final class CiScripts {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final long LIMIT_SECONDS = 90;

    private CiScripts() {}

    /** A script's end. */
    record Ended(int code, String output) {}

    private static Path root() {
        return Path.of(System.getProperty("plimsoll.root"));
    }

    static Path file(String name) {
        return root().resolve("docker/ci").resolve(name);
    }

    static JsonNode yaml(String name) throws IOException {
        return YAML.readTree(Files.readString(file(name)));
    }

    /** Puts {@code plimsoll} where {@link #run} finds it: on the path, as in the image. */
    static void install(Path directory) throws IOException {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        Path program =
                Files.writeString(bin.resolve("plimsoll"), "#!/bin/sh\nexec '" + Launched.launcher() + "' \"$@\"\n");
        assertTrue(program.toFile().setExecutable(true));
    }

    /** Runs a command in that directory to its end. */
    static Ended run(Path directory, Map<String, String> environment, List<String> command) throws Exception {
        Path output = Files.createTempFile(directory, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("PATH", directory.resolve("bin") + File.pathSeparator + System.getenv("PATH"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        assertTrue(ended, () -> "did not end: " + command);
        return new Ended(process.exitValue(), Files.readString(output));
    }

    /** Builds a Go program of the tests that looks at Tekton's file. */
    static Path buildGo(String module, Path directory) throws Exception {
        Path program = directory.resolve(module);
        GoProgram.build(
                root().resolve("controller/src/test").resolve(module),
                directory.resolve("go.txt"),
                "no code of Tekton has seen its file",
                List.of("go", "build", "-trimpath", "-o", program.toString(), "."));
        return program;
    }
}
