package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The stop-the-world pauses of a JVM's collectors since its start, as sums.
 *
 * <p>From two of them follow how many pauses there were in between and how long they took together. Their longest follows
 * only where the source keeps a maximum, and then not always: see {@link #longest}.
 *
 * @param nanos when they were read, by {@link System#nanoTime}
 * @param pauses by collector, or by whatever else the source tells apart; a new one has its first pause after it came
 */
record GcTotals(long nanos, Map<String, Total> pauses) {
    private static final double PERCENT = 100;
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;

    /** Sums are decimals that were added up, so their differences are off in the last digits. */
    private static final double ROUNDING_MICROS = 1e3;

    /** Copies the map. */
    GcTotals {
        pauses = Map.copyOf(pauses);
    }

    /**
     * Pauses of one kind.
     *
     * @param count how many
     * @param seconds how long together
     * @param longestSeconds of those of the last minutes; absent where the source keeps none
     */
    record Total(double count, double seconds, OptionalDouble longestSeconds) {
        private static final Total NONE = new Total(0, 0, OptionalDouble.of(0));

        /** Of a source that keeps no maximum. */
        static Total of(double count, double seconds) {
            return new Total(count, seconds, OptionalDouble.empty());
        }
    }

    /** Whether the JVM, or who counts for it, has begun anew since then: what was counted went down or away. */
    boolean isReset(GcTotals earlier) {
        return earlier.pauses.entrySet().stream().anyMatch(entry -> {
            Total now = pauses.get(entry.getKey());
            return now == null || now.count < entry.getValue().count || now.seconds < entry.getValue().seconds;
        });
    }

    /** Seconds since then. */
    private double elapsed(GcTotals earlier) {
        return (nanos - earlier.nanos) / NANOS_PER_SECOND;
    }

    /** What each collector added since then. The earlier totals are of the same life of the JVM. */
    private Map<String, Total> added(GcTotals earlier) {
        Map<String, Total> added = new LinkedHashMap<>();
        pauses.forEach((name, now) -> {
            Total before = earlier.pauses.getOrDefault(name, Total.NONE);
            added.put(name, new Total(now.count - before.count, now.seconds - before.seconds, now.longestSeconds));
        });
        return added;
    }

    /** Pauses per second since then; nothing when no time passed. */
    Optional<Reading> perSecond(GcTotals earlier) {
        double count =
                added(earlier).values().stream().mapToDouble(Total::count).sum();
        return finite(count / elapsed(earlier), earlier);
    }

    /**
     * Share of the time since then that was spent in pauses, in percent. A pause counts where it ended, so it is held to
     * 100; nothing when no time passed.
     */
    Optional<Reading> share(GcTotals earlier) {
        double seconds =
                added(earlier).values().stream().mapToDouble(Total::seconds).sum();
        return finite(Math.min(PERCENT, PERCENT * seconds / elapsed(earlier)), earlier);
    }

    private Optional<Reading> finite(double value, GcTotals earlier) {
        return nanos > earlier.nanos && Double.isFinite(value) ? Optional.of(Reading.of(value)) : Optional.empty();
    }

    /**
     * The longest pause since then, in milliseconds, for sources that keep a maximum over the last minutes.
     *
     * <p>It is known for a collector that paused not at all, once (then it is what was added to the sum), or longer than
     * ever in the last minutes (then it is the new maximum). Otherwise it is between the mean and the smaller of sum and
     * maximum. That fails, unless another collector surely paused longer.
     */
    Reading longest(GcTotals earlier) {
        double known = 0;
        double atLeast = 0;
        double atMost = 0;
        double count = 0;
        for (Map.Entry<String, Total> entry : added(earlier).entrySet()) {
            Total added = entry.getValue();
            Total before = earlier.pauses.getOrDefault(entry.getKey(), Total.NONE);
            count += added.count;
            double longest = added.longestSeconds.orElse(Double.POSITIVE_INFINITY);
            if (added.count <= 1) {
                known = Math.max(known, added.count == 0 ? 0 : added.seconds);
            } else if (longest > before.longestSeconds.orElse(Double.POSITIVE_INFINITY)) {
                known = Math.max(known, longest);
            } else {
                atLeast = Math.max(atLeast, added.seconds / added.count);
                atMost = Math.max(atMost, Math.min(longest, added.seconds));
            }
        }
        if (atMost <= known) {
            return Reading.of(millis(known));
        }
        return Reading.failed(Math.round(count) + " pauses since the last sample, of which the page tells no more than"
                + " that the longest took " + millis(Math.max(known, atLeast)) + " to " + millis(atMost)
                + " ms; sample more often, or add a jfr probe");
    }

    /** Seconds in milliseconds, to the microsecond. */
    static double millis(double seconds) {
        return Math.round(seconds * MILLIS_PER_SECOND * ROUNDING_MICROS) / ROUNDING_MICROS;
    }
}
