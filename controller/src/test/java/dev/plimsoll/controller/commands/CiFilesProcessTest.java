package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ready files in {@code docker/ci}: they keep the schemas of their systems, and their commands run. */
class CiFilesProcessTest {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String SCENARIO = """
        name: ci
        target: { url: "http://127.0.0.1:9", api: openai-chat, timeout: 20s }
        workload: [ { name: chat, input: { tokens: 16 }, output: { tokens: 4, exact: true } } ]
        phases:
          - { name: steady, duration: 1s, rate: 20/s }
        gate:
          thresholds: [ "errors.ratio < 20%", "latency.max < 5s" ]
        """;

    private static TestingSimulator simulator;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startSimulator() throws Exception {
        simulator = TestingSimulator.start();
    }

    @AfterAll
    static void stopSimulator() throws Exception {
        simulator.close();
    }

    @BeforeEach
    void prepare() throws IOException {
        Files.writeString(directory.resolve("gate.yaml"), SCENARIO);
        Path bin = Files.createDirectory(directory.resolve("bin"));
        Path program =
                Files.writeString(bin.resolve("plimsoll"), "#!/bin/sh\nexec '" + Launched.launcher() + "' \"$@\"\n");
        assertTrue(program.toFile().setExecutable(true));
    }

    private static Path file(String name) {
        return Path.of(System.getProperty("plimsoll.root")).resolve("docker/ci").resolve(name);
    }

    private static JsonNode yaml(String name) throws IOException {
        return YAML.readTree(Files.readString(file(name)));
    }

    /** A script's end. */
    private record Ended(int code, String output) {}

    private Ended run(Map<String, String> environment, List<String> command) throws Exception {
        Path output = directory.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("PATH", directory.resolve("bin") + File.pathSeparator + System.getenv("PATH"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(90, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        assertTrue(ended, () -> "did not end: " + command);
        return new Ended(process.exitValue(), Files.readString(output));
    }

    @ParameterizedTest
    @CsvSource({
        "github-actions.json, github/action.yml",
        "github-workflows.json, github/workflow.yml",
        "gitlab-ci.json, gitlab/plimsoll.gitlab-ci.yml",
    })
    void aFileKeepsThePublishedSchema(String schema, String name) throws IOException {
        try (InputStream text = CiFilesProcessTest.class.getResourceAsStream("/dev/plimsoll/controller/ci/" + schema)) {
            assertTrue(text != null, schema);
            List<String> errors = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                    .getSchema(new String(text.readAllBytes(), StandardCharsets.UTF_8))
                    .validate(yaml(name))
                    .stream()
                    .map(Object::toString)
                    .toList();
            assertEquals(List.of(), errors);
        }
    }

    private Map<String, String> gitHub(String target) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "SCENARIO", "gate.yaml",
                "TARGET", target,
                "OVERRIDES", "seed=3\n\nname=ci-job\n",
                "OUT", "kept",
                "GITHUB_ACTIONS", "true"));
        environment.put("GITHUB_OUTPUT", directory.resolve("outputs").toString());
        return environment;
    }

    @Test
    void theGitHubActionGatesAndGivesItsOutputs() throws Exception {
        Ended ended = run(gitHub(simulator.url()), List.of(file("github/gate").toString()));
        assertEquals(0, ended.code(), ended.output());
        List<String> outputs = Files.readAllLines(directory.resolve("outputs"));
        assertEquals("verdict=PROMOTE", outputs.getFirst());
        Path bundle = Path.of(outputs.get(2).substring("bundle=".length()));
        assertEquals("kept", bundle.getParent().getFileName().toString());
        assertTrue(Files.readString(bundle.resolve("scenario.yaml")).contains("ci-job"), "its overrides hold");
        assertTrue(ended.output().contains("::notice title=Plimsoll PROMOTE%3A ci-job::"), ended.output());
    }

    @Test
    void theGitHubActionPassesAfterInconclusiveOnlyWhereItIsAskedTo() throws Exception {
        Map<String, String> environment = gitHub(simulator.url());
        // One second is too short to tell how much a mean varies.
        environment.put("OVERRIDES", "gate.thresholds=[\"latency.mean < 5s\"]");
        environment.put("ON_INCONCLUSIVE", "pass");
        Ended passed = run(environment, List.of(file("github/gate").toString()));
        assertEquals(0, passed.code(), passed.output());
        assertTrue(passed.output().contains("::warning title=Plimsoll INCONCLUSIVE"), passed.output());
        environment.put("ON_INCONCLUSIVE", "shrug");
        assertEquals(
                2, run(environment, List.of(file("github/gate").toString())).code());
    }

    @Test
    void theGitLabTemplateGatesAndLeavesItsReports() throws Exception {
        JsonNode job = yaml("gitlab/plimsoll.gitlab-ci.yml").path(".plimsoll-gate");
        List<String> lines = new ArrayList<>();
        job.path("script").forEach(line -> lines.add(line.asText()));
        Files.writeString(directory.resolve("script"), "set -eo pipefail\n" + String.join("\n", lines) + "\n");
        Ended ended = run(
                Map.of("PLIMSOLL_SCENARIO", "gate.yaml", "PLIMSOLL_TARGET", simulator.url()),
                List.of("bash", directory.resolve("script").toString()));
        assertEquals(0, ended.code(), ended.output());
        for (String report : List.of("junit", "metrics")) {
            Path file = directory.resolve(
                    job.path("artifacts").path("reports").path(report).asText());
            assertTrue(Files.size(file) > 0, file.toString());
        }
        // What is wrong stays the job's exit code, though reports of the run before lie about.
        Ended refused = run(
                Map.of("PLIMSOLL_SCENARIO", "gate.yaml", "PLIMSOLL_TARGET", "not a URL"),
                List.of("bash", directory.resolve("script").toString()));
        assertEquals(2, refused.code(), refused.output());
    }

    @Test
    void theTektonTaskWritesItsResults() throws Exception {
        JsonNode task = yaml("tekton/plimsoll-gate.yaml");
        assertEquals("tekton.dev/v1", task.path("apiVersion").asText());
        JsonNode step = task.path("spec").path("steps").path(0);
        Path script = Files.writeString(
                directory.resolve("script"), step.path("script").asText());
        assertTrue(script.toFile().setExecutable(true));
        Map<String, String> environment = new HashMap<>();
        for (JsonNode variable : step.path("env")) {
            environment.put(variable.path("name").asText(), "");
        }
        assertEquals(5, environment.size());
        environment.put("SCENARIO", "gate.yaml");
        environment.put("TARGET", simulator.url());
        environment.put("ON_INCONCLUSIVE", "fail");
        environment.put("VERDICT_FILE", directory.resolve("verdict").toString());
        environment.put("CODE_FILE", directory.resolve("code").toString());
        Ended ended = run(environment, List.of(script.toString()));
        assertEquals(0, ended.code(), ended.output());
        assertEquals("PROMOTE", Files.readString(directory.resolve("verdict")));
        assertEquals("0", Files.readString(directory.resolve("code")));
        environment.put("SCENARIO", "none.yaml");
        assertEquals(2, run(environment, List.of(script.toString())).code());
        assertEquals("NONE", Files.readString(directory.resolve("verdict")));
    }

    @Test
    void theJenkinsStageRunsTheGate() throws Exception {
        String pipeline = Files.readString(file("jenkins/Jenkinsfile"));
        int start = pipeline.indexOf("'''") + 3;
        String script = pipeline.substring(start, pipeline.indexOf("'''", start));
        Ended ended = run(
                Map.of("PLIMSOLL_SCENARIO", "gate.yaml", "PLIMSOLL_TARGET", simulator.url()),
                List.of("sh", "-xe", "-c", script));
        assertEquals(0, ended.code(), ended.output());
        long open = pipeline.chars().filter(c -> c == '{').count();
        assertEquals(open, pipeline.chars().filter(c -> c == '}').count(), "every brace is closed");
        assertTrue(pipeline.contains("if (code == 3) {"), "INCONCLUSIVE asks a person");
    }

    @ParameterizedTest
    @ValueSource(strings = {"argo/analysis-job.yaml", "kubernetes/controller.yaml"})
    void theProgramTakesTheArgumentsOfAContainer(String name) throws Exception {
        List<String> arguments = new ArrayList<>();
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(Files.readString(file(name)))) {
            JsonNode container = documents.next().findValue("containers").path(0);
            container.path("args").forEach(one -> arguments.add(one.asText()));
        }
        assertFalse(arguments.isEmpty(), name);
        // An option that it does not know would be told before the help.
        List<String> known = new ArrayList<>(List.of(Launched.launcher().toString()));
        known.addAll(arguments);
        known.add("--help");
        Ended ended = run(Map.of(), known);
        assertEquals(0, ended.code(), ended.output());
        assertTrue(ended.output().contains("Usage: plimsoll " + arguments.getFirst()), ended.output());
    }
}
