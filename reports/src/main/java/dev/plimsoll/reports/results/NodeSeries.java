package dev.plimsoll.reports.results;

import dev.plimsoll.measurements.Reading;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The samples of one metric on the run's timeline. A value takes 16 bytes, so two hours at one sample a second take
 * 115 kB. Confined to the thread of the {@link RunResults} it belongs to.
 */
public final class NodeSeries {
    private double[] times = new double[64];
    private double[] values = new double[64];
    private int size;
    private double[] failureTimes = new double[4];
    private int failures;
    private String lastReason = "";

    NodeSeries() {}

    void add(double t, Reading reading) {
        switch (reading) {
            case Reading.Value value -> {
                if (size == times.length) {
                    times = Arrays.copyOf(times, size * 2);
                    values = Arrays.copyOf(values, size * 2);
                }
                times[size] = t;
                values[size] = value.value();
                size++;
            }
            case Reading.NotAvailable none -> lastReason = none.reason();
            case Reading.Failed failed -> {
                if (failures == failureTimes.length) {
                    failureTimes = Arrays.copyOf(failureTimes, failures * 2);
                }
                failureTimes[failures++] = t;
                lastReason = failed.reason();
            }
        }
    }

    /** The values sampled in {@code [from, to)}, in the order they came. */
    public double[] between(double from, double to) {
        double[] found = new double[size];
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (times[i] >= from && times[i] < to) {
                found[count++] = values[i];
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** Hands the values sampled in {@code [from, to)} to a consumer with their instants, in the order they came. */
    public void between(double from, double to, PointConsumer consumer) {
        for (int i = 0; i < size; i++) {
            if (times[i] >= from && times[i] < to) {
                consumer.accept(times[i], values[i]);
            }
        }
    }

    /** Takes a value and its instant, in seconds since the load began. */
    public interface PointConsumer {
        /** Takes one. */
        void accept(double t, double value);
    }

    /** The values sampled in each stretch. */
    public List<double[]> within(List<Stretch> stretches) {
        List<double[]> found = new ArrayList<>();
        for (Stretch stretch : stretches) {
            found.add(between(stretch.from(), stretch.to()));
        }
        return found;
    }

    /** How many attempts to read a value failed in these stretches. */
    public int failuresWithin(List<Stretch> stretches) {
        int count = 0;
        for (int i = 0; i < failures; i++) {
            double t = failureTimes[i];
            if (stretches.stream().anyMatch(s -> t >= s.from() && t < s.to())) {
                count++;
            }
        }
        return count;
    }

    /** Why the last sample without a value had none; absent when all had one. */
    public Optional<String> missing() {
        return lastReason.isEmpty() ? Optional.empty() : Optional.of(lastReason);
    }

    /**
     * A stretch of the run's timeline.
     *
     * @param from its start in seconds
     * @param to its end in seconds
     */
    public record Stretch(double from, double to) {}
}
