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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The built program on a machine that hinders it: the gate says INCONCLUSIVE, and which part of the machine it was.
 *
 * <p>The target answers after a millisecond and all limits are wide, so nothing but the generator can spoil the verdict.
 * A machine that is busy besides makes a symptom worse, never better.
 */
@EnabledOnOs(OS.LINUX)
class SuspectGeneratorProcessTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String SCENARIO = """
        name: suspect
        target: { url: "${env:TARGET}", api: http, timeout: 20s }
        workload: [ { name: get, request: { method: GET, path: / } } ]
        phases: [ { name: steady, duration: 4s, rate: 400/s, arrivals: constant } ]
        gate: { thresholds: [ "errors.ratio < 99%", "throughput > 1/s" ] }
        """;

    private static final String SENT_LATE = "the generator sent late: send lag p99 [0-9.]+ ms, limit 5\\.0 ms; ";

    /** More than enough to leave a process on the same core less than it needs. */
    private static final int BUSY_LOOPS = 12;

    @TempDir
    private Path directory;

    private final List<Process> beside = new ArrayList<>();
    private ScheduleServer target;

    @BeforeEach
    void start() {
        target = ScheduleServer.start(ScheduleOptions.unary(Duration.ofMillis(1)));
    }

    @AfterEach
    void stop() throws IOException {
        endBeside();
        target.close();
    }

    private void endBeside() {
        beside.forEach(Process::destroyForcibly);
        beside.clear();
    }

    /** Starts a gate in the place of a shell that does something to itself first. */
    private Launched gate(String before, String jvmOptions, String... options) throws IOException {
        Path file = Files.writeString(directory.resolve("suspect.yaml"), SCENARIO);
        List<String> arguments = new ArrayList<>(List.of("gate", file.toString(), "--format", "json"));
        arguments.addAll(List.of(options));
        Map<String, String> environment = Map.of("TARGET", target.url(), "PLIMSOLL_JVM_OPTIONS", jvmOptions);
        return Launched.startAfter(before, directory, environment, arguments);
    }

    private int intervals() {
        return new RunStore(directory.resolve("runs"))
                .latest()
                .map(bundle -> bundle.intervals().size())
                .orElse(0);
    }

    /** Waits until load runs. */
    private void awaitLoad(Launched gate) throws Exception {
        gate.until(() -> intervals() >= 1);
    }

    /** Checks the verdict, and that one of its reasons has that form. */
    private static void assertInconclusive(Launched gate, String form) throws Exception {
        assertEquals(3, gate.await(), () -> gate.err() + gate.out());
        JsonNode verdict = JSON.readTree(gate.out());
        assertEquals("INCONCLUSIVE", verdict.path("verdict").asText(), gate.out());
        Pattern pattern = Pattern.compile(form);
        boolean said = false;
        for (JsonNode reason : verdict.path("reasons")) {
            said |= pattern.matcher(reason.asText()).find();
        }
        assertTrue(said, () -> "no reason is \"" + form + "\" in " + verdict.path("reasons"));
    }

    /** Runs a command of the system to its end; says whether it ended well. */
    private static boolean ran(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    private static boolean has(String tool) throws InterruptedException {
        try {
            return ran(tool, "--version");
        } catch (IOException missing) {
            return false;
        }
    }

    /** The last processor that this process may run on. */
    private static String lastCore() throws IOException {
        String allowed = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .findFirst()
                .orElseThrow();
        return allowed.replaceAll(".*[^0-9]", "");
    }

    @Test
    void busyLoopsOnItsCoreAreNamed() throws Exception {
        assumeTrue(has("taskset"), "taskset is missing: nothing can be put on the generator's core");
        String core = lastCore();
        try (Launched gate = gate("true", "", "--set", "phases[0].duration=5s")) {
            awaitLoad(gate);
            assertTrue(ran("taskset", "-acp", core, String.valueOf(gate.pid())));
            for (int i = 0; i < BUSY_LOOPS; i++) {
                beside.add(new ProcessBuilder("taskset", "-c", core, "sh", "-c", "while :; do :; done").start());
            }
            gate.until(() -> intervals() >= 4);
            endBeside();
            assertInconclusive(
                    gate,
                    SENT_LATE
                            + "an event loop was ready and waited for a core [0-9]+ % of the time: end what runs beside "
                            + "it, or use more agents or cores");
        }
    }

    @Test
    void aCgroupThatHoldsItBackIsNamed() throws Exception {
        Optional<CpuGroup> possible = CpuGroup.create();
        assumeTrue(
                possible.isPresent(),
                "no cgroup with a CPU limit can be made here (it takes root and a cpu controller)");
        try (CpuGroup group = possible.orElseThrow()) {
            try (Launched gate = gate(group.join(), "", "--set", "phases[0].duration=8s")) {
                awaitLoad(gate);
                group.limit(8);
                gate.until(() -> intervals() >= 6);
                group.lift();
                assertInconclusive(
                        gate,
                        "the generator's cgroup was throttled [0-9]+ % of the time over 5 s, limit 5 %; raise its CPU limit");
            }
        }
    }

    @Test
    void anAgentOutOfDescriptorsIsNamed() throws Exception {
        assumeTrue(has("prlimit"), "prlimit is missing: the limit of a process that runs cannot be changed");
        String marker = "-Dplimsoll.test=mine";
        try (Launched gate = gate("true", marker, "--agents", "1", "--set", "target.connections.reuse=false")) {
            awaitLoad(gate);
            ProcessHandle agent = ProcessHandle.of(gate.pid())
                    .orElseThrow()
                    .children()
                    .findFirst()
                    .orElseThrow();
            List<String> options = List.of(agent.info().arguments().orElseThrow());
            assertTrue(options.contains(marker), () -> "the agent has not the program's JVM options: " + options);
            assertTrue(ran("prlimit", "--pid", String.valueOf(agent.pid()), "--nofile=64:64"));
            assertInconclusive(
                    gate,
                    "the generator used [0-9]+ of 64 file descriptors, limit 95 %; raise the limit \\(ulimit -n\\)");
            assertTrue(gate.out().contains("requests could not be sent, limit 0"), gate.out());
        }
    }

    @Test
    void longCollectionsAreNamed() throws Exception {
        String serial = "-XX:-UseG1GC -XX:+UseSerialGC -Xmx256m";
        try (Launched gate = gate("true", serial)) {
            awaitLoad(gate);
            VirtualMachine jvm = VirtualMachine.attach(String.valueOf(gate.pid()));
            String address = jvm.startLocalManagementAgent();
            jvm.detach();
            try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address))) {
                MemoryMXBean memory = ManagementFactory.newPlatformMXBeanProxy(
                        connector.getMBeanServerConnection(), ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
                while (intervals() < 4) {
                    memory.gc();
                }
            }
            assertInconclusive(
                    gate,
                    SENT_LATE
                            + "garbage collections stopped it [0-9]+ % of the time, for [0-9]+ ms at most: give it more "
                            + "memory \\(PLIMSOLL_JVM_OPTIONS=-Xmx…\\)");
        }
    }

    /** A process that is stopped now and then is one whose event loops stand still. */
    @Test
    void aProcessThatStandsStillIsLate() throws Exception {
        try (Launched gate = gate("true", "")) {
            awaitLoad(gate);
            String pid = String.valueOf(gate.pid());
            for (int i = 0; i < 6; i++) {
                assertTrue(ran("sh", "-c", "kill -STOP " + pid + "; sleep 0.2; kill -CONT " + pid + "; sleep 0.1"));
            }
            assertInconclusive(gate, SENT_LATE + ".+: .+");
        }
    }
}
