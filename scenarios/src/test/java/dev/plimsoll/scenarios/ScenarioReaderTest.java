package dev.plimsoll.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Metrics;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScenarioReaderTest {

    @Test
    void theTargetHasEveryKey() throws ScenarioException {
        Target target = Scenarios.complete("chat.yaml").scenario().target();
        assertEquals(
                List.of(URI.create("https://user:open-sesame@gpu-0:8443"), URI.create("https://gpu-1:8443/base")),
                target.urls());
        assertEquals(Api.OPENAI_CHAT, target.api());
        assertEquals("org/model-7b", target.model());
        assertTrue(target.stream());
        assertEquals(Map.of("Authorization", "Bearer key-0123456789", "X-Team", "sea"), target.headers());
        assertEquals(Duration.ofSeconds(45), target.timeout());
        assertEquals(new Target.Connections(64, false), target.connections());
        assertEquals(Target.Http.HTTP_2, target.http());
    }

    @Test
    void filesOfTlsAreAbsolute() throws ScenarioException {
        Target.Tls tls =
                Scenarios.complete("chat.yaml").scenario().target().tls().orElseThrow();
        Path directory = Scenarios.resource("complete");
        assertEquals(
                new Target.Tls(
                        Optional.of(directory.resolve("ca.pem").toString()),
                        Optional.of(directory.resolve("client.pem").toString()),
                        Optional.of(directory.resolve("client.key").toString()),
                        false,
                        Optional.of("gpu.example"),
                        Target.TlsProvider.JDK),
                tls);
    }

    @ParameterizedTest
    @CsvSource({"auto, AUTO", "1.1, HTTP_1_1", "\"1.1\", HTTP_1_1", "2, HTTP_2", "'\"2\"', HTTP_2"})
    void theVersionOfHttpIsANumberOrAWord(String written, Target.Http expected) throws ScenarioException {
        assertEquals(
                expected,
                Scenarios.minimal("target.http=" + written).scenario().target().http());
    }

    @Test
    void aVersionOfHttpThatDoesNotExistIsNamed() {
        ScenarioException e = assertThrows(ScenarioException.class, () -> Scenarios.minimal("target.http=3"));
        assertTrue(e.getMessage().contains("http is one of auto, 1.1, 2, not"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://gpu", "gpu:443", "-gpu", "gpu-", "a..b", "gpu."})
    void aServerNameIsAHostsName(String name) {
        ScenarioException e = assertThrows(
                ScenarioException.class,
                () -> Scenarios.minimal("target.url=https://127.0.0.1:1", "target.tls.server_name=\"" + name + "\""));
        assertTrue(e.getMessage().contains("server_name is a host's name"), e.getMessage());
    }

    @Test
    void theWorkloadHasEveryKey() throws ScenarioException {
        ScenarioFile file = Scenarios.complete("chat.yaml");
        assertEquals(
                new RequestSpec(
                        "chat",
                        4,
                        new Work.Prompted(
                                new Work.Prompt.Synthetic(
                                        new TokenCount(TokenCount.Distribution.LOGNORMAL, 256, 64, 16, 1024),
                                        Optional.of(new Work.SharedPrefix(128, 4))),
                                Optional.of(new Work.Output(TokenCount.fixed(64), true)),
                                Map.of(
                                        "temperature",
                                        0L,
                                        "top_p",
                                        0.9,
                                        "stop",
                                        List.of("\n\n"),
                                        "extra",
                                        Map.of("echo", false)))),
                file.scenario().workload().get(0));
        assertEquals(
                new RequestSpec(
                        "from-file",
                        0.5,
                        new Work.Prompted(new Work.Prompt.FromFile("prompts.jsonl"), Optional.empty(), Map.of())),
                file.scenario().workload().get(1));
        assertEquals(
                Map.of("prompts.jsonl", "{\"prompt\": \"Why is the sea salt?\", \"output_tokens\": 12}\n"),
                file.promptFiles());
    }

    @Test
    void thePhasesHaveEveryKey() throws ScenarioException {
        Duration minute = Duration.ofMinutes(1);
        Duration drain = Duration.ofSeconds(45);
        assertEquals(
                List.of(
                        new Phase(
                                "warm-up",
                                Duration.ofSeconds(10),
                                new Load.Closed(4, Duration.ofMillis(100)),
                                false,
                                drain,
                                false),
                        new Phase(
                                "steady",
                                minute,
                                new Load.Open(new Load.Rate.Constant(20), new Load.Arrivals.Constant(), 512),
                                true,
                                Duration.ofSeconds(5),
                                true),
                        open("climb", new Load.Rate.Ramp(0, 40), new Load.Arrivals.Gamma(2)),
                        open("stairs", new Load.Rate.Steps(List.of(5.0, 10.0, 20.0)), new Load.Arrivals.Poisson()),
                        open(
                                "spike",
                                new Load.Rate.Spike(5, 50, Duration.ofSeconds(20), Duration.ofSeconds(10)),
                                new Load.Arrivals.Poisson())),
                Scenarios.complete("chat.yaml").scenario().phases());
    }

    private static Phase open(String name, Load.Rate rate, Load.Arrivals arrivals) {
        return new Phase(
                name,
                Duration.ofMinutes(1),
                new Load.Open(rate, arrivals, 10_000),
                true,
                Duration.ofSeconds(45),
                false);
    }

    @Test
    void theNodesHaveEveryProbe() throws ScenarioException {
        Node node = Scenarios.complete("chat.yaml").scenario().nodes().getFirst();
        assertEquals(Optional.of("gpu-0"), node.agent());
        assertEquals(Duration.ofSeconds(2), node.interval());
        assertEquals(
                List.of(
                        new ProbeSpec.NodeExporter(URI.create("http://gpu-0:9100/metrics")),
                        new ProbeSpec.Dcgm(URI.create("http://gpu-0:9400/metrics")),
                        new ProbeSpec.Vllm(URI.create("http://gpu-0:8000/metrics")),
                        new ProbeSpec.NvidiaSmi(List.of(0, 1)),
                        new ProbeSpec.AmdSmi(),
                        new ProbeSpec.RocmSmi(List.of(0)),
                        new ProbeSpec.Local(),
                        new ProbeSpec.Jvm(URI.create("http://gateway:8080/actuator/prometheus")),
                        new ProbeSpec.Jstat(4711),
                        new ProbeSpec.Jfr(4712),
                        new ProbeSpec.Jfr(new LocalProcess.OfPort(8080)),
                        new ProbeSpec.Exec(List.of("./my-probe", "--token", "probe-token-1")),
                        new ProbeSpec.Prometheus(
                                URI.create("http://prometheus:9090"),
                                Map.of("Authorization", "Bearer probe-token-1"),
                                Map.of("cpu.utilization", "100 * up", "queue.depth", "sum(depth{job='x'})"))),
                node.probes());
        assertEquals(
                Words.PROBES.keySet(),
                new java.util.LinkedHashSet<>(List.of(
                        "node-exporter",
                        "dcgm",
                        "vllm",
                        "jvm",
                        "nvidia-smi",
                        "amd-smi",
                        "rocm-smi",
                        "local",
                        "jstat",
                        "jfr",
                        "exec",
                        "prometheus")));
    }

    @Test
    void theGateHasEveryKey() throws ScenarioException {
        Scenario scenario = Scenarios.complete("chat.yaml").scenario();
        Gate gate = scenario.gate().orElseThrow();
        assertEquals(Optional.of(new Gate.Smoke(Duration.ofSeconds(30), 2)), gate.smoke());
        assertEquals(8, gate.thresholds().size());
        assertEquals(0.99, gate.confidence());
        assertEquals(Gate.OnUndecided.ROLLBACK, gate.onUndecided());
        assertFalse(gate.abortWhenHopeless());
        assertTrue(gate.stopWhenDecided());
        assertEquals(Optional.of(Duration.ofMinutes(10)), gate.extendUntil());
        Gate.Baseline baseline = gate.baseline().orElseThrow();
        assertEquals(Optional.of("baselines/chat"), baseline.run());
        assertEquals(4, baseline.runs());
        assertFalse(baseline.required());
        assertEquals(Set.of(Difference.VLLM_VERSION, Difference.GPU), baseline.allow());
        assertEquals(2, baseline.checks().size());
        assertEquals(List.of(new Gate.Action.Exec(List.of("echo", "good"))), gate.onPromote());
        assertEquals(
                List.of(
                        new Gate.Action.Exec(List.of("kubectl", "rollout", "undo", "deployment/chat")),
                        new Gate.Action.Webhook(
                                URI.create("https://hooks.example/T000/B000"), Map.of("X-Api-Key", "hook-key-1"))),
                gate.onRollback());
        assertEquals(
                List.of(new Gate.Action.Webhook(
                        URI.create("https://ci/hook"),
                        Map.of(),
                        Optional.of("hook-key-1"),
                        Optional.of(Duration.ofSeconds(20)))),
                gate.onInconclusive());
        assertEquals(12, scenario.objectives().limits().size());
        assertEquals(Duration.ofMillis(500), scenario.objectives().limits().get(Metrics.TTFT));
        assertEquals(0.975, scenario.objectives().share());
        assertEquals(3, scenario.repeat());
        assertEquals(7, scenario.seed());
    }

    @Test
    void thePreflightHasEveryKey() throws ScenarioException {
        assertEquals(
                new Preflight(
                        Optional.of("550.54.15"),
                        List.of("550.127.05", "570.*"),
                        Optional.of(Scenarios.resource("complete")
                                .resolve("versions.lock.yaml")
                                .toString()),
                        Optional.of("/models/llama"),
                        Optional.of("/opt/vllm/bin/python"),
                        new Preflight.Limits(
                                Optional.of(0.9),
                                Optional.of(50.0 * 1024 * 1024 * 1024),
                                Optional.of(1024.0 * 1024 * 1024),
                                Optional.of(65_536),
                                Optional.of(Duration.ofMillis(5))),
                        List.of("cpu.governor", "gpu.persistence"),
                        List.of("gpu.pcie.width")),
                Scenarios.complete("chat.yaml").scenario().preflight());
        assertEquals(Preflight.DEFAULT, Scenarios.minimal().scenario().preflight());
    }

    @Test
    void plainRequestsHaveEveryKey() throws ScenarioException {
        Scenario scenario = Scenarios.complete("http.yaml").scenario();
        assertEquals(
                new Work.Http(
                        "POST",
                        "/api/users?page=1",
                        Map.of("Content-Type", "application/json"),
                        "{ \"id\": 1 }\n",
                        new Work.Expectation(List.of(200, 201), List.of("\"id\"", "ok"))),
                scenario.workload().get(0).work());
        assertEquals(
                new Work.Http("GET", "/", Map.of(), "", new Work.Expectation(List.of(204), List.of("x"))),
                scenario.workload().get(1).work());
        assertFalse(scenario.target().stream());
    }

    @Test
    void aMinimalScenarioHasTheDefaults() throws ScenarioException {
        Scenario scenario = Scenarios.minimal().scenario();
        assertEquals(
                new Scenario(
                        "minimal",
                        "",
                        new Target(
                                List.of(URI.create("http://127.0.0.1:8000")),
                                Api.OPENAI_CHAT,
                                "auto",
                                true,
                                Map.of(),
                                Duration.ofSeconds(60),
                                new Target.Connections(1024, true),
                                Optional.empty()),
                        List.of(new RequestSpec(
                                "chat",
                                1,
                                new Work.Prompted(
                                        new Work.Prompt.Synthetic(TokenCount.fixed(16), Optional.empty()),
                                        Optional.of(new Work.Output(TokenCount.fixed(128), false)),
                                        Map.of()))),
                        List.of(new Phase(
                                "steady",
                                Duration.ofSeconds(10),
                                new Load.Open(new Load.Rate.Constant(5), new Load.Arrivals.Poisson(), 10_000),
                                true,
                                Duration.ofSeconds(60),
                                false)),
                        1,
                        7,
                        Objectives.NONE,
                        List.of(),
                        Optional.empty()),
                scenario);
    }

    @Test
    void aMinimalGateHasTheDefaults() throws ScenarioException {
        Gate gate = Scenarios.read(
                        Scenarios.MINIMAL + "gate: { smoke: { }, baseline: { checks: [ 'latency.p99 <= +10%' ] } }\n")
                .scenario()
                .gate()
                .orElseThrow();
        assertEquals(Optional.of(new Gate.Smoke(Duration.ofSeconds(60), 3)), gate.smoke());
        assertEquals(0.95, gate.confidence());
        assertEquals(Gate.OnUndecided.INCONCLUSIVE, gate.onUndecided());
        assertTrue(gate.abortWhenHopeless());
        assertFalse(gate.stopWhenDecided());
        assertEquals(Optional.empty(), gate.extendUntil());
        assertEquals(5, gate.baseline().orElseThrow().runs());
        assertTrue(gate.baseline().orElseThrow().required());
        assertEquals(Set.of(), gate.baseline().orElseThrow().allow());
    }

    @Test
    void theDefaultsAreThese() {
        Map<Block, Map<String, String>> defaults = new java.util.EnumMap<>(Block.class);
        for (Block block : Block.values()) {
            if (!block.defaults().isEmpty()) {
                defaults.put(block, block.defaults());
            }
        }
        assertEquals(
                Map.ofEntries(
                        Map.entry(Block.SCENARIO, Map.of("description", "", "repeat", "1", "seed", "7")),
                        Map.entry(
                                Block.TARGET,
                                Map.of("api", "openai-chat", "model", "auto", "timeout", "60s", "http", "auto")),
                        Map.entry(Block.CONNECTIONS, Map.of("max", "1024", "reuse", "true")),
                        Map.entry(Block.TLS, Map.of("verify", "true", "provider", "auto")),
                        Map.entry(Block.WORK, Map.of("weight", "1")),
                        Map.entry(Block.OUTPUT, Map.of("tokens", "128", "exact", "false")),
                        Map.entry(Block.SHARED_PREFIX, Map.of("groups", "1")),
                        Map.entry(Block.REQUEST, Map.of("method", "GET", "body", "")),
                        Map.entry(
                                Block.PHASE,
                                Map.of(
                                        "arrivals",
                                        "poisson",
                                        "max_in_flight",
                                        "10000",
                                        "think_time",
                                        "0s",
                                        "measure",
                                        "true",
                                        "after_drain",
                                        "false")),
                        Map.entry(Block.OBJECTIVES, Map.of("share", "95%")),
                        Map.entry(Block.NODE, Map.of("interval", "1s")),
                        Map.entry(
                                Block.GATE,
                                Map.of(
                                        "confidence",
                                        "95%",
                                        "on_undecided",
                                        "inconclusive",
                                        "abort_when_hopeless",
                                        "true",
                                        "stop_when_decided",
                                        "false")),
                        Map.entry(Block.SMOKE, Map.of("timeout", "60s", "requests", "3")),
                        Map.entry(Block.BASELINE, Map.of("runs", "5", "required", "true"))),
                defaults);
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat.yaml", "http.yaml"})
    void theResolvedTextIsTheSameScenario(String name) throws ScenarioException {
        ScenarioFile file = Scenarios.complete(name);
        assertEquals(file.scenario(), ScenarioReader.fromResolved(file.resolved()));
    }

    @Test
    void variablesAreNotReplacedTwice() throws ScenarioException {
        ScenarioFile file = ScenarioReader.read(
                "x",
                Scenarios.MINIMAL + "description: \"${env:TEXT}\"\n",
                Path.of("."),
                List.of(),
                Map.of("TEXT", "${env:TEXT}"));
        assertEquals("${env:TEXT}", file.scenario().description());
        assertEquals(file.scenario(), ScenarioReader.fromResolved(file.resolved()));
    }

    @Test
    void aVariableMayHoldAnyType() throws ScenarioException {
        Map<String, String> environment = Map.of("N", "12", "MODEL", "007", "EMPTY", "");
        ScenarioFile file = ScenarioReader.read(
                "x",
                Scenarios.MINIMAL,
                Path.of("."),
                List.of(
                        "repeat=${env:N}",
                        "target.model=${env:MODEL}",
                        "target.stream=${env:STREAM:-false}",
                        "phases[0].duration=${env:N}s",
                        "seed=${env:EMPTY:-3}"),
                environment);
        assertEquals(12, file.scenario().repeat());
        assertEquals("007", file.scenario().target().model());
        assertFalse(file.scenario().target().stream());
        assertEquals(Duration.ofSeconds(12), file.scenario().phases().getFirst().duration());
        assertEquals(3, file.scenario().seed());
        assertEquals(file.scenario(), ScenarioReader.fromResolved(file.resolved()));
    }

    @Test
    void keysAndCommentsKeepTheirVariables() throws ScenarioException {
        ScenarioFile file = Scenarios.read("# ${env:UNKNOWN}\n" + Scenarios.MINIMAL);
        assertInstanceOf(Load.Open.class, file.scenario().phases().getFirst().load());
    }

    @Test
    void aProblemOfAnAgentHasNoSecret() {
        ScenarioException e = assertThrows(
                ScenarioException.class,
                () -> ScenarioReader.fromResolved(
                        "target: { headers: { Authorization: Bearer abcdefgh } }\nabcdefgh: 1\n"));
        assertFalse(e.problems().stream().anyMatch(p -> p.sentence().contains("abcdefgh")), e.getMessage());
    }
}
