package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The GPUs of one node, and how they become the node's readings. Not thread-safe.
 *
 * <p>A metric of the node is the mean, the sum or the worst of its GPUs, as its meaning needs ({@link Over}). Where
 * there are several, each has its own readings beside: {@code gpu.3.temperature}. A GPU is known by its identity and
 * keeps the number under which it was first seen, whatever number the driver gives it after another one fell off the bus.
 *
 * <p>What a GPU had once is only missing later. While one that was seen is missing, a metric of the node that needs all
 * GPUs fails rather than tell of the others alone; {@code gpu.count} tells how many answered.
 */
final class GpuNode {
    /** How many GPUs answered. */
    static final String COUNT = "gpu.count";

    private static final String PREFIX = "gpu.";
    private static final String UTILIZATION = "gpu.utilization";

    /** How one number is made of several GPUs'. */
    private enum Over {
        /** Their mean: GPUs of the same kind share the work. */
        MEAN(values -> DoubleStream.of(values).average().orElseThrow()),
        /** Their sum. */
        SUM(values -> DoubleStream.of(values).sum()),
        /** The largest. */
        HIGHEST(values -> DoubleStream.of(values).max().orElseThrow()),
        /** The smallest. */
        LOWEST(values -> DoubleStream.of(values).min().orElseThrow()),
        /** The smallest of those that are at work, as an idle GPU clocks down by design; of all when none is. */
        LOWEST_AT_WORK(values -> DoubleStream.of(values).min().orElseThrow());

        private final ToDoubleFunction<double[]> function;

        Over(ToDoubleFunction<double[]> function) {
            this.function = function;
        }
    }

    /**
     * What there is to know of a metric.
     *
     * @param over how one number is made of several GPUs'
     * @param least that a GPU can have; below it the source is wrong
     * @param most that a GPU can have; above it the source is wrong
     */
    private record Trait(Over over, double least, double most) {}

    private static final double PERCENT = 100;
    private static final double MOST_BYTES = 1L << 46;
    private static final double COLDEST = -20;
    private static final double HOTTEST = 150;
    private static final double MOST_WATTS = 10_000;
    private static final double MOST_MEGAHERTZ = 100_000;
    private static final double MOST_COUNT = 1e15;

    private static final Map<String, Trait> TRAITS = traits();

    private final Map<String, String> numbers = new LinkedHashMap<>();
    private final Map<String, Set<String>> seen = new HashMap<>();

    private static Map<String, Trait> traits() {
        Map<String, Trait> traits = new LinkedHashMap<>();
        traits.put(UTILIZATION, new Trait(Over.MEAN, 0, PERCENT));
        traits.put("gpu.sm.active", new Trait(Over.MEAN, 0, PERCENT));
        traits.put("gpu.tensor.active", new Trait(Over.MEAN, 0, PERCENT));
        traits.put("gpu.memory.busy", new Trait(Over.MEAN, 0, PERCENT));
        traits.put("gpu.memory.used", new Trait(Over.HIGHEST, 0, MOST_BYTES));
        traits.put("gpu.memory.free", new Trait(Over.LOWEST, 0, MOST_BYTES));
        traits.put("gpu.temperature", new Trait(Over.HIGHEST, COLDEST, HOTTEST));
        traits.put("gpu.temperature.margin", new Trait(Over.LOWEST, -HOTTEST, HOTTEST));
        traits.put("gpu.memory.temperature", new Trait(Over.HIGHEST, COLDEST, HOTTEST));
        traits.put("gpu.power", new Trait(Over.SUM, 0, MOST_WATTS));
        traits.put("gpu.power.limit", new Trait(Over.SUM, 0, MOST_WATTS));
        traits.put("gpu.clock.sm", new Trait(Over.LOWEST_AT_WORK, 0, MOST_MEGAHERTZ));
        traits.put("gpu.clock.memory", new Trait(Over.LOWEST_AT_WORK, 0, MOST_MEGAHERTZ));
        traits.put("gpu.throttled", new Trait(Over.HIGHEST, 0, PERCENT));
        traits.put("gpu.throttled.power_cap", new Trait(Over.HIGHEST, 0, PERCENT));
        traits.put("gpu.pcie.generation", new Trait(Over.LOWEST_AT_WORK, 0, 20));
        traits.put("gpu.pcie.generation.limit", new Trait(Over.LOWEST, 0, 20));
        traits.put("gpu.pcie.width", new Trait(Over.LOWEST, 0, 64));
        traits.put("gpu.pcie.width.limit", new Trait(Over.LOWEST, 0, 64));
        traits.put("gpu.ecc.uncorrected", new Trait(Over.SUM, 0, MOST_COUNT));
        traits.put("gpu.xid", new Trait(Over.HIGHEST, 0, MOST_COUNT));
        return traits;
    }

    /** Every metric that a GPU can have. */
    static Set<String> metrics() {
        return TRAITS.keySet();
    }

    /**
     * What was read of one GPU, or of one instance on it.
     *
     * @param identity that does not change while the machine runs, such as its UUID
     * @param number the number the driver gives it, such as {@code 3}, or {@code 3_7} for instance 7 on it
     * @param readings by metric, named as if it were the only one; a metric that is not here has no reading this time
     */
    record Gpu(String identity, String number, Map<String, Reading> readings) {
        /** Copies the map. */
        Gpu {
            readings = Map.copyOf(readings);
        }

        private boolean isInstance() {
            return number.indexOf('_') >= 0;
        }
    }

    /** The node's readings at one instant, at which these GPUs were listed. */
    Map<String, Reading> readings(List<Gpu> listed) {
        Map<String, Map<String, Reading>> byNumber = new LinkedHashMap<>();
        Set<String> answered = new HashSet<>();
        Set<String> present = new HashSet<>();
        for (Gpu gpu : listed) {
            String number = numbers.computeIfAbsent(gpu.identity(), i -> free(gpu.number()));
            Set<String> had = seen.computeIfAbsent(number, n -> new HashSet<>());
            Map<String, Reading> readings = new LinkedHashMap<>();
            gpu.readings().forEach((metric, reading) -> readings.put(metric, checked(had, metric, reading)));
            byNumber.put(number, readings);
            present.add(gpu.identity());
            if (!gpu.isInstance()
                    && gpu.readings().values().stream()
                            .anyMatch(r -> r.asDouble().isPresent())) {
                answered.add(gpu.identity());
            }
        }
        numbers.forEach((identity, number) -> {
            if (!present.contains(identity)) {
                byNumber.put(number, missing(number));
            }
        });
        Map<String, Reading> all = new LinkedHashMap<>();
        all.put(COUNT, Reading.of(answered.size()));
        for (String metric : TRAITS.keySet()) {
            Reading reading = ofAll(metric, byNumber);
            if (reading != null) {
                all.put(metric, reading);
            }
        }
        if (byNumber.size() > 1) {
            byNumber.forEach((number, readings) -> readings.forEach(
                    (metric, reading) -> all.put(PREFIX + number + metric.substring(PREFIX.length() - 1), reading)));
        }
        return all;
    }

    private String free(String wanted) {
        Collection<String> taken = numbers.values();
        String number = wanted;
        for (int i = 0; taken.contains(number); i++) {
            number = Integer.toString(i);
        }
        return number;
    }

    private static Reading checked(Set<String> had, String metric, Reading reading) {
        if (reading instanceof Reading.Value value) {
            Trait trait = TRAITS.get(metric);
            if (trait != null && !(value.value() >= trait.least() && value.value() <= trait.most())) {
                return Reading.failed(value.value() + " was read, which no GPU can have");
            }
            had.add(metric);
        } else if (reading instanceof Reading.NotAvailable none && had.contains(metric)) {
            return Reading.failed("was there before: " + none.reason());
        }
        return reading;
    }

    private Map<String, Reading> missing(String number) {
        Reading lost = Reading.failed("it is no longer listed");
        Map<String, Reading> readings = new LinkedHashMap<>();
        seen.getOrDefault(number, Set.of()).forEach(metric -> readings.put(metric, lost));
        return readings;
    }

    /** One metric of all GPUs together; null when no GPU speaks of it. */
    private @Nullable Reading ofAll(String metric, Map<String, Map<String, Reading>> byNumber) {
        List<Double> values = new ArrayList<>();
        List<Double> atWork = new ArrayList<>();
        Reading none = null;
        for (Map.Entry<String, Map<String, Reading>> gpu : byNumber.entrySet()) {
            Reading reading = gpu.getValue().get(metric);
            switch (reading) {
                case null -> {}
                case Reading.Value value -> {
                    values.add(value.value());
                    if (!isIdle(gpu.getValue())) {
                        atWork.add(value.value());
                    }
                }
                case Reading.Failed failed -> {
                    return byNumber.size() == 1
                            ? failed
                            : Reading.failed("GPU " + gpu.getKey() + ": " + failed.reason());
                }
                case Reading.NotAvailable absent -> none = absent;
            }
        }
        Trait trait = TRAITS.get(metric);
        Over over = trait == null ? Over.HIGHEST : trait.over();
        List<Double> counted = over == Over.LOWEST_AT_WORK && !atWork.isEmpty() ? atWork : values;
        return counted.isEmpty()
                ? none
                : Reading.of(over.function.applyAsDouble(
                        counted.stream().mapToDouble(Double::doubleValue).toArray()));
    }

    private static boolean isIdle(Map<String, Reading> readings) {
        return readings.get(UTILIZATION) instanceof Reading.Value use && use.value() == 0;
    }
}
