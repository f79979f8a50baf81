package dev.plimsoll.agent.probes;

import dev.plimsoll.agent.probes.PrometheusText.Sample;
import dev.plimsoll.measurements.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The fields of dcgm-exporter's page by metric, and what their values mean. */
final class DcgmFields {
    static final String PREFIX = "DCGM_";

    private static final double MIB = 1024 * 1024;
    private static final double PERCENT = 100;

    /** Values from here on mean "no value" in a field of 32 bits: DCGM_INT32_BLANK and its reasons. */
    private static final double BLANK_32 = 0x7ffffff0L;
    /** The same in a field of 64 bits; as a double it is 2^63. */
    private static final double BLANK_64 = 9.2e18;
    /** The same in a floating-point field: 2^47, and a few more for its reasons. */
    private static final double BLANK_FLOAT = 140_737_488_355_328.0;

    private static final int REASONS = 16;

    /**
     * One field.
     *
     * @param name without labels
     * @param factor by which its value becomes the metric's unit
     */
    private record Field(String name, double factor) {}

    /** Fields of a whole GPU by metric, with the names they had. */
    private static final Map<String, List<Field>> OF_GPU = ofGpu();
    /** Fields of an instance, where a GPU is partitioned, or of the whole GPU. */
    private static final Map<String, List<Field>> OF_INSTANCE = ofInstance();
    /** Counters of nanoseconds by reason; the first that the page has counts. */
    private static final Map<String, List<List<String>>> HELD = Map.of(
            "gpu.throttled",
            List.of(
                    List.of("DCGM_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN_NS", "DCGM_FI_DEV_THERMAL_VIOLATION"),
                    List.of("DCGM_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS"),
                    List.of("DCGM_FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN_NS")),
            "gpu.throttled.power_cap",
            List.of(List.of("DCGM_FI_DEV_CLOCKS_EVENT_REASON_SW_POWER_CAP_NS", "DCGM_FI_DEV_POWER_VIOLATION")));
    /** Masks of reasons at this instant. */
    private static final List<String> MASKS =
            List.of("DCGM_FI_DEV_CLOCKS_EVENT_REASONS", "DCGM_FI_DEV_CLOCK_THROTTLE_REASONS");
    /** Bits of the mask by metric: slowdowns by hardware, heat and brake; the power limit. */
    private static final Map<String, Integer> BITS =
            Map.of("gpu.throttled", 0x8 | 0x20 | 0x40 | 0x80, "gpu.throttled.power_cap", 0x4);

    private DcgmFields() {}

    private static Map<String, List<Field>> ofGpu() {
        Map<String, List<Field>> fields = new LinkedHashMap<>();
        put(fields, "gpu.temperature", 1, "DCGM_FI_DEV_GPU_TEMP", "DCGM_FI_DEV_GPU_TEMP_CELSIUS", "dcgm_gpu_temp");
        put(fields, "gpu.temperature.margin", 1, "DCGM_FI_DEV_GPU_TEMP_LIMIT", "DCGM_FI_DEV_GPU_TEMP_LIMIT_CELSIUS");
        put(fields, "gpu.memory.temperature", 1, "DCGM_FI_DEV_MEMORY_TEMP", "DCGM_FI_DEV_MEMORY_TEMP_CELSIUS");
        put(fields, "gpu.power", 1, "DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_BOARD_POWER_WATTS", "dcgm_power_usage");
        put(
                fields,
                "gpu.power.limit",
                1,
                "DCGM_FI_DEV_ENFORCED_POWER_LIMIT",
                "DCGM_FI_DEV_POWER_MGMT_LIMIT",
                "DCGM_FI_DEV_ENFORCED_POWER_LIMIT_WATTS");
        put(fields, "gpu.clock.sm", 1, "DCGM_FI_DEV_SM_CLOCK", "dcgm_sm_clock");
        more(fields, "gpu.clock.sm", 1e-6, "DCGM_FI_DEV_SM_CLOCK_HERTZ");
        put(fields, "gpu.clock.memory", 1, "DCGM_FI_DEV_MEM_CLOCK", "dcgm_memory_clock");
        more(fields, "gpu.clock.memory", 1e-6, "DCGM_FI_DEV_MEMORY_CLOCK_HERTZ");
        put(fields, "gpu.pcie.generation", 1, "DCGM_FI_DEV_PCIE_LINK_GEN");
        put(fields, "gpu.pcie.generation.limit", 1, "DCGM_FI_DEV_PCIE_MAX_LINK_GEN");
        put(fields, "gpu.pcie.width", 1, "DCGM_FI_DEV_PCIE_LINK_WIDTH");
        put(fields, "gpu.pcie.width.limit", 1, "DCGM_FI_DEV_PCIE_MAX_LINK_WIDTH");
        put(fields, "gpu.ecc.uncorrected", 1, "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL");
        put(fields, "gpu.xid", 1, "DCGM_FI_DEV_XID_ERRORS", "DCGM_FI_DEV_XID_ERROR", "dcgm_xid_errors");
        return fields;
    }

    private static Map<String, List<Field>> ofInstance() {
        Map<String, List<Field>> fields = new LinkedHashMap<>();
        put(fields, "gpu.utilization", 1, "DCGM_FI_DEV_GPU_UTIL", "dcgm_gpu_utilization");
        more(fields, "gpu.utilization", PERCENT, "DCGM_FI_PROF_GR_ENGINE_ACTIVE");
        put(fields, "gpu.sm.active", PERCENT, "DCGM_FI_PROF_SM_ACTIVE");
        put(fields, "gpu.tensor.active", PERCENT, "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE");
        put(fields, "gpu.memory.busy", 1, "DCGM_FI_DEV_MEM_COPY_UTIL", "dcgm_mem_copy_utilization");
        more(fields, "gpu.memory.busy", PERCENT, "DCGM_FI_PROF_DRAM_ACTIVE", "DCGM_FI_PROF_DRAM_UTIL_RATIO");
        put(fields, "gpu.memory.used", MIB, "DCGM_FI_DEV_FB_USED", "dcgm_fb_used");
        put(fields, "gpu.memory.free", MIB, "DCGM_FI_DEV_FB_FREE", "dcgm_fb_free");
        return fields;
    }

    private static void put(Map<String, List<Field>> fields, String metric, double factor, String... names) {
        fields.put(metric, List.of());
        more(fields, metric, factor, names);
    }

    private static void more(Map<String, List<Field>> fields, String metric, double factor, String... names) {
        List<Field> all = new ArrayList<>(fields.getOrDefault(metric, List.of()));
        for (String name : names) {
            all.add(new Field(name, factor));
        }
        fields.put(metric, List.copyOf(all));
    }

    /** What those samples of one GPU say of it, counters of time left out. */
    static Map<String, Reading> ofGpu(Map<String, Sample> samples) {
        return readings(OF_GPU, samples);
    }

    /** What those samples of one GPU or one instance say of the work on it. */
    static Map<String, Reading> ofInstance(Map<String, Sample> samples) {
        return readings(OF_INSTANCE, samples);
    }

    private static Map<String, Reading> readings(Map<String, List<Field>> fields, Map<String, Sample> samples) {
        Map<String, Reading> readings = new LinkedHashMap<>();
        fields.forEach((metric, names) -> {
            Reading reading = Reading.notAvailable(
                    "the exporter does not tell " + names.getFirst().name());
            for (Field field : names) {
                Sample sample = samples.get(field.name());
                if (sample != null && !(reading instanceof Reading.Value)) {
                    reading = scaled(value(sample), field.factor());
                }
            }
            readings.put(metric, reading);
        });
        return readings;
    }

    private static Reading scaled(Reading reading, double factor) {
        return reading instanceof Reading.Value value ? Reading.of(value.value() * factor) : reading;
    }

    private static Reading value(Sample sample) {
        double value = sample.value();
        if (!Double.isFinite(value)) {
            return Reading.failed(sample.name() + " is " + value + " on this page");
        }
        boolean blank = value >= BLANK_32 && value < BLANK_32 + REASONS || isBlankCounter(value);
        return blank ? Reading.notAvailable("DCGM has no value of " + sample.name()) : Reading.of(value);
    }

    /** Counters of nanoseconds pass the blank value of 32 bits after two seconds. */
    private static boolean isBlankCounter(double value) {
        return value >= BLANK_64 || value >= BLANK_FLOAT && value < BLANK_FLOAT + REASONS;
    }

    /** How long clocks were held down, in ns, by reason; empty where the page has no counter. */
    static Map<String, Double> heldNanos(String metric, Map<String, Sample> samples) {
        Map<String, Double> nanos = new LinkedHashMap<>();
        for (List<String> names : HELD.getOrDefault(metric, List.of())) {
            for (String name : names) {
                Sample sample = samples.get(name);
                if (sample != null && Double.isFinite(sample.value()) && !isBlankCounter(sample.value())) {
                    nanos.put(name, sample.value());
                    break;
                }
            }
        }
        return nanos;
    }

    /** Whether clocks are held down right now, 100 or 0, by the mask of reasons. */
    static Reading heldNow(String metric, Map<String, Sample> samples) {
        for (String name : MASKS) {
            Sample sample = samples.get(name);
            if (sample != null && value(sample) instanceof Reading.Value mask) {
                return Reading.of(((long) mask.value() & BITS.getOrDefault(metric, 0)) != 0 ? PERCENT : 0);
            }
        }
        return Reading.notAvailable("the exporter tells neither how long nor whether clocks are held down; "
                + "add the DCGM_FI_DEV_CLOCKS_EVENT_REASON_*_NS fields to its counters file");
    }
}
