package dev.plimsoll.reports.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.GpuFact;
import dev.plimsoll.measurements.MachineFact;
import dev.plimsoll.measurements.MachineFacts;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.scenarios.Preflight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LinkWatchTest {
    private static final String NODE = "gpu-0";
    private static final long SECOND_MICROS = 1_000_000;

    private long micros;

    private static Examination examination(List<String> required, List<String> tolerated) {
        Preflight none = Preflight.DEFAULT;
        Preflight wanted = new Preflight(
                none.driverMinimum(),
                none.drivers(),
                none.lock(),
                Optional.empty(),
                Optional.empty(),
                none.limits(),
                required,
                tolerated);
        return new Examination(wanted, VersionsLock.NONE, Set.of(NODE));
    }

    /** GPUs that idle: generation, lanes of 16, and name. */
    private static Machine idle(String name, int gpus, int generation, int lanes) {
        Map<GpuFact, Fact> gpu = Map.of(
                GpuFact.NAME, Fact.of(name),
                GpuFact.PCIE_GENERATION, Fact.of(generation),
                GpuFact.PCIE_GENERATION_MOST, Fact.of(5),
                GpuFact.PCIE_WIDTH, Fact.of(lanes),
                GpuFact.PCIE_WIDTH_MOST, Fact.of(16),
                GpuFact.UTILIZATION, Fact.of(0));
        List<Map<GpuFact, Fact>> all = new ArrayList<>();
        for (int i = 0; i < gpus; i++) {
            all.add(gpu);
        }
        return new Machine(NODE, true, true, new MachineFacts("host", Map.of(MachineFact.GPUS, Fact.of(gpus)), all));
    }

    private static LinkWatch watch(Examination examination, Machine machine) {
        LinkWatch watch = new LinkWatch(examination);
        watch.looked(machine);
        return watch;
    }

    /** A second later: utilization, generation of 5 and lanes of 16 of each GPU. */
    private List<Check> sample(LinkWatch watch, int[]... gpus) {
        micros += SECOND_MICROS;
        Map<String, Reading> readings = new LinkedHashMap<>();
        for (int i = 0; i < gpus.length; i++) {
            String prefix = gpus.length == 1 ? "gpu." : "gpu." + i + ".";
            readings.put(prefix + "utilization", Reading.of(gpus[i][0]));
            readings.put(prefix + "pcie.generation", Reading.of(gpus[i][1]));
            readings.put(prefix + "pcie.generation.limit", Reading.of(5));
            readings.put(prefix + "pcie.width", Reading.of(gpus[i][2]));
            readings.put(prefix + "pcie.width.limit", Reading.of(16));
        }
        if (gpus.length > 1) {
            readings.put("gpu.pcie.generation", Reading.of(gpus[0][1]));
        }
        return watch.add(new NodeSample(NODE, "nvidia-smi", "agent", micros, readings));
    }

    private List<Check> samples(int times, LinkWatch watch, int[]... gpus) {
        List<Check> answers = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            answers.addAll(sample(watch, gpus));
        }
        return answers;
    }

    private static int[] gpu(int utilization, int generation, int lanes) {
        return new int[] {utilization, generation, lanes};
    }

    private static String told(List<Check> checks) {
        return String.join(
                "|",
                checks.stream()
                        .map(check -> check.id() + " " + check.outcome().label() + " " + check.found())
                        .toList());
    }

    @Test
    void aLinkThatTrainsUpUnderLoadAnswersItsQuestionOnce() {
        Machine machine = idle("NVIDIA H100 80GB HBM3", 1, 1, 16);
        Examination required = examination(List.of("gpu.pcie.generation"), List.of());
        Check before = required.machine(machine).stream()
                .filter(check -> check.id().equals("gpu.pcie.generation"))
                .findFirst()
                .orElseThrow();
        assertEquals(Outcome.UNKNOWN, before.outcome(), "required, but load is still to answer");
        LinkWatch watch = watch(required, machine);
        assertEquals("", told(samples(5, watch, gpu(0, 1, 16))), "idle");
        assertEquals("", told(samples(2, watch, gpu(97, 3, 16))), "a link may need a moment");
        // Samples at 0, 1, 2 and 3 s: three seconds in all.
        assertEquals("", told(samples(3, watch, gpu(97, 5, 16))));
        assertEquals("gpu.pcie.generation ok generation 5 of 5 under load", told(sample(watch, gpu(97, 5, 16))));
        assertEquals("", told(samples(20, watch, gpu(97, 5, 16))));
        assertEquals("", told(watch.rest()));
    }

    @Test
    void aLinkThatStaysNarrowUnderLoadFailsOnce() {
        LinkWatch watch = watch(examination(List.of(), List.of()), idle("NVIDIA H100 80GB HBM3", 1, 1, 8));
        assertEquals("", told(samples(3, watch, gpu(97, 5, 8))));
        assertEquals(
                "gpu.pcie.generation ok generation 5 of 5 under load|gpu.pcie.width fail x8 of x16 under load",
                told(sample(watch, gpu(97, 5, 8))));
        assertEquals("", told(samples(20, watch, gpu(97, 5, 8))));
        assertEquals("", told(watch.rest()));
    }

    @Test
    void whatIsToleratedOrSoldSoIsAWarning() {
        LinkWatch tolerant =
                watch(examination(List.of(), List.of("gpu.pcie.width")), idle("NVIDIA H100 80GB HBM3", 1, 5, 8));
        assertEquals("gpu.pcie.width warn x8 of x16 under load", told(samples(4, tolerant, gpu(97, 5, 8))));
        LinkWatch cloud = watch(examination(List.of(), List.of()), idle("Tesla T4", 1, 5, 8));
        assertEquals(
                "gpu.pcie.width warn x8 of x16 under load, as such GPUs are often wired",
                told(samples(4, cloud, gpu(97, 5, 8))));
        // As a published RTX 5060 Ti, idle: generation 1 of 4 and x8 of x16; under load: 4 of 4 and x8 of x16.
        LinkWatch gamers = watch(examination(List.of(), List.of()), idle("NVIDIA GeForce RTX 5060 Ti", 1, 1, 8));
        assertEquals(
                "gpu.pcie.generation ok generation 5 of 5 under load|"
                        + "gpu.pcie.width warn x8 of x16 under load, as such GPUs are often wired",
                told(samples(4, gamers, gpu(97, 5, 8))));
        LinkWatch strict = watch(examination(List.of("gpu.pcie.width"), List.of()), idle("Tesla T4", 1, 5, 8));
        assertEquals(Outcome.FAIL, samples(4, strict, gpu(97, 5, 8)).getFirst().outcome());
        LinkWatch quarter = watch(examination(List.of(), List.of()), idle("Tesla T4", 1, 5, 4));
        assertEquals(Outcome.FAIL, samples(4, quarter, gpu(97, 5, 4)).getFirst().outcome(), "no such T4 is rented out");
    }

    @Test
    void aGpuThatIsNotAtWorkTellsNothingOfItsLink() {
        LinkWatch watch = watch(examination(List.of(), List.of()), idle("NVIDIA H100 80GB HBM3", 1, 1, 16));
        assertEquals("", told(samples(60, watch, gpu(0, 1, 16))));
        // At work for two samples at a time only.
        for (int i = 0; i < 10; i++) {
            assertEquals("", told(samples(2, watch, gpu(90, 1, 16))));
            assertEquals("", told(samples(2, watch, gpu(0, 1, 16))));
        }
        assertEquals(
                "gpu.pcie.generation unknown generation 1 of 5, and the GPU was not at work for long enough to tell",
                told(watch.rest()));
    }

    @Test
    void aQuestionThatIsRequiredAndNeverAnsweredFailsAtTheEnd() {
        LinkWatch watch =
                watch(examination(List.of("gpu.pcie.generation"), List.of()), idle("NVIDIA H100 80GB HBM3", 1, 1, 16));
        assertEquals(
                "gpu.pcie.generation fail not known: no probe told of the link while load ran", told(watch.rest()));
    }

    @Test
    void aFullLinkThatIsSeenBrieflyIsEnoughAtTheEnd() {
        LinkWatch watch = watch(examination(List.of(), List.of()), idle("NVIDIA H100 80GB HBM3", 1, 1, 16));
        assertEquals("", told(sample(watch, gpu(97, 5, 16))));
        assertEquals("", told(sample(watch, gpu(0, 1, 16))));
        assertEquals("gpu.pcie.generation ok generation 5 of 5 under load", told(watch.rest()));
    }

    @Test
    void ofSeveralGpusEachIsToldAndOneShortLinkIsEnough() {
        LinkWatch watch = watch(examination(List.of(), List.of()), idle("NVIDIA H100 80GB HBM3", 3, 1, 16));
        int[] good = gpu(97, 5, 16);
        assertEquals(
                "gpu.pcie.width fail GPU 1: x8 of x16 under load; GPU 0, 2: x16 of x16 under load",
                told(samples(4, watch, good, gpu(97, 1, 8), gpu(0, 1, 16)).stream()
                        .filter(check -> check.id().equals("gpu.pcie.width"))
                        .toList()));
        assertTrue(watch.rest().isEmpty(), "the generation of GPU 1 was told too");
    }

    @Test
    void aLinkThatFellIsToldWithoutAQuestionAndWithoutALookBefore() {
        LinkWatch watch = new LinkWatch(examination(List.of(), List.of()));
        assertEquals("", told(samples(100, watch, gpu(97, 5, 16))), "nobody asked");
        List<Check> fallen = samples(4, watch, gpu(97, 5, 4));
        assertEquals("gpu.pcie.width fail x4 of x16 under load", told(fallen));
        assertFalse(fallen.getFirst().repair().isBlank());
        assertEquals("", told(watch.rest()));
    }

    @Test
    void asManySamplesAreNeededWhateverTheInterval() {
        LinkWatch watch = watch(examination(List.of(), List.of()), idle("NVIDIA H100 80GB HBM3", 1, 5, 8));
        sample(watch, gpu(97, 5, 8));
        micros += 60 * SECOND_MICROS;
        assertEquals("", told(sample(watch, gpu(97, 5, 8))), "two samples, a minute apart");
        assertEquals("gpu.pcie.width fail x8 of x16 under load", told(sample(watch, gpu(97, 5, 8))));
    }

    @Test
    void readingsThatFailAndOtherProbesAreNoSamplesOfALink() {
        LinkWatch watch = watch(examination(List.of(), List.of()), idle("NVIDIA H100 80GB HBM3", 1, 1, 16));
        Map<String, Reading> readings = Map.of(
                "gpu.utilization", Reading.failed("lost"),
                "gpu.pcie.generation", Reading.failed("lost"),
                "gpu.pcie.width", Reading.notAvailable("n/a"));
        for (int i = 0; i < 10; i++) {
            micros += SECOND_MICROS;
            assertEquals(List.of(), watch.add(new NodeSample(NODE, "nvidia-smi", "agent", micros, readings)));
            assertEquals(
                    List.of(),
                    watch.add(new NodeSample(
                            NODE,
                            "dcgm",
                            "agent",
                            micros,
                            Map.of(
                                    "gpu.utilization", Reading.of(97),
                                    "gpu.pcie.width", Reading.of(8),
                                    "gpu.pcie.width.limit", Reading.of(16)))),
                    "an exporter may repeat what it read 30 s ago");
        }
        assertEquals(Outcome.UNKNOWN, watch.rest().getFirst().outcome());
    }
}
