package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForecastTest {
    private static String forecast(String phases) throws ScenarioException {
        String yaml = """
            name: a
            target: { url: "http://user:s3cret@127.0.0.1:8000", api: openai-chat }
            workload: [ { name: chat, input: { tokens: 8 }, output: { tokens: 8 } } ]
            phases: %s
            repeat: 2
            """.formatted(phases);
        return Forecast.text(
                ScenarioReader.read("a", yaml, Path.of(""), List.of(), Map.of()).scenario());
    }

    @Test
    void countsArrivalsOverPhasesAndRounds() throws ScenarioException {
        // 10 s × 5/s once, and 60 s × (0 + 20)/2 per second in two rounds: 50 + 1200.
        String text = forecast("""
                [ { name: warm-up, duration: 10s, rate: 5/s, measure: false },
                  { name: climb, duration: 60s, rate: { from: 0/s, to: 20/s } } ]""");
        assertTrue(text.contains("about 1,250 scheduled requests"), text);
        assertTrue(text.contains("takes 2:10"), text);
    }

    @Test
    void promisesNoNumberForUsers() throws ScenarioException {
        String text = forecast("[ { name: users, duration: 10s, concurrency: 4 } ]");
        assertTrue(text.contains("4 users at a time"), text);
        assertFalse(text.contains("scheduled requests"), text);
    }

    @Test
    void showsNoPassword() throws ScenarioException {
        assertFalse(
                forecast("[ { name: users, duration: 10s, concurrency: 4 } ]").contains("s3cret"));
    }

    @Test
    void saysWhereTheGateMayEndTheLoad() throws ScenarioException {
        String yaml = """
            name: a
            target: { url: "http://127.0.0.1:8000", api: http }
            workload: [ { name: root, request: { path: / } } ]
            phases: [ { name: steady, duration: 60s, rate: 10/s } ]
            gate: { thresholds: [ "errors.ratio < 1%" ], stop_when_decided: true, extend_until: 10m }
            """;
        String text = Forecast.text(
                ScenarioReader.read("a", yaml, Path.of(""), List.of(), Map.of()).scenario());
        assertTrue(
                text.contains("gate: 1 limit, ends steady when decided, extends steady to 10:00 while undecided"),
                text);
    }
}
