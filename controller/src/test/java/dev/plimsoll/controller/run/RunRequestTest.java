package dev.plimsoll.controller.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.plimsoll.scenarios.OpenEnd;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioFile;
import dev.plimsoll.scenarios.ScenarioReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunRequestTest {
    private static final String UNGATED = """
        name: asked
        target: { url: "http://127.0.0.1:1", api: http }
        workload: [ { name: root, request: { method: GET, path: / } } ]
        phases: [ { name: steady, duration: 1s, rate: 1/s } ]
        """;

    @Test
    void anEndThatCannotBeMovedIsRefusedUnlessNothingIsJudged() throws ScenarioException {
        ScenarioFile file = file(UNGATED + """
            repeat: 2
            gate: { thresholds: [ "errors.ratio < 1%" ], extend_until: 10m }
            """);
        assertEquals(
                "gate.extend_until moves the end of the only round: leave it or repeat out, not both",
                refused(file, 0));
        assertEquals(Optional.empty(), request(file, 0, false).openEnd());
    }

    @Test
    void onlyAJudgedRunHasAnEndThatMayBeMoved() throws ScenarioException {
        ScenarioFile file = file(UNGATED + """
            gate: { thresholds: [ "errors.ratio < 1%" ], extend_until: 10m }
            """);
        assertEquals(
                Optional.of(Duration.ofMinutes(10)),
                request(file, 0, true).openEnd().map(OpenEnd::longest));
        assertEquals(Optional.empty(), request(file, 0, false).openEnd());
    }

    @Test
    void whatCannotBeJudgedIsRefused() throws ScenarioException {
        assertEquals("the scenario has no gate: to judge", refused(file(UNGATED), 0));
    }

    @Test
    void aNumberOfAgentsOutOfRangeIsRefused() throws ScenarioException {
        ScenarioFile file = file(UNGATED);
        assertEquals("agents are from 0 to 64, not -1", refused(file, -1));
        assertEquals("agents are from 0 to 64, not 65", refused(file, 65));
    }

    private static String refused(ScenarioFile file, int agents) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> request(file, agents, true))
                .getMessage());
    }

    private static RunRequest request(ScenarioFile file, int agents, boolean judge) {
        return new RunRequest(file, Path.of("runs"), agents, judge, Optional.empty());
    }

    private static ScenarioFile file(String yaml) throws ScenarioException {
        return ScenarioReader.read("asked.yaml", yaml, Path.of(""), List.of(), Map.of());
    }
}
