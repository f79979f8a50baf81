package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the counters of a source were at one instant, and what they grew by since an earlier one.
 *
 * <p>A counter is the sum of its series, such as one for each engine or network interface. It grew by what the series
 * that were there before grew by: one that is new adds nothing yet, because nobody knows since when it has counted. When
 * a series went down or away, the counter was reset, and this once there is no rate.
 */
final class Counters {
    private static final String RESET = "counter was reset";
    private static final double NANOS_PER_SECOND = 1e9;

    private final long nanos;
    private final Map<String, Map<String, Double>> series = new HashMap<>();

    /** At that instant of {@link System#nanoTime}, no counter yet. */
    Counters(long nanos) {
        this.nanos = nanos;
    }

    /** Adds a counter by its series; without any, nothing. */
    void put(String counter, Map<String, Double> values) {
        if (!values.isEmpty()) {
            series.put(counter, Map.copyOf(values));
        }
    }

    /** Adds a counter of one series. */
    void put(String counter, double value) {
        series.put(counter, Map.of("", value));
    }

    /** Whether that counter is there. */
    boolean has(String counter) {
        return series.containsKey(counter);
    }

    /** How a counter changed. */
    sealed interface Change {
        /** It grew by that much, which is not negative, in that time, which is above zero. */
        record Growth(double amount, double seconds) implements Change {}

        /** It began anew. */
        record Reset() implements Change {}
    }

    /** How a counter changed since then; nothing without an earlier value or without time in between. */
    Optional<Change> since(@Nullable Counters earlier, String counter) {
        Map<String, Double> now = series.get(counter);
        Map<String, Double> before = earlier == null ? null : earlier.series.get(counter);
        if (earlier == null || now == null || before == null || nanos <= earlier.nanos) {
            return Optional.empty();
        }
        double amount = 0;
        for (Map.Entry<String, Double> was : before.entrySet()) {
            Double is = now.get(was.getKey());
            if (is == null || !(is >= was.getValue())) {
                return Optional.of(new Change.Reset());
            }
            amount += is - was.getValue();
        }
        double seconds = (nanos - earlier.nanos) / NANOS_PER_SECOND;
        // Numbers that no counter reaches are as good as a reset.
        return Optional.of(Double.isFinite(amount / seconds) ? new Change.Growth(amount, seconds) : new Change.Reset());
    }

    /** The counter's rate since then, per second. */
    Optional<Reading> perSecond(@Nullable Counters earlier, String counter) {
        return since(earlier, counter).map(change -> switch (change) {
            case Change.Growth growth -> Reading.of(growth.amount() / growth.seconds());
            case Change.Reset reset -> reset();
        });
    }

    /**
     * What the one counter grew by over what the other grew by; nothing when the other did not grow.
     *
     * @param factor by which the quotient is multiplied
     * @param most what the result is at most
     */
    Optional<Reading> quotient(
            @Nullable Counters earlier, String dividend, String divisor, double factor, double most) {
        Optional<Change> above = since(earlier, dividend);
        Optional<Change> below = since(earlier, divisor);
        if (above.isEmpty() || below.isEmpty()) {
            return Optional.empty();
        }
        if (above.get() instanceof Change.Growth a && below.get() instanceof Change.Growth b) {
            if (b.amount() == 0) {
                return Optional.empty();
            }
            double value = factor * a.amount() / b.amount();
            return Optional.of(Double.isFinite(value) ? Reading.of(Math.min(most, value)) : reset());
        }
        return Optional.of(reset());
    }

    /** The reading of a counter that began anew. */
    static Reading reset() {
        return Reading.failed(RESET);
    }
}
