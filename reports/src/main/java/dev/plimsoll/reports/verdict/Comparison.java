package dev.plimsoll.reports.verdict;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Two groups of runs held against each other: the content of {@code plimsoll compare --format json}.
 *
 * @param format version of this form
 * @param before the earlier group
 * @param after the later group
 * @param comparable whether nothing but the release differs, as far as that is known
 * @param differences what else differs, a clause each
 * @param confidence of each interval
 * @param family how many rows have an interval: all their words together err in at most 1 − confidence (Holm)
 * @param spreadKnown whether there are runs enough to tell how much runs of the same code differ
 * @param rows what was compared
 * @param ranks rank statistics, which decide nothing
 * @param notes what a reader should know, a sentence each
 * @param checks limits that were asked for
 */
public record Comparison(
        int format,
        List<Side> before,
        List<Side> after,
        boolean comparable,
        List<String> differences,
        double confidence,
        int family,
        @JsonProperty("spread_known") boolean spreadKnown,
        List<Row> rows,
        List<Rank> ranks,
        List<String> notes,
        List<Verdict.Check> checks) {
    /** Copies the lists. */
    public Comparison {
        before = List.copyOf(before);
        after = List.copyOf(after);
        differences = List.copyOf(differences);
        rows = List.copyOf(rows);
        ranks = List.copyOf(ranks);
        notes = List.copyOf(notes);
        checks = List.copyOf(checks);
    }

    /**
     * A run that was compared.
     *
     * @param name a run id, or a file's name
     * @param tool what measured it
     */
    public record Side(String name, String tool) {}

    /** What is seen of a change. */
    public enum Word {
        /** Times grew, or a rate fell. */
        SLOWER,
        /** Times fell, or a rate grew. */
        FASTER,
        /** Another quantity grew. */
        HIGHER,
        /** Another quantity fell. */
        LOWER,
        /** The change is no larger than chance makes it. */
        NO_DIFFERENCE_SEEN,
        /** There is a change, and nothing tells how sure it is. */
        NO_INTERVAL,
        /** The runs, or this metric of theirs, cannot be compared. */
        NOT_COMPARABLE;

        /** As printed, and in JSON. */
        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * One metric, or one statistic of it.
     *
     * @param metric the metric's name
     * @param statistic such as {@code p99}; absent for a metric of a window
     * @param unit the unit's symbol, of both values
     * @param before the earlier value, the mean of several runs' values
     * @param beforeCount how many values it stands on
     * @param after the later value
     * @param afterCount how many values it stands on
     * @param change in percent; absent where the earlier value is 0 or one is missing
     * @param low the lower end of the interval of the change
     * @param high the upper end
     * @param word what is seen
     * @param sure whether the change is larger than runs of the same code are taken to differ; only of a difference
     * @param caution why to be careful with it; empty where there is no reason
     */
    public record Row(
            String metric,
            Optional<String> statistic,
            String unit,
            Optional<Double> before,
            @JsonProperty("before_count") long beforeCount,
            Optional<Double> after,
            @JsonProperty("after_count") long afterCount,
            Optional<Double> change,
            Optional<Double> low,
            Optional<Double> high,
            Word word,
            boolean sure,
            String caution) {
        /** The metric with its statistic, such as {@code latency.p99}. */
        public String label() {
            return metric + statistic.map(s -> "." + s).orElse("");
        }

        /** Whether a difference was seen. */
        public boolean differs() {
            return word == Word.SLOWER || word == Word.FASTER || word == Word.HIGHER || word == Word.LOWER;
        }
    }

    /**
     * How two groups of values lie among each other.
     *
     * @param metric the metric's name
     * @param delta Cliff's (1993) delta: the probability that a later value is larger than an earlier one, less that of the
     *     opposite; from −1 to 1
     */
    public record Rank(String metric, double delta) {}

    /** The same with limits that were asked for. */
    public Comparison with(List<Verdict.Check> judged) {
        return new Comparison(
                format,
                before,
                after,
                comparable,
                differences,
                confidence,
                family,
                spreadKnown,
                rows,
                ranks,
                notes,
                judged);
    }
}
