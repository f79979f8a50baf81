package dev.plimsoll.reports.verdict.baseline;

import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.NodeSeries;
import dev.plimsoll.reports.results.RunResults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What kind of GPUs a node has, as far as its probes tell: no probe reads a name that all sources have, and number,
 * memory and power limit tell any two kinds apart that matter. Pure.
 *
 * @param count how many answered
 * @param memoryBytes of each: used + free
 * @param watts the power limit in force, of all together
 */
public record GpuKind(OptionalDouble count, OptionalDouble memoryBytes, OptionalDouble watts) {
    private static final double TOLERANCE = 0.03;

    /** Of each node that has GPUs, the smallest memory first; names of nodes do not matter. */
    public static List<GpuKind> of(RunResults results) {
        List<GpuKind> kinds = new ArrayList<>();
        for (String node : results.nodes()) {
            Map<String, NodeSeries> series = results.series(node);
            OptionalDouble used = first(series, "gpu.memory.used");
            OptionalDouble free = first(series, "gpu.memory.free");
            OptionalDouble memory = used.isPresent() && free.isPresent()
                    ? OptionalDouble.of(used.getAsDouble() + free.getAsDouble())
                    : OptionalDouble.empty();
            GpuKind kind = new GpuKind(largest(series, "gpu.count"), memory, largest(series, "gpu.power.limit"));
            if (kind.count.isPresent() || memory.isPresent() || kind.watts.isPresent()) {
                kinds.add(kind);
            }
        }
        kinds.sort(Comparator.comparingDouble((GpuKind kind) -> kind.memoryBytes.orElse(0))
                .thenComparingDouble(kind -> kind.count.orElse(0)));
        return List.copyOf(kinds);
    }

    /** Whether nothing that both tell differs. */
    public boolean isLike(GpuKind other) {
        return near(count, other.count) && near(memoryBytes, other.memoryBytes) && near(watts, other.watts);
    }

    private static boolean near(OptionalDouble one, OptionalDouble other) {
        return one.isEmpty()
                || other.isEmpty()
                || Math.abs(one.getAsDouble() - other.getAsDouble())
                        <= TOLERANCE * Math.max(Math.abs(one.getAsDouble()), Math.abs(other.getAsDouble()));
    }

    private static OptionalDouble first(Map<String, NodeSeries> series, String metric) {
        return Arrays.stream(values(series, metric)).findFirst();
    }

    private static OptionalDouble largest(Map<String, NodeSeries> series, String metric) {
        return Arrays.stream(values(series, metric)).max();
    }

    private static double[] values(Map<String, NodeSeries> series, String metric) {
        NodeSeries one = series.get(metric);
        return one == null ? new double[0] : one.between(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        count.ifPresent(n -> parts.add(Quantities.digits(n) + (n == 1 ? " GPU" : " GPUs")));
        memoryBytes.ifPresent(bytes -> parts.add("of " + Quantities.bytes(bytes)));
        watts.ifPresent(limit -> parts.add("with " + Quantities.digits(limit) + " W"));
        return String.join(" ", parts);
    }
}
