package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static dev.plimsoll.agent.probes.PageServer.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Reading;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The probe with a script that plays rows back, through the real process. */
class NvidiaSmiProbeTest {
    private static final double MIB = 1024 * 1024;
    private static final Duration INTERVAL = Duration.ofMillis(100);

    @TempDir
    private Path folder;

    private final Workers workers = new Workers();
    private final List<NvidiaSmiProbe> probes = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (NvidiaSmiProbe probe : probes) {
            await(probe.close());
        }
        workers.close();
    }

    private static Path golden(String name) throws Exception {
        return Path.of(
                NvidiaSmiProbeTest.class.getResource("nvidia-smi/" + name).toURI());
    }

    private NvidiaSmiProbe probe(List<Integer> wanted, String... command) {
        NvidiaSmiProbe probe = new NvidiaSmiProbe(List.of(command), wanted, INTERVAL, workers, System::nanoTime);
        probes.add(probe);
        return probe;
    }

    private NvidiaSmiProbe playing(Path rows, String end, Integer... wanted) throws Exception {
        return probe(List.of(wanted), "/bin/sh", golden("nvidia-smi.sh").toString(), rows.toString(), end);
    }

    private NvidiaSmiProbe playing(String name, String end) throws Exception {
        return playing(golden(name), end);
    }

    private static String problem(NvidiaSmiProbe probe) {
        var e = assertThrows(ExecutionException.class, () -> await(probe.sample()));
        return String.valueOf(e.getCause().getMessage());
    }

    private static String reason(Map<String, Reading> readings, String metric) {
        return switch (readings.get(metric)) {
            case Reading.NotAvailable none -> "n/a: " + none.reason();
            case Reading.Failed failed -> "failed: " + failed.reason();
            case Reading.Value value -> "value " + value.value();
            case null -> "none";
        };
    }

    @Test
    void readsTwoH100AndTheShareOfTimeHeldDownByTheDriversCounters() throws Exception {
        NvidiaSmiProbe probe = playing("h100", "repeat");
        Map<String, Reading> first = await(probe.sample());
        assertEquals(2, value(first, "gpu.count"));
        assertEquals((97 + 95) / 2.0, value(first, "gpu.utilization"));
        assertEquals(71234 * MIB, value(first, "gpu.memory.used"), "of the fullest");
        assertEquals((81559 - 71234) * MIB, value(first, "gpu.memory.free"));
        assertEquals(61, value(first, "gpu.temperature"), "of the hottest");
        assertEquals(22, value(first, "gpu.temperature.margin"));
        assertEquals(612.40 + 655.10, value(first, "gpu.power"), 1e-9);
        assertEquals(1400, value(first, "gpu.power.limit"));
        assertEquals(1965, value(first, "gpu.clock.sm"), "of the slowest");
        assertEquals(5, value(first, "gpu.pcie.generation"));
        assertEquals(16, value(first, "gpu.pcie.width"));
        assertEquals(58, value(first, "gpu.0.temperature"));
        assertEquals(655.10, value(first, "gpu.1.power"));
        assertFalse(first.containsKey("gpu.throttled"), "a share needs two rounds");

        Map<String, Reading> second = await(probe.sample());
        assertEquals(1650, value(second, "gpu.clock.sm"));
        assertEquals(83, value(second, "gpu.1.temperature"));
        assertEquals(0, value(second, "gpu.0.throttled"));
        // GPU 1: 60 ms by software, 40 ms by hardware and 50 ms by the power limit, in the same time.
        assertTrue(value(second, "gpu.throttled") > 0);
        assertEquals(value(second, "gpu.1.throttled"), value(second, "gpu.throttled"));
        if (value(second, "gpu.throttled") < 100) {
            assertEquals(50 / 60.0 * value(second, "gpu.throttled"), value(second, "gpu.throttled.power_cap"), 1e-6);
        }
        Map<String, Reading> third = await(probe.sample());
        assertEquals(0, value(third, "gpu.throttled"), "flags are still on, but the counters stand");
        second.keySet().forEach(name -> assertTrue(Metrics.find(name).isPresent(), name));
        assertTrue(second.keySet().containsAll(probe.metrics()), "all of " + probe.metrics() + ": " + second.keySet());
    }

    @Test
    void readsARealH100IdleAndUnderLoad() throws Exception {
        NvidiaSmiProbe probe = playing("h100-590", "repeat");
        Map<String, Reading> idle = await(probe.sample());
        assertEquals(0, value(idle, "gpu.utilization"));
        assertEquals(69.85, value(idle, "gpu.power"));
        assertEquals(345, value(idle, "gpu.clock.sm"));
        assertEquals(5, value(idle, "gpu.pcie.generation"), "a server's link stays up");
        Map<String, Reading> load = await(probe.sample());
        assertEquals(100, value(load, "gpu.utilization"));
        assertEquals(631.95, value(load, "gpu.power"));
        assertEquals(1980, value(load, "gpu.clock.sm"));
        assertEquals(59, value(load, "gpu.temperature"));
        assertEquals(26, value(load, "gpu.temperature.margin"));
        assertEquals(54, value(load, "gpu.memory.temperature"));
        assertEquals(19818 * MIB, value(load, "gpu.memory.used"));
        assertEquals(0, value(load, "gpu.throttled"));
        assertEquals(0, value(load, "gpu.ecc.uncorrected"));
        assertEquals(5, value(load, "gpu.pcie.generation.limit"));
        assertEquals(16, value(load, "gpu.pcie.width.limit"));
    }

    @Test
    void readsARealLinkThatTrainsUpUnderLoad() throws Exception {
        NvidiaSmiProbe probe = playing("rtx2080s-610", "repeat");
        Map<String, Reading> idle = await(probe.sample());
        assertEquals(1, value(idle, "gpu.pcie.generation"));
        assertEquals(3, value(idle, "gpu.pcie.generation.limit"));
        Map<String, Reading> load = await(probe.sample());
        assertEquals(3, value(load, "gpu.pcie.generation"));
        assertEquals(16, value(load, "gpu.pcie.width"));
    }

    @Test
    void readsAnOldDriverByItsNamesAndFlags() throws Exception {
        NvidiaSmiProbe probe = playing("a100", "repeat");
        Map<String, Reading> first = await(probe.sample());
        assertEquals(0, value(first, "gpu.throttled"));
        assertEquals(58, value(first, "gpu.temperature"));
        assertFalse(first.containsKey("gpu.0.temperature"), "the only GPU is the node's");
        assertEquals("n/a: this version of nvidia-smi does not tell it", reason(first, "gpu.temperature.margin"));
        Map<String, Reading> second = await(probe.sample());
        assertEquals(100, value(second, "gpu.throttled"));
        assertEquals(0, value(second, "gpu.throttled.power_cap"));
        assertEquals(1125, value(second, "gpu.clock.sm"));
    }

    @Test
    void tellsWhatAGpuDoesNotHaveFromWhatIsZero() throws Exception {
        Map<String, Reading> t4 = await(playing("t4", "repeat").sample());
        assertEquals("n/a: nvidia-smi says Not Supported", reason(t4, "gpu.ecc.uncorrected"));
        assertEquals("n/a: nvidia-smi says N/A", reason(t4, "gpu.memory.temperature"));
        assertEquals(0, value(t4, "gpu.throttled"));
        assertEquals(100, value(t4, "gpu.throttled.power_cap"));

        Map<String, Reading> mig = await(playing("a100-mig", "repeat").sample());
        assertEquals("n/a: nvidia-smi says N/A", reason(mig, "gpu.utilization"));
        assertEquals(1410, value(mig, "gpu.clock.sm"));
        assertEquals(0, value(mig, "gpu.throttled"), "by flags where counters are not available");

        Map<String, Reading> locked = await(playing("no-rights", "repeat").sample());
        assertEquals("n/a: nvidia-smi says Insufficient Permissions", reason(locked, "gpu.memory.used"));
        assertEquals("n/a: nvidia-smi says Requested functionality has been deprecated", reason(locked, "gpu.power"));
        assertEquals(0, value(locked, "gpu.count"), "no GPU told anything");
        assertEquals(
                "n/a: this version of nvidia-smi does not tell why clocks are held down",
                reason(locked, "gpu.throttled"));
    }

    @Test
    void watchesTheWantedGpusAlone() throws Exception {
        Map<String, Reading> one = await(playing(golden("h100"), "repeat", 1).sample());
        assertEquals(1, value(one, "gpu.count"));
        assertEquals(61, value(one, "gpu.temperature"));
        assertEquals(655.10, value(one, "gpu.power"));
    }

    @Test
    void aLostGpuFailsTheNodeAndLeavesTheOthersReadings() throws Exception {
        NvidiaSmiProbe probe = playing("lost", "repeat");
        assertEquals(2, value(await(probe.sample()), "gpu.count"));
        List<String> reasons = new ArrayList<>();
        Map<String, Reading> last = Map.of();
        while (reasons.isEmpty() || !reasons.getLast().contains("no longer listed")) {
            last = await(probe.sample());
            assertEquals(1, value(last, "gpu.count"));
            assertEquals(58, value(last, "gpu.0.temperature"));
            String reason = reason(last, "gpu.temperature");
            assertEquals(reason, reason(last, "gpu.power"), "the sum of the others would look like a cool node");
            reasons.add(reason);
        }
        assertTrue(reasons.contains("failed: GPU 1: nvidia-smi says GPU is lost"), reasons.toString());
        assertEquals("failed: it is no longer listed", reason(last, "gpu.1.temperature"));
    }

    @Test
    void asksAgainWithoutAFieldThatIsRefused() throws Exception {
        Files.writeString(
                folder.resolve("help.txt"),
                Files.readString(golden("a100").resolve("help.txt")) + "\n\"temperature.gpu.tlimit\"\nNew.\n");
        Files.copy(golden("a100").resolve("rows.csv"), folder.resolve("rows.csv"));
        NvidiaSmiProbe probe = playing(folder, "repeat");
        assertEquals(
                "nvidia-smi ended with status 2: Field \"temperature.gpu.tlimit\" is not a valid field to query.",
                problem(probe));
        assertEquals(58, value(await(probe.sample()), "gpu.temperature"), "at once");
    }

    @Test
    void saysWhyItEndedAndStartsItAgainAfterAWhile() throws Exception {
        AtomicLong clock = new AtomicLong();
        NvidiaSmiProbe probe = new NvidiaSmiProbe(
                List.of(
                        "/bin/sh",
                        golden("nvidia-smi.sh").toString(),
                        golden("t4").toString(),
                        "die"),
                List.of(),
                INTERVAL,
                workers,
                clock::get);
        probes.add(probe);
        await(probe.sample());
        String reason = "nvidia-smi ended with status 15: Unable to determine the device handle for GPU 0000:3B:00.0:"
                + " GPU is lost.  Reboot the system to recover this GPU";
        assertEquals(reason, problem(probe));
        assertEquals(reason + "; it is started again in 2 s", problem(probe), "the clock stands: 1 s and the rest");
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(999));
        assertTrue(problem(probe).startsWith(reason + "; it is started again"));
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(2));
        assertEquals(71, value(await(probe.sample()), "gpu.temperature"));
        assertEquals(reason, problem(probe));
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1_999));
        assertTrue(problem(probe).startsWith(reason + "; it is started again"), "twice as long now");
    }

    @Test
    void endsOneThatHangsOrPrintsGarbage() throws Exception {
        NvidiaSmiProbe hanging = playing("t4", "hang");
        await(hanging.sample());
        String hung = problem(hanging);
        assertTrue(hung.startsWith("nvidia-smi printed nothing for 1 s and was ended"), hung);
        NvidiaSmiProbe raving = playing("t4", "garbage");
        await(raving.sample());
        String raved = problem(raving);
        assertEquals(
                "nvidia-smi prints no rows but lines such as"
                        + " \"WARNING: infoROM is corrupted at gpu 0000:3B:00.0\" and was ended",
                raved);
    }

    @Test
    void withoutTheCommandNothingIsAvailable() throws Exception {
        NvidiaSmiProbe probe = probe(List.of(), folder.resolve("nvidia-smi").toString());
        Map<String, Reading> readings = await(probe.sample());
        assertEquals(probe.metrics(), readings.keySet());
        readings.forEach((metric, reading) -> assertInstanceOf(Reading.NotAvailable.class, reading, metric));
    }

    @Test
    void leavesNoProcessBehind() throws Exception {
        Path pid = folder.resolve("pid");
        Path script = folder.resolve("smi.sh");
        Files.writeString(
                script,
                "[ \"$1\" = --help-query-gpu ] && { echo '\"index\"'; echo '\"temperature.gpu\"'; exit 0; }\n"
                        + "echo $$ > " + pid + "\nwhile :; do echo '0, 50'; echo '1, 60'; sleep 0.1; done\n");
        NvidiaSmiProbe probe = probe(List.of(), "/bin/sh", script.toString());
        assertEquals(60, value(await(probe.sample()), "gpu.temperature"), "without a count of GPUs too");
        long id = Long.parseLong(Files.readString(pid).strip());
        assertTrue(ProcessHandle.of(id).map(ProcessHandle::isAlive).orElse(false));
        await(probe.close());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (ProcessHandle.of(id).map(ProcessHandle::isAlive).orElse(false)) {
            assertTrue(System.nanoTime() < deadline, "process " + id + " still runs");
            LockSupport.parkNanos(1_000_000);
        }
        assertEquals("the probe is closed", problem(probe));
    }
}
