package dev.plimsoll.agent.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.protocol.LookRequest;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineLookTest {
    private static final LookRequest NOTHING_MORE =
            new LookRequest(Optional.empty(), Optional.empty(), false, List.of());

    @TempDir
    private Path root;

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private MachineFacts look(LookRequest request) throws InterruptedException {
        return new MachineLook(
                        root,
                        List.of("no-such-nvidia-smi"),
                        () -> Fact.of("synchronised 31000"),
                        Duration.ofSeconds(20))
                .look("gpu-0", request);
    }

    @Test
    void thisMachineTellsWhatEveryLinuxTells() throws Exception {
        MachineFacts facts = MachineLook.here().look("here", NOTHING_MORE);
        assertEquals("here", facts.host());
        assertTrue(facts.of(MachineFact.SWAP).value().matches("\\d+ \\d+"), facts.toString());
        assertTrue(facts.of(MachineFact.OPEN_FILES).value().matches("\\d+|unlimited"), facts.toString());
        assertTrue(facts.of(MachineFact.PORTS).value().matches("\\d+ \\d+"), facts.toString());
        // Some sandboxes forbid the question.
        Fact clock = facts.of(MachineFact.CLOCK);
        assertTrue(
                clock.value().matches("(un)?synchronised \\d+")
                        || clock.absence().contains("adjtimex"),
                clock.toString());
        assertFalse(facts.machine().containsKey(MachineFact.DISK_FREE), "nobody asked for disks");
    }

    @Test
    void badSettingsAreFoundBelowAnyRoot() throws Exception {
        for (int core = 0; core < 3; core++) {
            String cpu = "sys/devices/system/cpu/cpu" + core + "/";
            file(cpu + "cpufreq/scaling_governor", core == 1 ? "performance\n" : "powersave\n");
        }
        String idle = "sys/devices/system/cpu/cpu0/cpuidle/";
        file(idle + "state0/name", "POLL\n");
        file(idle + "state0/latency", "0\n");
        file(idle + "state1/name", "C6\n");
        file(idle + "state1/latency", "170\n");
        file(idle + "state1/disable", "0\n");
        file(idle + "state2/name", "C10\n");
        file(idle + "state2/latency", "900\n");
        file(idle + "state2/disable", "1\n");
        file("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
        file("proc/meminfo", "MemTotal: 100 kB\nSwapTotal: 2048 kB\nSwapFree: 1024 kB\n");
        file("proc/self/limits", "Max open files            1024                 4096                 files     \n");
        file("proc/sys/net/ipv4/ip_local_port_range", "60000\t60999\n");
        MachineFacts facts = look(NOTHING_MORE);
        assertEquals(
                "performance, powersave", facts.of(MachineFact.CPU_GOVERNOR).value());
        // C10 is switched off.
        assertEquals("C6 170", facts.of(MachineFact.CPU_IDLE_STATE).value());
        assertEquals("always", facts.of(MachineFact.HUGE_PAGES).value());
        // 2048 KiB - 1024 KiB are in use, in bytes.
        assertEquals("1048576 2097152", facts.of(MachineFact.SWAP).value());
        assertEquals("1024", facts.of(MachineFact.OPEN_FILES).value());
        assertEquals("60000 60999", facts.of(MachineFact.PORTS).value());
        assertEquals("synchronised 31000", facts.of(MachineFact.CLOCK).value());
    }

    @Test
    void whatIsNotThereIsAbsentWithAReason() throws Exception {
        MachineFacts facts = look(NOTHING_MORE);
        for (MachineFact name : new SystemFiles(root).names()) {
            assertFalse(facts.of(name).known(), name.toString());
            assertFalse(facts.of(name).absence().isBlank(), name.toString());
        }
    }

    @Test
    void aPartThatHangsIsGivenUpAndTheOthersStay() throws Exception {
        file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        MachineLook look = new MachineLook(
                root,
                List.of("/bin/sh", "-c", "exec sleep 600"),
                () -> Fact.of("synchronised 1"),
                Duration.ofMillis(400));
        MachineFacts facts = look.look("gpu-0", NOTHING_MORE);
        assertEquals(
                "it took longer than 400 ms to look", facts.of(MachineFact.GPUS).absence());
        assertEquals("madvise", facts.of(MachineFact.HUGE_PAGES).value());
    }

    @Test
    void theRoundTripIsTheShortestConnection() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String target = "127.0.0.1:" + server.getLocalPort();
            Fact fact = look(new LookRequest(Optional.empty(), Optional.empty(), false, List.of(target)))
                    .of(MachineFact.ROUND_TRIP);
            assertTrue(fact.value().matches("127\\.0\\.0\\.1:\\d+ \\d+"), fact.toString());
        }
    }

    @Test
    void aTargetThatIsNotThereHasNoRoundTrip() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        Fact fact = look(new LookRequest(Optional.empty(), Optional.empty(), false, List.of("127.0.0.1:" + port)))
                .of(MachineFact.ROUND_TRIP);
        assertTrue(fact.absence().startsWith("no connection to 127.0.0.1:" + port), fact.toString());
    }

    @Test
    void versionsComeFromThePythonOfARunningServer() throws Exception {
        Path python = root.resolve("venv/bin/python3");
        file("venv/bin/python3", "#!/bin/sh\necho vllm=0.32.0; echo torch=2.9.0; echo cuda=12.8\n");
        assertTrue(python.toFile().setExecutable(true));
        file("proc/4711/cmdline", python + "\0" + root.resolve("venv/bin/vllm") + "\0serve\0/models/llama\0");
        MachineFacts facts = look(new LookRequest(Optional.empty(), Optional.empty(), true, List.of()));
        assertEquals("0.32.0", facts.of(MachineFact.VLLM).value());
        assertEquals("2.9.0", facts.of(MachineFact.PYTORCH).value());
        assertEquals("12.8", facts.of(MachineFact.PYTORCH_CUDA).value());
    }

    @Test
    void aPythonWithoutPackagesSaysSo() throws Exception {
        file("bin/python3", "#!/bin/sh\n");
        assertTrue(root.resolve("bin/python3").toFile().setExecutable(true));
        String python = root.resolve("bin/python3").toString();
        MachineFacts facts = look(new LookRequest(Optional.empty(), Optional.of(python), true, List.of()));
        assertEquals(python + " has no vLLM", facts.of(MachineFact.VLLM).absence());
        MachineFacts none = look(new LookRequest(Optional.empty(), Optional.of("no-such-python"), true, List.of()));
        assertEquals(
                "there is no no-such-python here", none.of(MachineFact.PYTORCH).absence());
    }

    @Test
    void aChildOfTheServerServesToo() throws Exception {
        file("proc/10/cmdline", "/opt/venv/bin/python3\0/opt/venv/bin/vllm\0serve\0");
        file("proc/10/stat", "10 (python3) S 1 10 10\n");
        file("proc/11/cmdline", "/opt/venv/bin/python3\0-c\0from multiprocessing.spawn import spawn_main\0");
        file("proc/11/stat", "11 (py) thon) S 10 10 10\n");
        file("proc/12/cmdline", "/usr/bin/python3\0train.py\0");
        file("proc/12/stat", "12 (python3) S 1 12 12\n");
        ServingProcesses processes = new ServingProcesses(root);
        assertTrue(processes.serves(11));
        assertFalse(processes.serves(12));
        assertFalse(processes.serves(13));
    }
}
