package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.tools.attach.VirtualMachine;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.simulator.truth.ScheduleOptions;
import dev.plimsoll.simulator.truth.ScheduleServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The built program on a machine that hinders it: the gate says INCONCLUSIVE, and which part of the machine it was.
 *
 * <p>The target answers after a millisecond and has a limit of ten seconds, so nothing but the generator can fail the
 * gate. A machine that is busy besides makes a symptom worse, never better.
 */
class SuspectGeneratorProcessTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String SCENARIO = """
        name: suspect
        target: { url: "${env:TARGET}", api: http, timeout: 20s }
        workload: [ { name: get, request: { method: GET, path: / } } ]
        phases:
          - { name: warm-up, duration: 1s, rate: 50/s, measure: false }
          - { name: steady, duration: 7s, rate: 400/s, arrivals: constant }
        gate: { thresholds: [ "errors.ratio < 50%", "throughput > 1/s" ] }
        """;

    @TempDir
    private Path directory;

    private ScheduleServer target;

    @BeforeEach
    void start() {
        target = ScheduleServer.start(ScheduleOptions.unary(Duration.ofMillis(1)));
    }

    @AfterEach
    void stop() throws IOException {
        target.close();
    }

    /** Starts a gate by way of a shell that does something to itself first. */
    private Launched gate(String before, Map<String, String> environment, String... settings) throws IOException {
        Path file = Files.writeString(directory.resolve("suspect.yaml"), SCENARIO);
        List<String> command = new ArrayList<>(List.of("gate", file.toString(), "--format", "json"));
        for (String setting : settings) {
            command.addAll(List.of("--set", setting));
        }
        Map<String, String> all = new java.util.HashMap<>(environment);
        all.put("TARGET", target.url());
        return Launched.startAfter(before, directory, all, command);
    }

    /** Waits until measured load has run for a second. */
    private void awaitLoad(Launched gate) throws InterruptedException {
        gate.until(() -> new RunStore(directory.resolve("runs"))
                .latest()
                .map(bundle -> bundle.intervals().size() >= 2)
                .orElse(false));
    }

    /** Checks the verdict, and that one finding on the generator has that form. */
    private static void assertInconclusive(Launched gate, String sentence) throws Exception {
        assertEquals(3, gate.await(), () -> gate.err() + gate.out());
        JsonNode verdict = JSON.readTree(gate.out());
        assertEquals("INCONCLUSIVE", verdict.path("verdict").asText(), gate.out());
        Pattern form = Pattern.compile(sentence);
        boolean said = verdict.findValuesAsText("reason").stream().anyMatch(reason -> form.matcher(reason)
                .find());
        assertTrue(said || form.matcher(gate.out()).find(), () -> sentence + " not in " + gate.out());
    }
}
