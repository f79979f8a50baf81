package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.simulator.SimulatorOptions;
import java.io.IOException;
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

/** Gates on a machine whose {@code nvidia-smi} is a script: its GPU idles at generation 1, then works. */
class LinkUnderLoadProcessTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String QUERY = """
        <?xml version="1.0" ?>
        <nvidia_smi_log>
          <driver_version>550.54.15</driver_version>
          <gpu id="00000000:19:00.0">
            <product_name>NVIDIA H100 80GB HBM3</product_name>
            <pci><pci_gpu_link_info>
              <pcie_gen><max_link_gen>5</max_link_gen><current_link_gen>1</current_link_gen></pcie_gen>
              <link_widths><max_link_width>16x</max_link_width><current_link_width>LANESx</current_link_width></link_widths>
            </pci_gpu_link_info></pci>
            <utilization><gpu_util>0 %</gpu_util></utilization>
            <processes></processes>
          </gpu>
        </nvidia_smi_log>
        """;

    /** Plays what the probe asks for: rounds of an idle GPU, and then of one at work whose link has those lanes. */
    private static final String SMI = """
        case "$*" in
          '-q -x') cat "$PLAYED/query.xml" ;;
          --help-query-gpu)
            for field in index uuid count utilization.gpu pcie.link.gen.current pcie.link.gen.max \\
              pcie.link.width.current pcie.link.width.max; do echo "\\"$field\\""; echo "Text."; done ;;
          --query-gpu=*)
            round=0
            while :; do
              if [ $round -lt IDLE ]; then echo "0, GPU-1, 1, 0, 1, 5, LANES, 16"; else echo "0, GPU-1, 1, 97, 5, 5, LANES, 16"; fi
              round=$((round + 1))
              sleep 0.2
            done ;;
        esac
        """;

    private static final String SCENARIO = """
        name: link
        target: { url: "${env:TARGET}", api: openai-chat, timeout: 20s }
        workload: [ { name: chat, input: { tokens: 16 }, output: { tokens: 4, exact: true } } ]
        phases: [ { name: steady, duration: 6s, rate: 20/s } ]
        nodes: [ { name: gpu-0, interval: 200ms, probes: [ { type: nvidia-smi } ] } ]
        preflight: { required: [ gpu.pcie.generation ] }
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
    void writeScenario() throws IOException {
        Files.writeString(directory.resolve("link.yaml"), SCENARIO);
    }

    private Launched run(int lanes, String... arguments) throws IOException, InterruptedException {
        return run(3, lanes, arguments);
    }

    /** With so many idle rounds before the GPU is at work. */
    private Launched run(int idle, int lanes, String... arguments) throws IOException, InterruptedException {
        Path program = Files.createDirectories(directory.resolve("bin")).resolve("nvidia-smi");
        Files.writeString(
                program,
                "#!/bin/sh\n" + SMI.replace("LANES", String.valueOf(lanes)).replace("IDLE", String.valueOf(idle)));
        assertTrue(program.toFile().setExecutable(true));
        Files.writeString(directory.resolve("query.xml"), QUERY.replace("LANES", String.valueOf(lanes)));
        Map<String, String> environment = Map.of(
                "PATH", directory.resolve("bin") + ":" + System.getenv("PATH"),
                "PLAYED", directory.toString(),
                "TARGET", simulator.url());
        Launched launched = Launched.start(directory, environment, arguments);
        launched.await();
        return launched;
    }

    private RunBundle bundle() {
        return new RunStore(directory.resolve("runs")).latest().orElseThrow();
    }

    /** The events that answer a check under load. */
    private List<JsonNode> answers() throws IOException {
        List<JsonNode> answers = new ArrayList<>();
        for (String line : Files.readAllLines(bundle().directory().resolve("events.ndjson"))) {
            JsonNode event = JSON.readTree(line);
            if (event.path("type").asText().equals("preflight") && event.has("id")) {
                answers.add(event);
            }
        }
        return answers;
    }

    private JsonNode kept(String id) throws IOException {
        JsonNode checks = JSON.readTree(
                        bundle().directory().resolve("preflight.json").toFile())
                .path("checks");
        List<JsonNode> found = new ArrayList<>();
        checks.forEach(found::add);
        List<JsonNode> those = found.stream()
                .filter(check -> check.path("id").asText().equals(id))
                .toList();
        assertEquals(1, those.size(), checks.toString());
        return those.getFirst();
    }

    @Test
    void aLinkThatTrainsUpUnderLoadIsOkAndTheGateGoesOn() throws Exception {
        try (Launched gate = run(16, "gate", "link.yaml")) {
            int code = gate.await();
            // A verdict may be INCONCLUSIVE on a busy machine; what counts here is that load was sent to its end.
            assertTrue(code == 0 || code == 3, gate.err() + gate.out());
            assertEquals(RunInfo.Status.FINISHED, bundle().info().status(), gate.err() + gate.out());
            assertTrue(gate.err().contains("gpu.pcie.generation on gpu-0: generation 5 of 5 under load"), gate.err());
        }
        JsonNode answer = answers().getFirst();
        assertEquals("ok", answer.path("outcome").asText());
        assertEquals("gpu.pcie.generation", answer.path("id").asText());
        assertEquals("gpu-0", answer.path("node").asText());
        assertTrue(answer.path("t").asDouble() > 0, answer.toString());
        assertEquals("ok", kept("gpu.pcie.generation").path("outcome").asText());
    }

    @Test
    void aLinkThatStaysNarrowUnderLoadMakesTheGateInconclusiveAtOnce() throws Exception {
        try (Launched gate = run(8, "gate", "link.yaml", "--set", "phases[0].duration=90s", "--format", "json")) {
            assertEquals(3, gate.await(), gate.err() + gate.out());
            JsonNode verdict = JSON.readTree(gate.out());
            assertEquals("INCONCLUSIVE", verdict.path("verdict").asText());
            assertTrue(
                    verdict.path("reasons").toString().contains("gpu.pcie.width on gpu-0: x8 of x16 under load"),
                    gate.out());
        }
        assertEquals(RunInfo.Status.ABORTED, bundle().info().status());
        JsonNode answer = answers().stream()
                .filter(event -> event.path("id").asText().equals("gpu.pcie.width"))
                .findFirst()
                .orElseThrow();
        assertEquals("fail", answer.path("outcome").asText());
        assertEquals("x8 of x16 under load", answer.path("found").asText());
        assertEquals("all lanes of GPU and slot", answer.path("wanted").asText());
        for (String part : List.of("why", "repair", "sentence")) {
            assertFalse(answer.path(part).asText().isBlank(), part);
        }
        assertEquals("fail", kept("gpu.pcie.width").path("outcome").asText());
        String report = Files.readString(bundle().directory().resolve("report.html"));
        assertTrue(report.contains("x8 of x16 under load"), "the report tells it");
    }

    @Test
    void aRunThatNobodyLookedAtBeforeIsToldAndGoesOn() throws Exception {
        try (Launched run = run(8, "run", "link.yaml")) {
            assertEquals(0, run.await(), run.err() + run.out());
            assertTrue(run.err().contains("gpu.pcie.width on gpu-0: x8 of x16 under load"), run.err());
        }
        assertEquals(RunInfo.Status.FINISHED, bundle().info().status());
        assertEquals(
                List.of("gpu.pcie.width"),
                answers().stream().map(event -> event.path("id").asText()).toList());
    }

    @Test
    void aRequiredLinkThatLoadNeverAnsweredIsInconclusive() throws Exception {
        try (Launched gate = run(1_000_000, 16, "gate", "link.yaml", "--set", "phases[0].duration=2s")) {
            assertEquals(3, gate.await(), gate.err() + gate.out());
            assertTrue(
                    gate.err().contains("generation 1 of 5, and the GPU was not at work for long enough to tell"),
                    gate.err());
        }
        assertEquals("fail", kept("gpu.pcie.generation").path("outcome").asText());
    }
}
