package dev.plimsoll.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadHashTest {

    @Test
    void itIsAHexadecimalSha256() throws ScenarioException {
        assertTrue(Scenarios.minimal().loadHash().matches("[0-9a-f]{64}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "seed=9",
                "description=other",
                "target.url=http://127.0.0.1:9",
                "target.headers.X-Team=sea",
                "target.timeout=5s",
                "target.http=auto",
                "phases[0].drain=1s",
                "objectives.ttft=1s",
                "gate.smoke.requests=1",
                "nodes=[ { name: n, probes: [ { type: local } ] } ]",
                // The same, written otherwise.
                "phases[0].duration=10000ms",
                "phases[0].rate=300/m",
                "phases[0].arrivals=poisson",
                "repeat=1",
                "workload[0].weight=1.0"
            })
    void whatDoesNotShapeTheLoadDoesNotCount(String override) throws ScenarioException {
        assertEquals(Scenarios.minimal().loadHash(), Scenarios.minimal(override).loadHash());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name=other",
                "target.api=openai-completions",
                "target.model=m",
                "target.stream=false",
                "target.connections.max=1",
                "target.connections.reuse=false",
                "target.http=2",
                "target.http=1.1",
                "repeat=2",
                "workload[0].name=other",
                "workload[0].weight=2",
                "workload[0].input.tokens=17",
                "workload[0].output.tokens=17",
                "workload[0].output.exact=true",
                "workload[0].shared_prefix.tokens=3",
                "workload[0].sampling.temperature=1",
                "phases[0].name=other",
                "phases[0].duration=11s",
                "phases[0].rate=6/s",
                "phases[0].rate={ from: 5/s, to: 6/s }",
                "phases[0].arrivals=constant",
                "phases[0].max_in_flight=9",
                "phases[0].after_drain=true",
                "phases=[ { name: steady, duration: 10s, concurrency: 5 } ]"
            })
    void whatShapesTheLoadCounts(String override) throws ScenarioException {
        assertNotEquals(
                Scenarios.minimal().loadHash(), Scenarios.minimal(override).loadHash());
    }

    @Test
    void theContentsOfPromptFilesCountAndNotTheirNames(@TempDir Path directory) throws IOException, ScenarioException {
        Files.writeString(directory.resolve("a.jsonl"), "{\"prompt\": \"one\"}\n");
        Files.writeString(directory.resolve("b.jsonl"), "{\"prompt\": \"one\"}\n");
        Files.writeString(directory.resolve("c.jsonl"), "{\"prompt\": \"two\"}\n");
        assertEquals(hash(directory, "a.jsonl"), hash(directory, "b.jsonl"));
        assertNotEquals(hash(directory, "a.jsonl"), hash(directory, "c.jsonl"));
    }

    private static String hash(Path directory, String prompts) throws ScenarioException {
        String override = "workload=[ { name: chat, prompts: " + prompts + " } ]";
        return ScenarioReader.read("x", Scenarios.MINIMAL, directory, List.of(override), Map.of())
                .loadHash();
    }
}
