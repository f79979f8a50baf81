package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Comparisons and baselines, through the launcher. */
class CompareProcessTest {
    /* A limit that a busy machine keeps: what is tested is which runs are compared. */
    private static final String SCENARIO = """
        name: short
        target: { url: "${env:TARGET}", api: openai-chat, timeout: 20s }
        workload: [ { name: chat, input: { tokens: 32 }, output: { tokens: 8, exact: true } } ]
        phases: [ { name: steady, duration: 3s, rate: 20/s } ]
        gate:
          smoke: { timeout: 20s, requests: 1 }
          baseline: { required: false, checks: [ "throughput >= -90%" ] }
        """;

    @TempDir
    private Path directory;

    private int compare(List<String> arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("compare", "--out", "."));
        all.addAll(arguments);
        try (Launched compare = Launched.start(directory, Map.of(), all.toArray(String[]::new))) {
            return compare.await();
        }
    }

    @Test
    void everyExitCodeIsGiven() throws Exception {
        String fast = TestingBundles.write(directory, 1, 100, "0.32.0", Optional.empty());
        String slow = TestingBundles.write(directory, 2, 150, "0.32.0", Optional.empty());
        String newer = TestingBundles.write(directory, 3, 100, "0.33.0", Optional.empty());
        assertEquals(0, compare(List.of(fast, slow, "--html", "page.html")));
        assertTrue(Files.size(directory.resolve("page.html")) > 10_000);
        assertEquals(1, compare(List.of(fast, slow, "--fail-on", "latency.mean <= +10%")));
        assertEquals(2, compare(List.of(fast)));
        assertEquals(3, compare(List.of(fast, newer)));
    }

    private Launched gate(String url, String... overrides) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("gate", "short.yaml", "--quiet"));
        for (String override : overrides) {
            arguments.addAll(List.of("--set", override));
        }
        Launched gate = Launched.start(directory, Map.of("TARGET", url), arguments.toArray(String[]::new));
        gate.await();
        return gate;
    }

    @Test
    void aReleaseOfAnotherVersionIsComparedWhenTheGateAllowsIt() throws Exception {
        Files.writeString(directory.resolve("short.yaml"), SCENARIO);
        try (Launched first = Launched.start(directory, Map.of(), "sim", "--port", "0");
                Launched second =
                        Launched.start(directory, Map.of(), "sim", "--port", "0", "--vllm-version", "0.33.0")) {
            first.until(() -> first.out().endsWith("\n"));
            second.until(() -> second.out().endsWith("\n"));
            Launched promoted = gate(first.out().strip());
            assertTrue(
                    promoted.out().contains("not compared with a baseline: there is no promoted run"), promoted::out);
            String url = second.out().strip();
            Launched refused = gate(url, "gate.baseline.required=true");
            assertTrue(refused.out().contains("INCONCLUSIVE"), refused::out);
            String told = refused.out().replaceAll("\\s+", " ");
            assertTrue(told.contains("vLLM version 0.32.0, now 0.33.0; if that is what the release changes"), told);
            assertTrue(told.contains("gate.baseline.allow: [vllm_version]"), told);
            Launched allowed = gate(url, "gate.baseline.required=true", "gate.baseline.allow=[vllm_version]");
            assertTrue(allowed.out().contains("✓ pass  throughput >= -90%"), allowed::out);
        }
    }
}
