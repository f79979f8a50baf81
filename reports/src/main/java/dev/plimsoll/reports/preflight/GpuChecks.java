package dev.plimsoll.reports.preflight;

import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.GpuFact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.scenarios.Preflight;
import dev.plimsoll.scenarios.PreflightCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * The GPUs of one machine, held against what is wanted. Memory that fails, a link among others that is down, and what the
 * scenario asks for and does not get, are failures. All else is a warning: clouds rent out T4s on half of their lanes, and
 * they are measured all the same.
 */
final class GpuChecks {
    private static final List<PreflightCheck> ALL = Arrays.stream(PreflightCheck.values())
            .filter(check -> check.id().startsWith("gpu."))
            .toList();
    private static final double CLOSE_WATTS = 0.5;
    private static final double BYTES_PER_MIB = 1024.0 * 1024;

    private final String node;
    private final MachineFacts facts;
    private final Preflight wanted;
    private final List<Check> checks = new ArrayList<>();

    GpuChecks(String node, MachineFacts facts, Preflight wanted) {
        this.node = node;
        this.facts = facts;
        this.wanted = wanted;
    }

    List<Check> checks() {
        driver();
        if (facts.gpus().isEmpty()) {
            String why = facts.of(MachineFact.GPUS).absence();
            ALL.stream()
                    .filter(check -> check != PreflightCheck.GPU_DRIVER
                            && wanted.required().contains(check.id()))
                    .forEach(check -> add(check, GpuFinding.unknown(why), "a GPU"));
            return checks;
        }
        each(PreflightCheck.GPU_PCIE_GENERATION, this::generation, wish(PreflightCheck.GPU_PCIE_GENERATION));
        each(PreflightCheck.GPU_PCIE_WIDTH, this::width, wish(PreflightCheck.GPU_PCIE_WIDTH));
        each(PreflightCheck.GPU_NVLINK, this::nvlink, "all links up");
        each(PreflightCheck.GPU_PERSISTENCE, this::persistence, "Enabled");
        each(PreflightCheck.GPU_ECC, this::ecc, "Enabled where there is ECC, and no uncorrected error");
        each(PreflightCheck.GPU_REMAPPED_ROWS, this::remappedRows, "none pending, none failed");
        each(PreflightCheck.GPU_POWER_LIMIT, this::powerLimit, "the default limit or more");
        each(PreflightCheck.GPU_CLOCKS, this::clocks, "the default application clock, not held down");
        each(PreflightCheck.GPU_MEMORY, this::memory, memoryWanted());
        each(PreflightCheck.GPU_PROCESSES, this::processes, "none but vLLM's");
        return checks;
    }

    private void add(PreflightCheck check, GpuFinding finding, String wish) {
        Reason reason = Reason.of(check);
        checks.add(
                new Check(check.id(), node, finding.outcome(), finding.found(), wish, reason.why(), reason.repair()));
    }

    private void each(PreflightCheck check, IntFunction<GpuFinding> finding, String wish) {
        Map<Integer, GpuFinding> findings = new LinkedHashMap<>();
        for (int i = 0; i < facts.gpus().size(); i++) {
            findings.put(i, finding.apply(i));
        }
        add(check, GpuFinding.together(findings), wish);
    }

    private void driver() {
        Fact driver = facts.of(MachineFact.DRIVER);
        List<String> wishes = new ArrayList<>();
        wanted.driverMinimum().ifPresent(least -> wishes.add("at least " + least));
        if (!wanted.drivers().isEmpty()) {
            wishes.add("one of " + String.join(", ", wanted.drivers()));
        }
        GpuFinding finding;
        if (!driver.known()) {
            finding = GpuFinding.unknown(driver.absence());
        } else {
            boolean old = wanted.driverMinimum()
                    .map(least -> Versions.compare(driver.value(), least) < 0)
                    .orElse(false);
            boolean allowed = wanted.drivers().isEmpty()
                    || wanted.drivers().stream().anyMatch(one -> Versions.matches(driver.value(), one));
            finding = old || !allowed ? GpuFinding.fail(driver.value()) : GpuFinding.ok(driver.value());
        }
        add(PreflightCheck.GPU_DRIVER, finding, wishes.isEmpty() ? "any" : String.join(", ", wishes));
    }

    // PCIe

    /** What is wanted of a link. */
    static String wish(PreflightCheck link) {
        return link == PreflightCheck.GPU_PCIE_WIDTH
                ? "all lanes of GPU and slot"
                : "what GPU and slot can do, under load";
    }

    private GpuFinding generation(int gpu) {
        Optional<Double> now = number(gpu, GpuFact.PCIE_GENERATION);
        Optional<Double> most = number(gpu, GpuFact.PCIE_GENERATION_MOST);
        if (now.isEmpty() || most.isEmpty()) {
            return GpuFinding.unknown(absence(gpu, GpuFact.PCIE_GENERATION, GpuFact.PCIE_GENERATION_MOST));
        }
        String found = "generation " + Quantities.plain(now.get()) + " of " + Quantities.plain(most.get());
        Optional<Double> own = number(gpu, GpuFact.PCIE_GENERATION_OF_GPU);
        if (own.isPresent() && most.get() < own.get()) {
            return GpuFinding.warn(found + ", and the GPU can do " + Quantities.plain(own.get())
                    + ": the slot or its setting is slower");
        }
        if (now.get() >= most.get()) {
            return GpuFinding.ok(found);
        }
        return atWork(gpu)
                ? GpuFinding.warn(found + " under load")
                : new GpuFinding(
                        Outcome.UNKNOWN,
                        found + " while idle, when the link steps down by design; look while load runs");
    }

    /** The checks of links that load may answer otherwise than an idle GPU does. */
    Set<PreflightCheck> open() {
        Set<PreflightCheck> open = EnumSet.noneOf(PreflightCheck.class);
        for (int gpu = 0; gpu < facts.gpus().size(); gpu++) {
            if (isBelow(gpu, GpuFact.PCIE_GENERATION, GpuFact.PCIE_GENERATION_MOST)) {
                open.add(PreflightCheck.GPU_PCIE_GENERATION);
            }
            if (isBelow(gpu, GpuFact.PCIE_WIDTH, GpuFact.PCIE_WIDTH_MOST)) {
                open.add(PreflightCheck.GPU_PCIE_WIDTH);
            }
        }
        for (int gpu = 0; gpu < facts.gpus().size(); gpu++) {
            if (isBelow(gpu, GpuFact.PCIE_GENERATION_MOST, GpuFact.PCIE_GENERATION_OF_GPU)) {
                // The slot is found to be slower, whatever the link does.
                open.remove(PreflightCheck.GPU_PCIE_GENERATION);
            }
        }
        return open;
    }

    private boolean isBelow(int gpu, GpuFact now, GpuFact most) {
        return number(gpu, now).orElse(Double.MAX_VALUE) < number(gpu, most).orElse(0.0);
    }

    private GpuFinding width(int gpu) {
        Optional<Double> now = number(gpu, GpuFact.PCIE_WIDTH);
        Optional<Double> most = number(gpu, GpuFact.PCIE_WIDTH_MOST);
        if (now.isEmpty() || most.isEmpty()) {
            return GpuFinding.unknown(absence(gpu, GpuFact.PCIE_WIDTH, GpuFact.PCIE_WIDTH_MOST));
        }
        String found = "x" + Quantities.plain(now.get()) + " of x" + Quantities.plain(most.get());
        if (now.get() >= most.get()) {
            return GpuFinding.ok(found);
        }
        return GpuFinding.warn(atWork(gpu) ? found + " under load" : found + " while idle");
    }

    private boolean atWork(int gpu) {
        return number(gpu, GpuFact.UTILIZATION).orElse(0.0) > 0;
    }

    private GpuFinding nvlink(int gpu) {
        Fact links = facts.of(gpu, GpuFact.NVLINKS);
        if (!links.known()) {
            return links.absence().equals("it has no NVLink")
                    ? GpuFinding.ok("no NVLink")
                    : GpuFinding.unknown(links.absence());
        }
        String[] counts = links.value().split(" ");
        String found = counts[0] + " of " + counts[1] + " links up";
        if (counts[0].equals(counts[1])) {
            return GpuFinding.ok(found);
        }
        // A board that could have a bridge and has none has all its links down.
        return counts[0].equals("0") ? GpuFinding.warn(found) : GpuFinding.fail(found);
    }

    // Settings and health

    private GpuFinding persistence(int gpu) {
        Fact mode = facts.of(gpu, GpuFact.PERSISTENCE);
        return !mode.known()
                ? GpuFinding.unknown(mode.absence())
                : mode.value().equals("Enabled") ? GpuFinding.ok("Enabled") : GpuFinding.warn(mode.value());
    }

    private GpuFinding ecc(int gpu) {
        Fact mode = facts.of(gpu, GpuFact.ECC);
        if (!mode.known()) {
            return mode.absence().endsWith("N/A")
                    ? GpuFinding.ok("no ECC on this GPU")
                    : GpuFinding.unknown(mode.absence());
        }
        if (!mode.value().equals("Enabled")) {
            return GpuFinding.warn(mode.value());
        }
        Optional<Double> errors = number(gpu, GpuFact.ECC_UNCORRECTED);
        if (errors.isEmpty()) {
            return new GpuFinding(Outcome.UNKNOWN, "Enabled, but " + absence(gpu, GpuFact.ECC_UNCORRECTED));
        }
        String found = "Enabled, uncorrected errors since the driver was loaded: " + Quantities.plain(errors.get());
        return errors.get() > 0 ? GpuFinding.fail(found) : GpuFinding.ok(found);
    }

    private GpuFinding remappedRows(int gpu) {
        Fact pending = facts.of(gpu, GpuFact.REMAP_PENDING);
        Fact failed = facts.of(gpu, GpuFact.REMAP_FAILED);
        if (failed.value().equals("Yes")) {
            return GpuFinding.fail("a row could not be remapped");
        }
        if (pending.value().equals("Yes")) {
            return GpuFinding.fail("rows wait for a reset to be remapped");
        }
        return pending.known() && failed.known()
                ? GpuFinding.ok("none pending, none failed")
                : GpuFinding.unknown(absence(gpu, GpuFact.REMAP_PENDING, GpuFact.REMAP_FAILED));
    }

    private GpuFinding powerLimit(int gpu) {
        Optional<Double> limit = number(gpu, GpuFact.POWER_LIMIT);
        Optional<Double> normal = number(gpu, GpuFact.POWER_DEFAULT);
        if (limit.isEmpty() || normal.isEmpty()) {
            return GpuFinding.unknown(absence(gpu, GpuFact.POWER_LIMIT, GpuFact.POWER_DEFAULT));
        }
        String found = Quantities.plain(limit.get()) + " W, default " + Quantities.plain(normal.get()) + " W";
        return limit.get() + CLOSE_WATTS < normal.get() ? GpuFinding.warn(found) : GpuFinding.ok(found);
    }

    private GpuFinding clocks(int gpu) {
        Fact held = facts.of(gpu, GpuFact.CLOCK_HELD);
        Optional<Double> set = number(gpu, GpuFact.CLOCK_SET);
        Optional<Double> normal = number(gpu, GpuFact.CLOCK_DEFAULT);
        if (set.isPresent() && normal.isPresent() && set.get() < normal.get()) {
            return GpuFinding.warn("set to " + Quantities.plain(set.get()) + " MHz, default "
                    + Quantities.plain(normal.get()) + " MHz");
        }
        if (held.value().equals("Active")) {
            return GpuFinding.warn("held down by a setting now");
        }
        return held.known()
                ? GpuFinding.ok(set.map(clock -> "set to " + Quantities.plain(clock) + " MHz, not held down")
                        .orElse("not held down by a setting"))
                : GpuFinding.unknown(held.absence());
    }

    // Use

    private String memoryWanted() {
        return wanted.limits()
                .gpuMemoryFree()
                .map(share -> "at least " + Quantities.percent(share) + " free before the server starts")
                .orElse("any; see preflight.gpu_memory_free");
    }

    private GpuFinding memory(int gpu) {
        Optional<Double> free = number(gpu, GpuFact.MEMORY_FREE);
        Optional<Double> total = number(gpu, GpuFact.MEMORY_TOTAL);
        if (free.isEmpty() || total.isEmpty() || total.get() <= 0) {
            return GpuFinding.unknown(absence(gpu, GpuFact.MEMORY_FREE, GpuFact.MEMORY_TOTAL));
        }
        double share = free.get() / total.get();
        String found = Quantities.bytes(free.get() * BYTES_PER_MIB) + " of "
                + Quantities.bytes(total.get() * BYTES_PER_MIB) + " free (" + Quantities.percent(share) + ")";
        boolean served = facts.of(gpu, GpuFact.PROCESSES).value().contains("(vLLM)");
        if (served) {
            return GpuFinding.ok(found + ", in use by vLLM");
        }
        boolean little =
                wanted.limits().gpuMemoryFree().map(least -> share < least).orElse(false);
        return little ? GpuFinding.fail(found) : GpuFinding.ok(found);
    }

    private GpuFinding processes(int gpu) {
        Fact processes = facts.of(gpu, GpuFact.PROCESSES);
        if (!processes.known()) {
            return GpuFinding.unknown(processes.absence());
        }
        boolean others = !processes.value().equals("none")
                && Arrays.stream(processes.value().split(", ")).anyMatch(one -> !one.endsWith("(vLLM)"));
        return others ? GpuFinding.warn(processes.value()) : GpuFinding.ok(processes.value());
    }

    // Facts

    private Optional<Double> number(int gpu, GpuFact name) {
        String value = facts.of(gpu, name).value();
        return value.matches("\\d+(\\.\\d+)?") ? Optional.of(Double.parseDouble(value)) : Optional.empty();
    }

    private String absence(int gpu, GpuFact... names) {
        for (GpuFact name : names) {
            Fact fact = facts.of(gpu, name);
            if (!fact.known()) {
                return fact.absence();
            }
        }
        return "nvidia-smi prints what is no number";
    }
}
