package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What rounds of {@code nvidia-smi} say. Not thread-safe.
 *
 * <p>How long clocks were held down is taken from the driver's cumulative counters where it has them: what they grew by
 * between two rounds, of the reason that grew most, since one may be counted under two. Without counters a sample is
 * 100 or 0, as the flags were at that instant, which misses what is shorter than an interval.
 */
final class SmiReadings {
    private static final String THROTTLED = "gpu.throttled";
    private static final String POWER_CAP = "gpu.throttled.power_cap";
    private static final Map<String, List<String>> REASONS =
            Map.of(THROTTLED, SmiTable.HELD_DOWN, POWER_CAP, SmiTable.CAPPED);
    private static final double MICROS_PER_PERCENT = 1e4;
    private static final double PERCENT = 100;

    /** The metrics that this has. */
    static final Set<String> METRICS = metricNames();

    private final GpuNode node = new GpuNode();
    private final Map<String, Counters> before = new HashMap<>();
    private final Map<String, String> identities = new HashMap<>();

    private static Set<String> metricNames() {
        Set<String> names = new LinkedHashSet<>();
        names.add(GpuNode.COUNT);
        names.addAll(GpuNode.metrics());
        names.removeAll(Set.of("gpu.sm.active", "gpu.tensor.active", "gpu.xid"));
        return names;
    }

    /** The node's readings in that round. */
    Map<String, Reading> of(SmiRounds.Round round) {
        List<GpuNode.Gpu> gpus = new ArrayList<>();
        for (int i = 0; i < round.rows().size(); i++) {
            SmiTable.Row row = round.rows().get(i);
            String number = Integer.toString(row.index().orElse(i));
            String identity = row.uuid().orElseGet(() -> identities.getOrDefault(number, "number " + number));
            identities.put(number, identity);
            Map<String, Reading> readings = new LinkedHashMap<>(row.readings());
            Counters now = new Counters(round.nanos());
            REASONS.forEach((metric, reasons) ->
                    held(row, reasons, before.get(identity), now).ifPresent(reading -> readings.put(metric, reading)));
            before.put(identity, now);
            gpus.add(new GpuNode.Gpu(identity, number, readings));
        }
        return node.readings(gpus);
    }

    private static Optional<Reading> held(
            SmiTable.Row row, List<String> reasons, @Nullable Counters earlier, Counters now) {
        boolean counted = false;
        double most = -1;
        for (String reason : reasons) {
            Optional<Double> micros = row.heldMicros(reason);
            if (micros.isEmpty()) {
                continue;
            }
            counted = true;
            now.put(reason, micros.get());
            switch (now.since(earlier, reason).orElse(null)) {
                case null -> {}
                case Counters.Change.Reset reset -> {
                    return Optional.of(Counters.reset());
                }
                case Counters.Change.Growth growth ->
                    most = Math.max(most, growth.amount() / growth.seconds() / MICROS_PER_PERCENT);
            }
        }
        if (!counted) {
            return Optional.of(row.held(reasons));
        }
        return most < 0 ? Optional.empty() : Optional.of(Reading.of(Math.min(PERCENT, most)));
    }
}
