package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.simulator.SimulatorOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built program on a machine whose {@code nvidia-smi} and Python are scripts. */
class PreflightProcessTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String QUERY = """
        <?xml version="1.0" ?>
        <!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
        <nvidia_smi_log>
          <driver_version>550.54.15</driver_version>
          <cuda_version>12.4</cuda_version>
          <gpu id="00000000:19:00.0">
            <product_name>NVIDIA H100 80GB HBM3</product_name>
            <persistence_mode>Enabled</persistence_mode>
            <pci><pci_gpu_link_info>
              <pcie_gen><max_link_gen>5</max_link_gen><current_link_gen>5</current_link_gen></pcie_gen>
              <link_widths><max_link_width>16x</max_link_width><current_link_width>16x</current_link_width></link_widths>
            </pci_gpu_link_info></pci>
            <remapped_rows>
              <remapped_row_pending>PENDING</remapped_row_pending><remapped_row_failure>No</remapped_row_failure>
            </remapped_rows>
            <processes></processes>
          </gpu>
        </nvidia_smi_log>
        """;
    private static final String SCENARIO = """
        name: fit
        target: { url: "${env:TARGET}", api: openai-chat, timeout: 20s }
        workload: [ { name: chat, input: { tokens: 16 }, output: { tokens: 4, exact: true } } ]
        phases: [ { name: steady, duration: 2s, rate: 20/s } ]
        nodes: [ { name: gpu-0, probes: [ { type: local } ] } ]
        preflight: { driver_minimum: 550.54.15 }
        gate: { thresholds: [ "errors.ratio < 20%" ] }
        """;

    @AutoClose
    private static TestingSimulator simulator;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startSimulator() throws Exception {
        simulator = TestingSimulator.start(SimulatorOptions.builder().version("0.32.0"));
    }

    @BeforeEach
    void makeMachine() throws IOException {
        program("nvidia-smi", "case \"$*\" in '-q -x') cat '" + directory.resolve("query.xml") + "' ;; esac\n");
        program("python3", "echo vllm=0.32.0; echo torch=2.9.0; echo cuda=12.8\n");
        gpu("No");
        Files.writeString(directory.resolve("fit.yaml"), SCENARIO);
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.createDirectories(directory.resolve("bin")).resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script);
        assertTrue(file.toFile().setExecutable(true));
    }

    private void gpu(String pending) throws IOException {
        Files.writeString(directory.resolve("query.xml"), QUERY.replace("PENDING", pending));
    }

    private Launched run(String... arguments) throws IOException, InterruptedException {
        Map<String, String> environment =
                Map.of("PATH", directory.resolve("bin") + ":" + System.getenv("PATH"), "TARGET", simulator.url());
        Launched launched = Launched.start(directory, environment, arguments);
        launched.await();
        return launched;
    }

    private static JsonNode check(Launched launched, String id) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        JSON.readTree(launched.out()).path("checks").forEach(found::add);
        return found.stream()
                .filter(check -> check.path("id").asText().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError(id + " is not in " + launched.out()));
    }

    @Test
    void aMachineIsLookedAtInTextAndJson() throws Exception {
        try (Launched text = run("preflight", "--url", simulator.url())) {
            assertEquals(0, text.await(), text.err() + text.out());
            assertTrue(text.out().contains("ok        gpu.driver on "), text.out());
            assertFalse(text.out().contains("\u001b"), "colours in a file");
        }
        gpu("Yes");
        try (Launched json = run("preflight", "--format", "json")) {
            assertEquals(1, json.await(), json.err());
            JsonNode check = check(json, "gpu.remapped_rows");
            assertEquals("fail", check.path("outcome").asText());
            assertEquals(
                    "rows wait for a reset to be remapped", check.path("found").asText());
            for (String part : List.of("node", "wanted", "why", "repair")) {
                assertFalse(check.path(part).asText().isBlank(), part);
            }
        }
    }

    @Test
    void aVersionThatChangedAfterTheLockWasWrittenFailsWithTheDifference() throws Exception {
        try (Launched write = run("preflight", "--write-lock", "--url", simulator.url())) {
            assertEquals(0, write.await(), write.err());
        }
        assertEquals(
                """
                driver: "550.54.15"
                cuda: "12.4"
                pytorch: "2.9.0"
                pytorch_cuda: "12.8"
                vllm: "0.32.0"
                """, Files.readString(directory.resolve("versions.lock.yaml")).replaceFirst("#.*\n", ""));
        program("python3", "echo vllm=0.32.0; echo torch=2.10.0; echo cuda=12.8\n");
        try (Launched changed = run("preflight", "--lock", "versions.lock.yaml", "--format", "json")) {
            assertEquals(1, changed.await(), changed.err());
            JsonNode check = check(changed, "versions.pytorch");
            assertEquals("2.10.0", check.path("found").asText());
            assertEquals("2.9.0", check.path("wanted").asText());
            assertEquals("ok", check(changed, "versions.vllm").path("outcome").asText());
        }
        try (Launched again = run("preflight", "--write-lock")) {
            assertEquals(2, again.await(), again.err());
            assertTrue(again.err().contains("--force"), again.err());
        }
    }

    @Test
    void aScenarioWhoseNodesCannotBeSeenIsCode3() throws Exception {
        try (Launched blind = run("preflight", "fit.yaml", "--set", "nodes[0].agent=gpu-9")) {
            assertEquals(3, blind.await(), blind.err() + blind.out());
            assertTrue(blind.out().contains("node.agent on gpu-0: no agent \"gpu-9\" is here"), blind.out());
        }
    }

    @Test
    void aGateOnAMachineThatIsNotFitSendsNothingAndIsInconclusive() throws Exception {
        try (Launched gate =
                run("gate", "fit.yaml", "--format", "json", "--set", "preflight.driver_minimum=\"999.1\"")) {
            assertEquals(3, gate.await(), gate.err() + gate.out());
            assertEquals(
                    "INCONCLUSIVE", JSON.readTree(gate.out()).path("verdict").asText());
            assertTrue(gate.out().contains("gpu.driver on gpu-0: 550.54.15; wanted: at least 999.1"), gate.out());
        }
        RunBundle bundle = new RunStore(directory.resolve("runs")).latest().orElseThrow();
        JsonNode kept =
                JSON.readTree(bundle.directory().resolve("preflight.json").toFile());
        assertEquals("gpu.driver", kept.path("checks").path(0).path("id").asText());
        assertEquals("fail", kept.path("checks").path(0).path("outcome").asText());
        assertEquals(
                0,
                JSON.readTree(bundle.directory().resolve("summary.json").toFile())
                        .path("phases")
                        .size());
    }

    /** A verdict may be INCONCLUSIVE on a busy machine; what counts here is that load was sent to its end. */
    private void assertMeasured(Launched gate) throws Exception {
        int code = gate.await();
        RunBundle bundle = new RunStore(directory.resolve("runs")).latest().orElseThrow();
        assertEquals(RunInfo.Status.FINISHED, bundle.info().status(), gate.err() + gate.out());
        assertTrue(code == 0 || code == 3, gate.err() + gate.out());
        assertFalse(gate.out().contains("not fit to be measured"), gate.out());
    }

    @Test
    void aGateGoesOnWhereNobodyLooksOrWhereAllIsWell() throws Exception {
        try (Launched gate = run("gate", "fit.yaml", "--no-preflight", "--set", "preflight.driver_minimum=\"999.1\"")) {
            assertMeasured(gate);
        }
        RunStore store = new RunStore(directory.resolve("runs"));
        assertFalse(
                Files.exists(store.latest().orElseThrow().directory().resolve("preflight.json")), "nobody was to look");
        Files.writeString(directory.resolve("versions.lock.yaml"), "vllm: \"0.32.0\"\n");
        try (Launched gate = run("gate", "fit.yaml", "--set", "preflight.lock=versions.lock.yaml")) {
            assertMeasured(gate);
        }
        String kept = Files.readString(store.latest().orElseThrow().directory().resolve("preflight.json"));
        assertTrue(kept.contains("\"node\" : \"target\""), kept);
    }

    @Test
    void aTargetOfAnotherVersionThanTheLockedOneIsInconclusive() throws Exception {
        Files.writeString(directory.resolve("versions.lock.yaml"), "vllm: \"0.31.0\"\n");
        program("python3", "echo vllm=0.31.0\n");
        try (Launched gate = run("gate", "fit.yaml", "--set", "preflight.lock=versions.lock.yaml")) {
            assertEquals(3, gate.await(), gate.err() + gate.out());
            assertTrue(gate.out().contains("versions.vllm on target: 0.32.0; wanted: 0.31.0"), gate.out());
        }
    }

    @Test
    void aLockFileThatIsWrongIsCode2() throws Exception {
        Files.writeString(directory.resolve("bad.yaml"), "drivr: \"1\"\n");
        try (Launched gate = run("gate", "fit.yaml", "--set", "preflight.lock=bad.yaml")) {
            assertEquals(2, gate.await(), gate.err());
            assertTrue(gate.err().contains("did you mean \"driver\"?"), gate.err());
            assertFalse(Files.exists(directory.resolve("runs")));
        }
    }

    @Test
    void aScenarioIsLookedAtFromWhereItsGateWouldLook() throws Exception {
        try (HttpPage exporter = HttpPage.of(
                "node_timex_sync_status 0\nnode_memory_SwapTotal_bytes 0\n" + "node_memory_SwapFree_bytes 0\n")) {
            Files.writeString(
                    directory.resolve("fleet.yaml"),
                    SCENARIO.replaceFirst(
                            "nodes: .*",
                            "nodes: [ { name: gpu-0, agent: agent-2, probes: [ { type: nvidia-smi } ] },"
                                    + " { name: far, probes: [ { type: node-exporter, url: \"" + exporter.url()
                                    + "\" } ] },"
                                    + " { name: lost, agent: gpu-9, probes: [ { type: nvidia-smi } ] } ]"));
            try (Launched agents = run("preflight", "fleet.yaml", "--agents", "2", "--format", "json")) {
                assertEquals(0, agents.await(), agents.err() + agents.out());
                JsonNode nodes = JSON.readTree(agents.out()).path("nodes");
                List<String> seen = new ArrayList<>();
                nodes.forEach(node -> seen.add(
                        node.path("node").asText() + " by " + node.path("by").asText()));
                assertEquals(
                        List.of(
                                "gpu-0 by agent agent-2",
                                "far by its pages alone (node-exporter)",
                                "lost by nobody: no agent \"gpu-9\" is here"),
                        seen);
                assertEquals("gpu-0", check(agents, "gpu.driver").path("node").asText());
                assertEquals("ok", check(agents, "gpu.driver").path("outcome").asText());
            }
            // In one process there is no agent-2: its node cannot be looked at, and what pages tell is told all the
            // same.
            try (Launched alone = run("preflight", "fleet.yaml")) {
                assertEquals(0, alone.await(), alone.err() + alone.out());
                assertTrue(alone.out().contains("warn      clock.synchronised on far: not synchronised"), alone.out());
                assertTrue(alone.out().contains("ok        memory.swap on far: no swap"), alone.out());
                assertTrue(
                        alone.out().contains("gpu-0: looked at by nobody: no agent \"agent-2\" is here"), alone.out());
            }
        }
    }

    /** A page at an address of its own. */
    private record HttpPage(HttpServer server) implements AutoCloseable {
        static HttpPage of(String text) throws IOException {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            server.createContext("/metrics", exchange -> {
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            server.start();
            return new HttpPage(server);
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/metrics";
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
