package dev.plimsoll.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverridesTest {

    @Test
    void anyKeyIsReplacedOrAdded() throws ScenarioException {
        Scenario scenario = Scenarios.minimal(
                        "target.url=http://127.0.0.1:9000/a=b",
                        "phases[0].duration=5s",
                        "phases[steady].rate={ from: 1/s, to: 9/s }",
                        "workload[chat].output.tokens=7",
                        "gate.smoke.requests=9",
                        "gate.thresholds=[ latency.p99 < 5s ]",
                        "target.headers.X-Team=sea",
                        "nodes=[ { name: n, probes: [ { type: prometheus, url: \"http://h\", queries: { a: b } } ] } ]",
                        "nodes[0].probes[0].queries.\"queue.depth\"=up",
                        "description=")
                .scenario();
        assertEquals(
                List.of(URI.create("http://127.0.0.1:9000/a=b")),
                scenario.target().urls());
        Phase phase = scenario.phases().getFirst();
        assertEquals(Duration.ofSeconds(5), phase.duration());
        assertEquals(new Load.Rate.Ramp(1, 9), ((Load.Open) phase.load()).rate());
        assertEquals(
                Optional.of(new Work.Output(TokenCount.fixed(7), false)),
                ((Work.Prompted) scenario.workload().getFirst().work()).output());
        Gate gate = scenario.gate().orElseThrow();
        assertEquals(9, gate.smoke().orElseThrow().requests());
        assertEquals(5000, gate.thresholds().getFirst().limit());
        assertEquals(Map.of("X-Team", "sea"), scenario.target().headers());
        assertEquals(
                Map.of("a", "b", "queue.depth", "up"),
                ((ProbeSpec.Prometheus) scenario.nodes().getFirst().probes().getFirst()).queries());
    }

    @Test
    void theLastOneWins() throws ScenarioException {
        assertEquals(3, Scenarios.minimal("repeat=2", "repeat=3").scenario().repeat());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "phases[3].duration=5s | --set phases[3].duration=5s: phases[3].duration: phases has no [3]; it has [0] named steady",
                "phases[stedy].duration=5s | --set phases[stedy].duration=5s: phases[stedy].duration: phases has no [stedy]; it has [0] named steady",
                "target.url.host=x | --set target.url.host=x: target.url.host: target.url is \"http://127.0.0.1:8000\" and has no key \"host\"",
                "target[0]=x | --set target[0]=x: target[0]: target is a map, not a list; [0] picks nothing",
                "phase[0].duration=5s | --set phase[0].duration=5s: phase[0].duration: there is no list phase; the nearest is \"phases\"",
                "repeat=0 | --set repeat=0: repeat: repeat is a whole number from 1 to 1,000, not 0",
                "repeet=2 | --set repeet=2: repeet: unknown key \"repeet\"; the nearest is \"repeat\"",
                "target.timeout=[ | --set target.timeout=[: not YAML: expected the node content, but found '<stream end>' (while parsing a flow node from line 1)",
                "nonsense | --set nonsense: an override is path=value, such as target.url=http://127.0.0.1:8000 or phases[1].duration=5s",
                "=5 | --set =5: an override is path=value, such as target.url=http://127.0.0.1:8000 or phases[1].duration=5s",
                "a..b=5 | --set a..b=5: an override is path=value, such as target.url=http://127.0.0.1:8000 or phases[1].duration=5s",
                "[0]=5 | --set [0]=5: an override is path=value, such as target.url=http://127.0.0.1:8000 or phases[1].duration=5s",
            })
    void aProblemNamesTheOverride(String override, String message) {
        ScenarioException e = assertThrows(ScenarioException.class, () -> Scenarios.minimal(override));
        assertEquals(message, e.getMessage());
    }

    @Test
    void problemsOfTheFileComeFirst() {
        ScenarioException e = assertThrows(
                ScenarioException.class, () -> Scenarios.read(Scenarios.MINIMAL + "seed: x\n", "repeat=0"));
        assertEquals(
                List.of("test.yaml", "--set repeat=0"),
                e.problems().stream().map(ScenarioException.Problem::source).toList());
    }

    @Test
    void aSecretInAnOverrideIsNotShown() {
        ScenarioException e = assertThrows(
                ScenarioException.class, () -> Scenarios.minimal("target.headers.Authorization=[ Bearer abcdefgh ]"));
        assertFalse(e.getMessage().contains("abcdefgh"), e.getMessage());
    }

    @Test
    void overridesAreInTheResolvedAndTheMaskedText() throws ScenarioException {
        ScenarioFile file = Scenarios.minimal("phases[0].rate=77/s");
        assertEquals(file.scenario(), ScenarioReader.fromResolved(file.resolved()));
        assertEquals(file.scenario(), Scenarios.read(file.masked()).scenario());
    }
}
