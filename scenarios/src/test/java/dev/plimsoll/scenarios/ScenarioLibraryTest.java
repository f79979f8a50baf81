package dev.plimsoll.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScenarioLibraryTest {

    static List<String> names() {
        return ScenarioLibrary.names();
    }

    private static ScenarioFile read(String name) throws ScenarioException {
        return ScenarioReader.read(name, ScenarioLibrary.find(name).orElseThrow(), Path.of("."), List.of(), Map.of());
    }

    @Test
    void theNamesAreStable() {
        assertEquals(
                List.of(
                        "batch-sweep",
                        "capacity-steps",
                        "chat-gate",
                        "completions-gate",
                        "embeddings",
                        "http-gate",
                        "ramp",
                        "shared-prefix",
                        "soak",
                        "spike"),
                names());
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachReadsWithoutAnyVariable(String name) throws ScenarioException {
        ScenarioFile file = read(name);
        assertEquals(name, file.scenario().name());
        assertEquals(Set.of(), file.secrets());
        assertEquals(file.scenario(), ScenarioReader.fromResolved(file.resolved()));
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachBeginsWithItsSchemaAndTheQuestionItAnswers(String name) {
        List<String> lines = ScenarioLibrary.find(name).orElseThrow().lines().toList();
        assertEquals("# yaml-language-server: $schema=../../../../scenario.schema.json", lines.getFirst());
        assertTrue(lines.get(1).startsWith("# ") && lines.get(1).contains("?"), lines.get(1));
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("# Variables: TARGET_URL")), name);
    }

    @Test
    void theHttpGateHasTheLimitsOfOperators() throws ScenarioException {
        Scenario scenario = read("http-gate").scenario();
        List<String> thresholds = scenario.gate().orElseThrow().thresholds().stream()
                .map(Threshold::expression)
                .toList();
        assertTrue(thresholds.containsAll(
                List.of("latency.mean < 200ms", "cpu.utilization.mean < 75%", "gc.pause.max < 50ms")));
        assertEquals(
                new Load.Rate.Constant(5000),
                ((Load.Open) scenario.phases().getLast().load()).rate());
    }

    @Test
    void theSoakMeasuresTwoHours() throws ScenarioException {
        assertEquals(
                Duration.ofMinutes(120),
                read("soak").scenario().phases().stream()
                        .filter(Phase::measure)
                        .map(Phase::duration)
                        .reduce(Duration.ZERO, Duration::plus));
    }

    @Test
    void thereIsNoOther() {
        assertEquals(Optional.empty(), ScenarioLibrary.find("../scenario.schema"));
    }
}
