package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ready files in {@code docker/ci} keep the schemas and the rules of their systems. */
class CiFilesProcessTest {
    private static final YAMLMapper YAML = new YAMLMapper();

    @TempDir
    private Path directory;

    @BeforeEach
    void prepare() throws IOException {
        CiScripts.install(directory);
    }

    private CiScripts.Ended run(Map<String, String> environment, List<String> command) throws Exception {
        return CiScripts.run(directory, environment, command);
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
                    .validate(CiScripts.yaml(name))
                    .stream()
                    .map(Object::toString)
                    .toList();
            assertEquals(List.of(), errors);
        }
    }

    @Test
    void theGitHubActionTakesNoWordThatItDoesNotKnow() throws Exception {
        CiScripts.Ended refused = run(
                Map.of("SCENARIO", "gate.yaml", "ON_INCONCLUSIVE", "shrug"),
                List.of(CiScripts.file("github/gate").toString()));
        assertEquals(2, refused.code(), refused.output());
        assertTrue(refused.output().contains("fail or pass, not shrug"), refused.output());
    }

    @Test
    void theTektonTaskKeepsTektonsOwnRules() throws Exception {
        Path program = CiScripts.buildGo("go-tekton", directory);
        CiScripts.Ended checked = run(
                Map.of(),
                List.of(
                        program.toString(),
                        CiScripts.file("tekton/plimsoll-gate.yaml").toString()));
        assertEquals(0, checked.code(), checked.output());
        assertEquals(
                "{\"kind\":\"Task\",\"name\":\"plimsoll-gate\",\"problem\":\"\"}",
                checked.output().strip());
        // A rule that only Tekton has: a variable that names no parameter of the task.
        Path wrong = Files.writeString(
                directory.resolve("wrong.yaml"),
                Files.readString(CiScripts.file("tekton/plimsoll-gate.yaml"))
                        .replace("$(params.target)", "$(params.targte)"));
        CiScripts.Ended refused = run(Map.of(), List.of(program.toString(), wrong.toString()));
        assertTrue(refused.output().contains("params.targte"), refused.output());
    }

    @ParameterizedTest
    @ValueSource(strings = {"argo/analysis-job.yaml", "kubernetes/controller.yaml"})
    void theProgramTakesTheArgumentsOfAContainer(String name) throws Exception {
        List<String> arguments = new ArrayList<>();
        try (var documents =
                YAML.readerFor(JsonNode.class).<JsonNode>readValues(Files.readString(CiScripts.file(name)))) {
            JsonNode container = documents.next().findValue("containers").path(0);
            container.path("args").forEach(one -> arguments.add(one.asText()));
        }
        assertFalse(arguments.isEmpty(), name);
        // An option that it does not know would be told before the help.
        List<String> known = new ArrayList<>(List.of(Launched.launcher().toString()));
        known.addAll(arguments);
        known.add("--help");
        CiScripts.Ended ended = run(Map.of(), known);
        assertEquals(0, ended.code(), ended.output());
        assertTrue(ended.output().contains("Usage: plimsoll " + arguments.getFirst()), ended.output());
    }
}
