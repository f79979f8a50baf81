package dev.plimsoll.agent.probes;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What the processors of a machine did since its start.
 *
 * @param all over all processors
 * @param cores by processor
 */
public record CpuTimes(Core all, Map<String, Core> cores) {
    /** Copies the map. */
    public CpuTimes {
        cores = Collections.unmodifiableMap(new LinkedHashMap<>(cores));
    }

    /**
     * Times of one processor, or of all; in whatever unit, the same for each.
     *
     * @param busy user, nice, system, interrupts; guests are within user
     * @param idle doing nothing
     * @param iowait doing nothing while input or output was under way; may go backwards
     * @param steal taken by the hypervisor
     */
    public record Core(double busy, double idle, double iowait, double steal) {
        private static final int FIRST = 1;
        private static final int FIELDS = 8;

        /** From a line of {@code /proc/stat}: name, user, nice, system, idle, iowait, irq, softirq, steal, …. */
        static Core parse(String[] fields) throws java.io.IOException {
            double[] times = new double[FIELDS];
            try {
                for (int i = 0; i < FIELDS && i + FIRST < fields.length; i++) {
                    times[i] = Long.parseLong(fields[i + FIRST]);
                }
            } catch (NumberFormatException e) {
                throw new java.io.IOException("a time of " + fields[0] + " in /proc/stat is no number", e);
            }
            return new Core(times[0] + times[1] + times[2] + times[5] + times[6], times[3], times[4], times[7]);
        }

        /** What was added since; what went backwards counts as nothing. */
        Core since(Core earlier) {
            return new Core(
                    Math.max(0, busy - earlier.busy),
                    Math.max(0, idle - earlier.idle),
                    Math.max(0, iowait - earlier.iowait),
                    Math.max(0, steal - earlier.steal));
        }

        double total() {
            return busy + idle + iowait + steal;
        }
    }

    /** Busy time of all processors since that earlier reading, in percent; nothing when no time passed. */
    public OptionalDouble utilization(CpuTimes earlier) {
        Core d = all.since(earlier.all);
        return percent(d.busy(), d);
    }

    /** Stolen time since that earlier reading, in percent. */
    public OptionalDouble steal(CpuTimes earlier) {
        Core d = all.since(earlier.all);
        return percent(d.steal(), d);
    }

    /** Time waiting for input and output since that earlier reading, in percent. */
    public OptionalDouble iowait(CpuTimes earlier) {
        Core d = all.since(earlier.all);
        return percent(d.iowait(), d);
    }

    /** Busy time of the busiest processor since that earlier reading, in percent. */
    public OptionalDouble busiestCore(CpuTimes earlier) {
        return cores.entrySet().stream()
                .filter(core -> earlier.cores.containsKey(core.getKey()))
                .map(core -> {
                    Core before = earlier.cores.get(core.getKey());
                    return before == null
                            ? OptionalDouble.empty()
                            : busy(core.getValue().since(before));
                })
                .flatMapToDouble(OptionalDouble::stream)
                .max();
    }

    private static OptionalDouble busy(Core d) {
        return percent(d.busy(), d);
    }

    private static OptionalDouble percent(double part, Core whole) {
        return whole.total() > 0 ? OptionalDouble.of(100 * part / whole.total()) : OptionalDouble.empty();
    }
}
