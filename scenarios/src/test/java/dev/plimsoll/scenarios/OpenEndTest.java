package dev.plimsoll.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenEndTest {
    private static ScenarioFile read(String gate, String... overrides) throws ScenarioException {
        String yaml = """
            name: short
            target: { url: "http://127.0.0.1:1", api: http }
            workload: [ { name: root, request: { path: / } } ]
            phases:
              - { name: warm-up, duration: 5s, concurrency: 1, measure: false }
              - { name: steady, duration: 60s, rate: 10/s }
            gate: { thresholds: [ "errors.ratio < 1%" ], """ + gate + " }\n";
        return ScenarioReader.read("short.yaml", yaml, Path.of(""), List.of(overrides), Map.of());
    }

    @Test
    void aGateThatAsksForNoneHasNone() throws ScenarioException {
        assertEquals(
                Optional.empty(), OpenEnd.of(read("abort_when_hopeless: true").scenario()));
    }

    @Test
    void theLastPhaseMayGrowOrOnlyShrink() throws ScenarioException {
        Duration minute = Duration.ofSeconds(60);
        assertEquals(
                Optional.of(new OpenEnd("steady", minute, Duration.ofMinutes(10))),
                OpenEnd.of(read("extend_until: 10m").scenario()));
        assertEquals(
                Optional.of(new OpenEnd("steady", minute, minute)),
                OpenEnd.of(read("stop_when_decided: true").scenario()));
    }

    /** Another length of the gate's making is the same load: runs stay comparable. */
    @Test
    void theLoadIsTheSameWhereverItsEnd() throws ScenarioException {
        assertEquals(
                read("abort_when_hopeless: true").loadHash(),
                read("extend_until: 10m, stop_when_decided: true").loadHash());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "repeat=2 | moves the end of the only round: leave it or repeat out",
                "phases[1].measure=false | so the last one is measured, not steady",
                "phases[1].rate={from: 1/s, to: 9/s} | its load is the same all along",
                "gate.extend_until=30s | longer than the last phase, which lasts 60s, not 30s"
            })
    void saysWhatDoesNotAllowIt(String override, String said) throws ScenarioException {
        List<String> overrides = override.startsWith("phases[1].measure")
                ? List.of(override, "phases[0].measure=true")
                : List.of(override);
        Scenario scenario =
                read("extend_until: 10m", overrides.toArray(String[]::new)).scenario();
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> OpenEnd.of(scenario));
        assertTrue(String.valueOf(e.getMessage()).contains(said), e.getMessage());
    }
}
