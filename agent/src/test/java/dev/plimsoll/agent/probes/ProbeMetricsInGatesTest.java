package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.ScenarioReader;
import dev.plimsoll.scenarios.Threshold;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every metric of every probe can stand in a gate. How each is judged then is in {@code NodeMetricsJudgedTest}. */
class ProbeMetricsInGatesTest {
    private final Workers workers = new Workers();
    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() throws Exception {
        workers.close();
        await(vertx.close());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {type: node-exporter, url: "http://127.0.0.1:9100/metrics"} | cpu.utilization.mean < 75%
            {type: local}                                               | cpu.core.max.p95 < 90%
            {type: local}                                               | network.retransmits.max < 5/s
            {type: dcgm, url: "http://127.0.0.1:9400/metrics"}          | gpu.temperature.max < 83C
            {type: nvidia-smi}                                          | gpu.clock.sm.min >= 1800MHz
            {type: nvidia-smi}                                          | gpu.throttled.mean < 1%
            {type: amd-smi}                                             | gpu.power.max < 700W
            {type: rocm-smi}                                            | gpu.temperature.max < 83C
            {type: vllm, url: "http://127.0.0.1:8000/metrics"}          | vllm.kv_cache.usage.max < 95%
            {type: vllm, url: "http://127.0.0.1:8000/metrics"}          | vllm.preemptions.max < 1/s
            {type: jvm, url: "http://127.0.0.1:8080/prometheus"}        | gc.pause.max < 50ms
            {type: jstat, pid: 1}                                       | gc.time.mean < 5%
            {type: jfr, pid: 1}                                         | gc.pause.max < 50ms
            """)
    void aProbesMetricsAreAccepted(String probe, String threshold) throws Exception {
        Scenario bare = scenario(probe, List.of(threshold));
        Set<String> metrics = new TreeSet<>(metrics(bare));
        String asked = threshold.substring(0, threshold.lastIndexOf('.', threshold.indexOf(' ')));
        assertTrue(metrics.contains(asked), () -> asked + " is none of " + metrics);
        assertEquals(
                metrics.stream().anyMatch(name -> name.startsWith("gpu.")),
                bare.nodes().getFirst().probes().getFirst().tellsOfGpus());
        List<String> thresholds = metrics.stream()
                .map(name -> name + ".mean >= 0" + unit(Metrics.find(name).orElseThrow()))
                .toList();
        Gate gate = scenario(probe, thresholds).gate().orElseThrow();
        assertEquals(
                List.copyOf(metrics),
                gate.thresholds().stream()
                        .map(Threshold::metric)
                        .map(Metric::name)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {type: exec, command: [date]} | gc.pause.max < 50ms
            {type: exec, command: [date]} | my.queue.mean < 10
            {type: prometheus, url: "http://127.0.0.1:9090", queries: {cpu.utilization: "x"}} | cpu.utilization.mean < 75%
            {type: prometheus, url: "http://127.0.0.1:9090", queries: {my.queue: "x"}}        | my.queue.mean < 10
            """)
    void whatAScenarioBringsAlongIsAccepted(String probe, String threshold) throws Exception {
        Threshold read = scenario(probe, List.of(threshold))
                .gate()
                .orElseThrow()
                .thresholds()
                .getFirst();
        assertEquals(threshold, read.expression());
    }

    /** What the probe of the scenario's only node is for; a source that hides its names until it answers has none. */
    private Set<String> metrics(Scenario scenario) throws Exception {
        HttpFetch fetch = new HttpFetch(vertx, Optional.empty());
        var node = scenario.nodes().getFirst();
        Probe probe = ProbeFactory.create(node, node.probes().getFirst(), fetch, workers);
        try {
            return probe.metrics();
        } finally {
            await(probe.close());
        }
    }

    private static String unit(Metric metric) {
        return metric.unit() == Unit.RATIO ? "%" : metric.unit().symbol();
    }

    private static Scenario scenario(String probe, List<String> thresholds) throws Exception {
        StringBuilder yaml = new StringBuilder("""
                name: probes
                target: { url: "http://127.0.0.1:8000" }
                workload: [ { name: chat, input: { tokens: 16 } } ]
                phases: [ { name: steady, duration: 10s, rate: 5/s } ]
                nodes: [ { name: node, probes: [ %s ] } ]
                gate:
                  thresholds:
                """.formatted(probe));
        thresholds.forEach(one -> yaml.append("    - \"").append(one).append("\"\n"));
        return ScenarioReader.read("test.yaml", yaml.toString(), Path.of("."), List.of(), Map.of())
                .scenario();
    }
}
