package dev.plimsoll.reports.verdict;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.baseline.Circumstances;
import dev.plimsoll.reports.verdict.estimate.Estimate;
import dev.plimsoll.reports.verdict.estimate.Subject;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One run as it is compared: of Plimsoll, or from another tool's file. Immutable as long as nobody adds to its results.
 *
 * @param name a run id, or a file's name
 * @param tool what measured it, with its version where that is known
 * @param circumstances under what
 * @param results values, from which intervals are made; absent where a file only has figures
 * @param unknown names of metrics of which the results tell nothing, though they could
 * @param points figures that a file has besides, each with the number of values behind it
 * @param cautions how this tool's definition of a metric differs from Plimsoll's, by the metric's name
 * @param notes what a reader should know, a sentence each
 */
public record ComparedRun(
        String name,
        String tool,
        Circumstances circumstances,
        Optional<RunResults> results,
        Set<String> unknown,
        Map<Figure, Point> points,
        Map<String, String> cautions,
        List<String> notes) {
    /** Checks the components and copies the collections. */
    public ComparedRun {
        requireNonNull(name, "name");
        requireNonNull(tool, "tool");
        requireNonNull(circumstances, "circumstances");
        unknown = Set.copyOf(unknown);
        points = Map.copyOf(points);
        cautions = Map.copyOf(cautions);
        notes = List.copyOf(notes);
    }

    /**
     * What a number is.
     *
     * @param metric of which metric
     * @param statistic present when the metric has statistics
     */
    public record Figure(Metric metric, Optional<Statistic> statistic) {}

    /**
     * A number without an interval.
     *
     * @param value in the metric's unit
     * @param count how many values it stands on; 0 where the file does not tell
     */
    public record Point(double value, long count) {}

    /** A number with what is known of its variance. */
    record Found(Estimate estimate, long count) {}

    /** The figure's value; absent where the run has none to be relied on. */
    Optional<Found> find(Figure figure, double confidence) {
        Optional<Found> measured = resultsOf(figure.metric()).flatMap(all -> measured(all, figure, confidence));
        return measured.or(() -> Optional.ofNullable(points.get(figure))
                .map(point -> new Found(new Estimate(point.value(), Double.NaN, 0), point.count())));
    }

    /** The results, where they tell of that metric. */
    Optional<RunResults> resultsOf(Metric metric) {
        return results.filter(all -> !unknown.contains(metric.name()));
    }

    private static Optional<Found> measured(RunResults results, Figure figure, double confidence) {
        Subject subject = new Subject(figure.metric(), figure.statistic(), Optional.empty(), Optional.empty());
        return subject.measure(results, confidence).stream()
                .filter(one -> one.value().isPresent() && one.problem().isEmpty())
                .max(Comparator.comparingDouble(one -> one.value().orElse(Double.NaN)))
                .map(one -> new Found(Estimate.of(one), one.samples()));
    }
}
