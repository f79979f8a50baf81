package dev.plimsoll.reports.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.GpuFact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import dev.plimsoll.scenarios.Preflight;
import dev.plimsoll.scenarios.Preflight.Limits;
import dev.plimsoll.scenarios.PreflightCheck;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExaminationTest {
    private static final Limits LIMITS = new Limits(
            Optional.of(0.9),
            Optional.of(1024.0 * 1024 * 1024),
            Optional.of(1e9),
            Optional.of(65_536),
            Optional.of(Duration.ofMillis(1)));

    private final Map<MachineFact, Fact> machine = new EnumMap<>(MachineFact.class);
    private final Map<GpuFact, Fact> gpu = new EnumMap<>(GpuFact.class);

    /** A machine on which nothing is wrong. */
    ExaminationTest() {
        machine.put(MachineFact.GPUS, Fact.of(1));
        machine.put(MachineFact.DRIVER, Fact.of("550.54.15"));
        machine.put(MachineFact.CUDA, Fact.of("12.4"));
        machine.put(MachineFact.PYTORCH, Fact.of("2.9.0"));
        machine.put(MachineFact.PYTORCH_CUDA, Fact.of("12.8"));
        machine.put(MachineFact.VLLM, Fact.of("0.32.0"));
        machine.put(MachineFact.CPU_GOVERNOR, Fact.of("performance"));
        machine.put(MachineFact.CPU_IDLE_STATE, Fact.of("C1E 10"));
        machine.put(MachineFact.HUGE_PAGES, Fact.of("madvise"));
        machine.put(MachineFact.SWAP, Fact.of("0 0"));
        machine.put(MachineFact.OPEN_FILES, Fact.of(1_048_576));
        machine.put(MachineFact.PORTS, Fact.of("32768 60999"));
        machine.put(MachineFact.CLOCK, Fact.of("synchronised 31000"));
        machine.put(MachineFact.MODEL, Fact.of("/models/llama"));
        machine.put(MachineFact.DISK_FREE, Fact.of(1L << 40));
        machine.put(MachineFact.DISK_KIND, Fact.of("NVMe nvme0n1"));
        machine.put(MachineFact.DISK_READ, Fact.of(3_000_000_000L));
        machine.put(MachineFact.ROUND_TRIP, Fact.of("10.0.0.1:8000 213"));
        gpu.put(GpuFact.NAME, Fact.of("NVIDIA H100 80GB HBM3"));
        gpu.put(GpuFact.PCIE_GENERATION, Fact.of(5));
        gpu.put(GpuFact.PCIE_GENERATION_MOST, Fact.of(5));
        gpu.put(GpuFact.PCIE_GENERATION_OF_GPU, Fact.of(5));
        gpu.put(GpuFact.PCIE_WIDTH, Fact.of(16));
        gpu.put(GpuFact.PCIE_WIDTH_MOST, Fact.of(16));
        gpu.put(GpuFact.UTILIZATION, Fact.of(0));
        gpu.put(GpuFact.PERSISTENCE, Fact.of("Enabled"));
        gpu.put(GpuFact.ECC, Fact.of("Enabled"));
        gpu.put(GpuFact.ECC_UNCORRECTED, Fact.of(0));
        gpu.put(GpuFact.REMAP_PENDING, Fact.of("No"));
        gpu.put(GpuFact.REMAP_FAILED, Fact.of("No"));
        gpu.put(GpuFact.POWER_LIMIT, Fact.of("700.00"));
        gpu.put(GpuFact.POWER_DEFAULT, Fact.of("700.00"));
        gpu.put(GpuFact.CLOCK_SET, Fact.of(1980));
        gpu.put(GpuFact.CLOCK_DEFAULT, Fact.of(1980));
        gpu.put(GpuFact.CLOCK_HELD, Fact.of("Not Active"));
        gpu.put(GpuFact.MEMORY_TOTAL, Fact.of(81_559));
        gpu.put(GpuFact.MEMORY_FREE, Fact.of(80_000));
        gpu.put(GpuFact.PROCESSES, Fact.of("none"));
        gpu.put(GpuFact.NVLINKS, Fact.of("18 18"));
    }

    private static Preflight wanted(Limits limits, List<String> required, List<String> tolerated) {
        return new Preflight(
                Optional.of("550.54.15"),
                List.of("550.*", "570.124.06"),
                Optional.of("versions.lock.yaml"),
                Optional.of("/models/llama"),
                Optional.empty(),
                limits,
                required,
                tolerated);
    }

    private List<Check> checks(Preflight wanted, VersionsLock lock) {
        MachineFacts facts = new MachineFacts("gpu-0", machine, gpu.isEmpty() ? List.of() : List.of(gpu));
        return new Examination(wanted, lock).machine(new Machine("gpu-0", true, true, facts));
    }

    private Check check(String id) {
        return check(id, wanted(LIMITS, List.of(), List.of()));
    }

    private Check check(String id, Preflight wanted) {
        return checks(wanted, VersionsLock.NONE).stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aGoodMachineIsOkInEveryCheckAndEachHasItsReasonAndRepair() {
        VersionsLock lock = VersionsLock.of(new MachineFacts("gpu-0", machine, List.of(gpu)), Optional.empty());
        List<Check> checks = checks(wanted(LIMITS, List.of(), List.of()), lock);
        for (Check check : checks) {
            assertEquals(Outcome.OK, check.outcome(), check.toString());
            assertTrue(check.why().endsWith(".") && check.repair().endsWith("."), check.toString());
        }
        // Every check but node.agent, which is of a node that nobody can look at.
        assertEquals(
                PreflightCheck.values().length - 1,
                checks.stream().map(Check::id).distinct().count());
    }

    @ParameterizedTest
    @CsvSource({
        "PCIE_WIDTH, 8, gpu.pcie.width, WARN, x8 of x16 while idle",
        "PCIE_GENERATION, 1, gpu.pcie.generation, UNKNOWN,"
                + " 'generation 1 of 5 while idle, when the link steps down by design; look while load runs'",
        "PCIE_GENERATION_OF_GPU, 6, gpu.pcie.generation, WARN,"
                + " 'generation 5 of 5, and the GPU can do 6: the slot or its setting is slower'",
        "PERSISTENCE, Disabled, gpu.persistence, WARN, Disabled",
        "ECC, Disabled, gpu.ecc, WARN, Disabled",
        "ECC_UNCORRECTED, 3, gpu.ecc, FAIL, 'Enabled, uncorrected errors since the driver was loaded: 3'",
        "REMAP_PENDING, Yes, gpu.remapped_rows, FAIL, rows wait for a reset to be remapped",
        "REMAP_FAILED, Yes, gpu.remapped_rows, FAIL, a row could not be remapped",
        "POWER_LIMIT, 500.00, gpu.power_limit, WARN, '500 W, default 700 W'",
        "CLOCK_SET, 1410, gpu.clocks, WARN, 'set to 1,410 MHz, default 1,980 MHz'",
        "CLOCK_HELD, Active, gpu.clocks, WARN, held down by a setting now",
        "MEMORY_FREE, 40000, gpu.memory, FAIL, '39.1 GiB of 79.6 GiB free (49.0 %)'",
        "PROCESSES, '4711 VLLM::EngineCore (vLLM), 99 Xorg', gpu.processes, WARN,"
                + " '4711 VLLM::EngineCore (vLLM), 99 Xorg'",
        "NVLINKS, 17 18, gpu.nvlink, FAIL, 17 of 18 links up",
        "NVLINKS, 0 4, gpu.nvlink, WARN, 0 of 4 links up",
    })
    void oneBadFactOfAGpuIsOneBadCheck(GpuFact fact, String value, String id, Outcome outcome, String found) {
        gpu.put(fact, Fact.of(value));
        assertEquals(found, check(id).found());
        assertEquals(outcome, check(id).outcome());
        assertEquals(
                List.of(id),
                checks(wanted(LIMITS, List.of(), List.of()), VersionsLock.NONE).stream()
                        .filter(one -> one.outcome() != Outcome.OK)
                        .map(Check::id)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "DRIVER, 535.54.03, gpu.driver, FAIL, 535.54.03",
        "DRIVER, 560.28.03, gpu.driver, FAIL, 560.28.03",
        "DRIVER, 570.124.06, gpu.driver, OK, 570.124.06",
        "CPU_GOVERNOR, 'performance, powersave', cpu.governor, WARN, 'performance, powersave'",
        "CPU_IDLE_STATE, C6 170, cpu.idle_states, WARN, 'the deepest is C6, 170 µs to leave'",
        "HUGE_PAGES, always, memory.huge_pages, WARN, always",
        "SWAP, 1048576 2097152, memory.swap, WARN, '1 MiB of 2 MiB in use'",
        "OPEN_FILES, 1024, process.open_files, FAIL, '1,024'",
        "OPEN_FILES, unlimited, process.open_files, OK, unlimited",
        "PORTS, 60000 60999, network.ports, WARN, '1,000, from 60000 to 60999'",
        "CLOCK, unsynchronised 16000000, clock.synchronised, WARN, not synchronised",
        "DISK_FREE, 1000, disk.free, FAIL, '1,000 B'",
        "DISK_KIND, SATA SSD sda, disk.kind, WARN, SATA SSD sda",
        "DISK_KIND, virtual disk vda, disk.kind, UNKNOWN, virtual disk vda",
        "DISK_READ, 500000000, disk.read, FAIL, 477 MiB/s",
        "ROUND_TRIP, '10.0.0.1:8000 213, 10.0.0.2:8000 1500', network.round_trip, FAIL,"
                + " '0.213 ms to 10.0.0.1:8000, 1.50 ms to 10.0.0.2:8000'",
    })
    void oneBadFactOfAMachineIsOneBadCheck(MachineFact fact, String value, String id, Outcome outcome, String found) {
        machine.put(fact, Fact.of(value));
        assertEquals(found, check(id).found());
        assertEquals(outcome, check(id).outcome());
    }

    @Test
    void limitsThatNobodyAskedForAreWarningsAtMost() {
        machine.put(MachineFact.OPEN_FILES, Fact.of(1024));
        machine.put(MachineFact.ROUND_TRIP, Fact.of("10.0.0.1:8000 9000"));
        machine.put(MachineFact.DISK_FREE, Fact.of(1));
        gpu.put(GpuFact.MEMORY_FREE, Fact.of(1));
        Preflight modest = wanted(Limits.NONE, List.of(), List.of());
        assertEquals(Outcome.WARN, check("process.open_files", modest).outcome());
        assertEquals(Outcome.WARN, check("network.round_trip", modest).outcome());
        assertEquals(Outcome.OK, check("disk.free", modest).outcome());
        assertEquals(Outcome.OK, check("gpu.memory", modest).outcome());
    }

    @Test
    void aSlowLinkUnderLoadIsAWarning() {
        gpu.put(GpuFact.PCIE_GENERATION, Fact.of(3));
        gpu.put(GpuFact.UTILIZATION, Fact.of(97));
        assertEquals(Outcome.WARN, check("gpu.pcie.generation").outcome());
        assertEquals(
                "generation 3 of 5 under load", check("gpu.pcie.generation").found());
    }

    @Test
    void memoryThatTheServerHoldsIsNotMissing() {
        gpu.put(GpuFact.MEMORY_FREE, Fact.of(9_775));
        gpu.put(GpuFact.PROCESSES, Fact.of("4711 VLLM::EngineCore (vLLM)"));
        assertEquals(Outcome.OK, check("gpu.memory").outcome());
        assertTrue(check("gpu.memory").found().endsWith("in use by vLLM"));
        assertEquals(Outcome.OK, check("gpu.processes").outcome());
    }

    @Test
    void severalGpusAreToldTogetherTheWorstFirst() {
        Map<GpuFact, Fact> narrow = new EnumMap<>(gpu);
        narrow.put(GpuFact.PCIE_WIDTH, Fact.of(8));
        MachineFacts facts = new MachineFacts("gpu-0", machine, List.of(gpu, narrow, gpu));
        List<Check> checks =
                new Examination(Preflight.DEFAULT, VersionsLock.NONE).machine(new Machine("gpu-0", true, false, facts));
        Check width = checks.stream()
                .filter(one -> one.id().equals("gpu.pcie.width"))
                .findFirst()
                .orElseThrow();
        assertEquals("GPU 1: x8 of x16 while idle; GPU 0, 2: x16 of x16", width.found());
        assertEquals(Outcome.WARN, width.outcome());
        assertTrue(checks.stream().anyMatch(one -> one.found().equals("all 3: 18 of 18 links up")));
    }

    @Test
    void absentFactsAreUnknownAndNeverOkOrZero() {
        machine.replaceAll((name, fact) -> Fact.absent("permission denied"));
        gpu.replaceAll((name, fact) -> Fact.absent("nvidia-smi says Unknown Error"));
        List<Check> checks = checks(wanted(LIMITS, List.of(), List.of()), VersionsLock.NONE);
        assertFalse(checks.isEmpty());
        for (Check check : checks) {
            assertEquals(Outcome.UNKNOWN, check.outcome(), check.toString());
            assertTrue(check.found().matches(".*(permission denied|Unknown Error).*"), check.toString());
        }
        assertTrue(new PreflightReport(checks).isBlind());
    }

    @Test
    void aMachineWithoutGpuHasOneUnknownCheckOfThem() {
        machine.put(MachineFact.GPUS, Fact.absent("the command nvidia-smi is not on this machine"));
        machine.put(MachineFact.DRIVER, Fact.absent("the command nvidia-smi is not on this machine"));
        gpu.clear();
        List<Check> gpus = checks(Preflight.DEFAULT, VersionsLock.NONE).stream()
                .filter(check -> check.id().startsWith("gpu."))
                .toList();
        assertEquals(1, gpus.size());
        assertEquals(Outcome.UNKNOWN, gpus.getFirst().outcome());
        assertEquals(
                "not known: the command nvidia-smi is not on this machine",
                gpus.getFirst().found());
        // What is required is not met by what cannot be seen.
        Preflight strict = wanted(Limits.NONE, List.of("gpu.persistence"), List.of());
        assertEquals(Outcome.FAIL, check("gpu.persistence", strict).outcome());
    }

    @Test
    void whatIsRequiredMustBeOkAndWhatIsToleratedCannotFail() {
        machine.put(MachineFact.CPU_GOVERNOR, Fact.of("powersave"));
        machine.put(MachineFact.CLOCK, Fact.absent("nobody knows"));
        gpu.put(GpuFact.ECC_UNCORRECTED, Fact.of(1));
        Preflight wanted =
                wanted(LIMITS, List.of("cpu.governor", "clock.synchronised", "memory.swap"), List.of("gpu.ecc"));
        assertEquals(Outcome.FAIL, check("cpu.governor", wanted).outcome());
        assertEquals(Outcome.FAIL, check("clock.synchronised", wanted).outcome());
        assertEquals(Outcome.OK, check("memory.swap", wanted).outcome());
        assertEquals(Outcome.WARN, check("gpu.ecc", wanted).outcome());
    }

    @Test
    void aVersionThatIsNotTheLockedOneIsAFailureWithBoth() {
        VersionsLock lock = VersionsLock.parse("lock", "driver: \"550.54.15\"\npytorch: \"2.8.0\"\n");
        List<Check> versions = checks(Preflight.DEFAULT, lock).stream()
                .filter(check -> lock.versions().keySet().stream()
                        .anyMatch(locked -> locked.id().equals(check.id())))
                .toList();
        assertEquals(
                List.of("versions.driver", "versions.pytorch"),
                versions.stream().map(Check::id).toList());
        assertEquals(Outcome.OK, versions.getFirst().outcome());
        assertEquals(Outcome.FAIL, versions.getLast().outcome());
        assertEquals(
                "versions.pytorch on gpu-0: 2.9.0; wanted: 2.8.0",
                versions.getLast().sentence());
    }

    @Test
    void aVersionThatNobodyLockedIsToldWhereItIsKnown() {
        machine.put(MachineFact.PYTORCH, Fact.absent("python3 has no PyTorch"));
        List<Check> checks = checks(Preflight.DEFAULT, VersionsLock.NONE);
        assertEquals(
                List.of("versions.driver", "versions.cuda", "versions.pytorch_cuda", "versions.vllm"),
                checks.stream()
                        .map(Check::id)
                        .filter(id -> id.startsWith("versions."))
                        .toList());
        Check vllm = check("versions.vllm", Preflight.DEFAULT);
        assertEquals("0.32.0", vllm.found());
        assertEquals("any; no lock file tells it", vllm.wanted());
        assertEquals(Outcome.OK, vllm.outcome());
    }

    @Test
    void theTargetsVersionIsHeldAgainstTheLock() {
        Examination examination = new Examination(Preflight.DEFAULT, VersionsLock.parse("lock", "vllm: \"0.32.0\"\n"));
        assertEquals(
                Outcome.OK, examination.target(Fact.of("0.32.0")).getFirst().outcome());
        assertEquals(
                Outcome.FAIL, examination.target(Fact.of("0.33.0")).getFirst().outcome());
        assertEquals(
                Outcome.UNKNOWN,
                examination.target(Fact.absent("no answer")).getFirst().outcome());
        assertEquals(List.of(), new Examination(Preflight.DEFAULT, VersionsLock.NONE).target(Fact.of("0.33.0")));
    }

    @Test
    void aRequiredCheckThatWasMadeNowhereIsAFailure() {
        Preflight wanted = wanted(Limits.NONE, List.of("gpu.ecc", "memory.swap"), List.of());
        Examination examination = new Examination(wanted, VersionsLock.NONE);
        MachineFacts facts = new MachineFacts("here", machine, List.of());
        PreflightReport report = new PreflightReport(examination.machine(new Machine("generator", false, true, facts)));
        List<Check> unmet = examination.unmet(report);
        assertEquals(List.of("gpu.ecc"), unmet.stream().map(Check::id).toList());
        assertEquals(Outcome.FAIL, unmet.getFirst().outcome());
    }

    @Test
    void aNodeThatNobodyCanLookAtIsUnknown() {
        Examination examination = new Examination(Preflight.DEFAULT, VersionsLock.NONE);
        Check check = examination.unseen("gpu-1", "no agent \"gpu-1\" is here").getFirst();
        assertEquals("node.agent", check.id());
        assertEquals(Outcome.UNKNOWN, check.outcome());
    }

    @Test
    void ofPagesAloneWhatTheyTellIsCheckedAndTheRestIsNotKnown() {
        Map<MachineFact, Fact> told = Map.of(
                MachineFact.PAGES, Fact.of("read"),
                MachineFact.CLOCK, Fact.of("unsynchronised 16000000"),
                MachineFact.DRIVER, Fact.of("535.54.03"),
                MachineFact.GPUS, Fact.of(1));
        MachineFacts facts = new MachineFacts(
                "far", told, List.of(Map.of(GpuFact.PCIE_WIDTH, Fact.of(8), GpuFact.PCIE_WIDTH_MOST, Fact.of(16))));
        Examination examination = new Examination(wanted(LIMITS, List.of(), List.of()), VersionsLock.NONE);
        assertEquals(
                List.of(
                        "gpu.driver on far: 535.54.03; wanted: at least 550.54.15, one of 550.*, 570.124.06",
                        "gpu.pcie.width on far: x8 of x16 while idle; wanted: all lanes of GPU and slot",
                        "versions.driver on far: 535.54.03; wanted: any; no lock file tells it",
                        "clock.synchronised on far: not synchronised; wanted: synchronised",
                        "node.agent on far: known by its pages alone (node-exporter, dcgm), which tell gpu.driver, "
                                + "gpu.pcie.width, versions.driver, clock.synchronised; the rest is not known; wanted: a look at the node"),
                examination.pages("far", facts, "node-exporter, dcgm").stream()
                        .map(Check::sentence)
                        .toList());
        Examination strict = new Examination(
                wanted(LIMITS, List.of("gpu.pcie.width", "cpu.governor", "gpu.ecc"), List.of()), VersionsLock.NONE);
        assertEquals(
                List.of("gpu.driver", "gpu.pcie.width"),
                strict.pages("far", facts, "dcgm").stream()
                        .filter(check -> check.outcome() == Outcome.FAIL)
                        .map(Check::id)
                        .toList(),
                "what pages do not tell, such as cpu.governor, is no failure of the node");
        MachineFacts none =
                new MachineFacts("far", Map.of(MachineFact.PAGES, Fact.absent("nothing listens there")), List.of());
        assertEquals(
                List.of("node.agent on far: its pages could not be read: nothing listens there; wanted: a look at the"
                        + " node"),
                examination.pages("far", none, "dcgm").stream()
                        .map(Check::sentence)
                        .toList());
    }
}
