package dev.plimsoll.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScenarioSchemaTest {
    private static final JsonNode JSON = json();
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(ScenarioSchema.json());

    private static JsonNode json() {
        try {
            return new ObjectMapper().readTree(ScenarioSchema.json());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode definition(Block block) {
        return block == Block.SCENARIO
                ? JSON
                : JSON.path("$defs").path(block.name().toLowerCase(Locale.ROOT));
    }

    private static List<String> errors(String yaml) throws IOException {
        // Jackson has no JSON for these numbers; as texts they are as invalid.
        String readable = yaml.replace(".nan", "\".nan\"").replace(".inf", "\".inf\"");
        return SCHEMA.validate(new YAMLMapper().readTree(readable)).stream()
                .map(Object::toString)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Block.class)
    void itHasTheKeysThatTheReaderKnows(Block block) {
        List<String> keys = new ArrayList<>();
        definition(block).path("properties").fieldNames().forEachRemaining(keys::add);
        assertEquals(block.keys(), keys);
        assertFalse(definition(block).path("additionalProperties").asBoolean(true));
    }

    @ParameterizedTest
    @EnumSource(Block.class)
    void itHasTheDefaultsOfTheReader(Block block) {
        Map<String, String> defaults = new LinkedHashMap<>();
        definition(block).path("properties").properties().forEach(property -> {
            if (property.getValue().has("default")) {
                defaults.put(
                        property.getKey(), property.getValue().path("default").asText());
            }
        });
        assertEquals(block.defaults(), defaults);
    }

    @ParameterizedTest
    @EnumSource(Block.class)
    void everyKeyIsDescribed(Block block) {
        definition(block)
                .path("properties")
                .properties()
                .forEach(property -> assertTrue(
                        property.getValue().path("description").asText().endsWith("."),
                        block + " " + property.getKey()));
    }

    @Test
    void itHasTheWordsOfTheReader() {
        assertEquals(List.copyOf(Words.API.keySet()), words(Block.TARGET, "api"));
        assertEquals(List.copyOf(Words.DISTRIBUTION.keySet()), words(Block.TOKENS, "distribution"));
        assertEquals(List.copyOf(Words.ON_UNDECIDED.keySet()), words(Block.GATE, "on_undecided"));
        assertEquals(List.copyOf(Words.PROBES.keySet()), words(Block.PROBE, "type"));
        assertEquals(List.copyOf(Words.METHODS.keySet()), words(Block.REQUEST, "method"));
        assertEquals(
                List.copyOf(Words.DIFFERENCES.keySet()),
                words(JSON.path("$defs").path("difference")));
        for (String list : List.of("required", "tolerated")) {
            assertEquals(
                    List.copyOf(Words.PREFLIGHT_CHECKS.keySet()),
                    words(definition(Block.PREFLIGHT)
                            .path("properties")
                            .path(list)
                            .path("items")));
        }
        JsonNode arrivals = definition(Block.PHASE)
                .path("properties")
                .path("arrivals")
                .path("anyOf")
                .get(0);
        assertEquals(List.copyOf(Words.ARRIVALS.keySet()), words(arrivals));
    }

    private static List<String> words(Block block, String key) {
        return words(definition(block).path("properties").path(key));
    }

    private static List<String> words(JsonNode property) {
        List<String> words = new ArrayList<>();
        property.path("anyOf").get(0).path("enum").forEach(word -> words.add(word.asText()));
        return words;
    }

    @ParameterizedTest
    @ValueSource(strings = {"complete/chat.yaml", "complete/http.yaml"})
    void theCompleteScenariosAreValid(String name) throws IOException {
        assertEquals(List.of(), errors(Files.readString(Scenarios.resource(name))));
    }

    @Test
    void maskedTextsAreValid() throws IOException, ScenarioException {
        assertEquals(List.of(), errors(Scenarios.complete("chat.yaml").masked()));
        assertEquals(List.of(), errors(Scenarios.complete("http.yaml").masked()));
    }

    @ParameterizedTest
    @MethodSource("names")
    void theLibraryIsValid(String name) throws IOException {
        assertEquals(List.of(), errors(ScenarioLibrary.find(name).orElseThrow()));
    }

    static List<String> names() {
        return ScenarioLibrary.names();
    }

    /** Malformed scenarios whose problem is of structure, not of files, names or sums. */
    static List<Path> structural() {
        List<String> names = List.of(
                "arrivals",
                "durations",
                "gate-values",
                "gate-without-checks",
                "http-keys-with-llm-api",
                "missing-keys",
                "numbers",
                "open-and-closed-loop",
                "probes",
                "rates",
                "several-problems",
                "tls",
                "tokens",
                "unknown-keys",
                "wrong-types");
        return names.stream()
                .map(name -> Scenarios.resource("malformed/" + name + ".yaml"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("structural")
    void whatTheReaderRefusesForItsStructureIsInvalid(Path file) throws IOException {
        assertFalse(errors(Files.readString(file)).isEmpty());
    }
}
