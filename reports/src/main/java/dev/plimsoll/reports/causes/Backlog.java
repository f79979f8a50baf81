package dev.plimsoll.reports.causes;

import dev.plimsoll.measurements.Metrics;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How many requests wait in each interval of a phase, and so when those of an anomaly were held up.
 *
 * <p>A latency is seen when a request ends: of a stop of five seconds there is nothing during the stop and one interval of
 * long times to first token after it, with no hint at when it began. The number of those that wait rises in it from its
 * first second to its last.
 */
final class Backlog {
    /** Fewer than this are no queue. */
    private static final double LEAST = 3;
    /** And fewer than so many deviations of what mostly waits. */
    private static final double DEVIATIONS = 5;
    /** Intervals in which less than this share of the most waits are left out at either end. */
    private static final double EDGE = 0.1;
    /** At least this share of the time that requests took longer was spent waiting, or waiting is not what they did. */
    private static final double SHARE = 0.25;

    private static final double MILLIS_PER_SECOND = 1e3;

    private final Grid grid;
    private final double[] excess;
    private final double least;
    private final double usualLatency;

    /** The backlog of a phase. */
    Backlog(Grid grid) {
        this.grid = grid;
        double[] waiting = grid.waiting();
        double usual = Noise.median(waiting);
        excess = Arrays.stream(waiting).map(count -> count - usual).toArray();
        least = Math.max(LEAST, DEVIATIONS * Noise.spread(excess));
        usualLatency = Noise.median(Arrays.stream(grid.values(m -> m.mean(Metrics.LATENCY.name())))
                .filter(Double::isFinite)
                .toArray());
    }

    /**
     * The stretch in which an anomaly's requests were held up, with how many they were as its shape. Absent where no more
     * waited than mostly do, or where their waiting is little of what they took longer: requests that wait on average
     * are rate × time waited (Little 1961), so their sum over the stretch is the time that all of them spent so.
     *
     * @param anomaly the anomaly
     * @param mostLag how many intervals before it the stretch may begin
     */
    Optional<Coincidence.Span> of(Anomaly anomaly, int mostLag) {
        int from = Math.max(0, anomaly.first() - mostLag);
        int to = Math.min(excess.length, anomaly.last() + 1);
        double most =
                IntStream.range(from, to).mapToDouble(i -> excess[i]).max().orElse(0);
        if (most < least) {
            return Optional.empty();
        }
        int first = from;
        while (excess[first] < EDGE * most) {
            first++;
        }
        int last = to;
        while (excess[last - 1] < EDGE * most) {
            last--;
        }
        List<Double> shape = Arrays.stream(excess, first, last)
                .mapToObj(count -> Math.max(0, count))
                .toList();
        double waited = shape.stream().mapToDouble(Double::doubleValue).sum() * grid.step();
        return waited < SHARE * secondsLonger(anomaly)
                ? Optional.empty()
                : Optional.of(new Coincidence.Span(
                        first, last, shape.size() <= Coincidence.Span.LONGEST_SHAPE ? shape : List.of()));
    }

    /** How much longer an anomaly's requests took, all of them added up. */
    private double secondsLonger(Anomaly anomaly) {
        double millis = 0;
        for (Moment moment : grid.moments().subList(anomaly.first(), anomaly.last())) {
            Moment.Sum sum = moment == null ? null : moment.sums().get(Metrics.LATENCY.name());
            millis += sum == null ? 0 : sum.total() - sum.count() * usualLatency;
        }
        return millis / MILLIS_PER_SECOND;
    }
}
