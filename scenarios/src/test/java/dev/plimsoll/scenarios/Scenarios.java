package dev.plimsoll.scenarios;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Scenarios for tests. */
final class Scenarios {
    /** The variables that the complete scenarios use. */
    static final Map<String, String> ENVIRONMENT = Map.of(
            "PASSWORD", "open-sesame",
            "API_KEY", "key-0123456789",
            "PROBE_TOKEN", "probe-token-1",
            "HOOK", "https://hooks.example/T000/B000",
            "HOOK_KEY", "hook-key-1");

    static final String MINIMAL = """
            name: minimal
            target: { url: "http://127.0.0.1:8000" }
            workload:
              - { name: chat, input: { tokens: 16 } }
            phases:
              - { name: steady, duration: 10s, rate: 5/s }
            """;

    private Scenarios() {}

    static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(Scenarios.class.getResource(name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<Path> yamlFiles(String directory) {
        try (Stream<Path> files = Files.list(resource(directory))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static ScenarioFile complete(String name, String... overrides) throws ScenarioException {
        return ScenarioReader.read(resource("complete/" + name), List.of(overrides), ENVIRONMENT);
    }

    static ScenarioFile read(String yaml, String... overrides) throws ScenarioException {
        return ScenarioReader.read("test.yaml", yaml, resource("complete"), List.of(overrides), ENVIRONMENT);
    }

    static ScenarioFile minimal(String... overrides) throws ScenarioException {
        return read(MINIMAL, overrides);
    }
}
