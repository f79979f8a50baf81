package dev.plimsoll.controller.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.agent.protocol.PagesRequest;
import dev.plimsoll.controller.run.PreflightPlan.Look;
import dev.plimsoll.controller.run.PreflightPlan.Place;
import dev.plimsoll.measurements.MachineFacts;
import dev.plimsoll.reports.preflight.Machine;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreflightPlanTest {
    private static final Place FIRST = new Place("1", "load-1", "generator-a");
    private static final Place SECOND = new Place("2", "load-2", "generator-a");
    private static final Place NODE = new Place("3", "gpu-0", "gpu-host");

    private static Scenario scenario(String nodes) throws ScenarioException {
        return ScenarioReader.read("test.yaml", """
                name: plan
                target: { url: [ "http://gpu-host:8000", "https://gateway/v1" ], api: openai-chat }
                workload: [ { name: chat, input: { tokens: 16 } } ]
                phases: [ { name: steady, duration: 1s, rate: 1/s } ]
                preflight: { model: /models/llama }
                nodes:
                """ + nodes, Path.of(""), List.of(), Map.of())
                .scenario();
    }

    @Test
    void aNodeIsLookedAtByItsAgentAndEveryMachineOnce() throws ScenarioException {
        PreflightPlan plan = PreflightPlan.of(
                scenario("  - { name: gpu node, agent: gpu-0, probes: [ { type: nvidia-smi } ] }\n"),
                List.of(FIRST, SECOND, NODE),
                true);
        assertEquals(Map.of(), plan.unseen());
        assertEquals(
                List.of(NODE, FIRST), plan.looks().stream().map(Look::place).toList());
        Look node = plan.looks().getFirst();
        assertEquals(List.of("gpu node"), node.serves());
        assertEquals(Optional.of("/models/llama"), node.request().model());
        Look generator = plan.looks().getLast();
        assertEquals(List.of(), generator.serves());
        assertEquals("generator generator-a", generator.generator());
        assertEquals(Optional.empty(), generator.request().model());
        assertEquals(false, generator.request().versions());
        assertEquals(
                List.of("gpu-host:8000", "gateway:443"), generator.request().targets());
    }

    @Test
    void oneMachineThatIsNodeAndGeneratorIsTheNode() throws ScenarioException {
        PreflightPlan plan =
                PreflightPlan.of(scenario("  - { name: here, probes: [ { type: local } ] }\n"), List.of(FIRST), true);
        MachineFacts facts = new MachineFacts("generator-a", Map.of(), List.of());
        assertEquals(
                List.of(new Machine("here", true, true, facts)),
                plan.looks().getFirst().machines(facts));
    }

    @Test
    void nodesThatNobodyCanLookAtAreNamed() throws ScenarioException {
        PreflightPlan plan = PreflightPlan.of(scenario("""
                  - { name: lost, agent: gpu-9, probes: [ { type: nvidia-smi } ] }
                  - { name: pages, probes: [ { type: vllm, url: "http://gpu-host:8000/metrics" } ] }
                """), List.of(FIRST), false);
        assertEquals(List.of(), plan.pages());
        assertEquals(
                Map.of(
                        "lost", "no agent \"gpu-9\" is here",
                        "pages", "it is watched from elsewhere only, by pages that tell nothing of its machine"),
                plan.unseen());
        Look generator = plan.looks().getFirst();
        assertEquals("generator", generator.generator());
    }

    @Test
    void aNodeThatIsWatchedFromElsewhereIsLookedAtByItsExportersPages() throws ScenarioException {
        PreflightPlan plan = PreflightPlan.of(scenario("""
                  - name: far
                    probes:
                      - { type: node-exporter, url: "http://far:9100/metrics" }
                      - { type: dcgm, url: "http://far:9400/metrics" }
                      - { type: vllm, url: "http://far:8000/metrics" }
                """), List.of(FIRST, SECOND), false);
        assertEquals(Map.of(), plan.unseen());
        PreflightPlan.Pages pages = plan.pages().getFirst();
        assertEquals(FIRST, pages.place());
        assertEquals("node-exporter, dcgm", pages.exporters());
        assertEquals(
                new PagesRequest(
                        "far",
                        Optional.of("/models/llama"),
                        List.of(
                                new PagesRequest.Page(PagesRequest.Exporter.NODE, "http://far:9100/metrics"),
                                new PagesRequest.Page(PagesRequest.Exporter.DCGM, "http://far:9400/metrics"))),
                pages.request());
    }
}
