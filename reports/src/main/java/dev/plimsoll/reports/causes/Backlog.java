package dev.plimsoll.reports.causes;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * When an anomaly's requests were held up, and how many of them at each instant.
 *
 * <p>A latency is seen when a request ends: a stop of five seconds is a single interval of high times to first token, and
 * none during the stop. How many requests wait ({@link Grid#waiting}) tells the stop itself, as a ramp.
 */
final class Backlog {
    /** Fewer than this are no queue. */
    private static final double LEAST = 3;
    /** And fewer than so many deviations of what waits mostly. */
    private static final double DEVIATIONS = 5;
    /** Intervals with less than this share of the most are its edges. */
    private static final double EDGE = 0.1;

    private Backlog() {}

    /**
     * The stretch in which requests were held up, with how many they were as its shape; absent where no more waited than
     * mostly do.
     *
     * @param waiting how many wait in each interval
     * @param from where to look
     * @param to the interval after the last one to look at
     */
    static Optional<Coincidence.Span> around(double[] waiting, int from, int to) {
        double usual = Noise.median(waiting);
        double spread = Noise.spread(Arrays.stream(waiting).map(one -> one - usual).toArray());
        double most = IntStream.range(from, to).mapToDouble(i -> waiting[i] - usual).max().orElse(0);
        if (most < Math.max(LEAST, DEVIATIONS * spread)) {
            return Optional.empty();
        }
        int first = from;
        while (waiting[first] - usual < EDGE * most) {
            first++;
        }
        int last = to;
        while (waiting[last - 1] - usual < EDGE * most) {
            last--;
        }
        List<Double> shape = Arrays.stream(waiting, first, last)
                .mapToObj(one -> Math.max(0, one - usual))
                .toList();
        return Optional.of(new Coincidence.Span(first, last, shape));
    }
}
