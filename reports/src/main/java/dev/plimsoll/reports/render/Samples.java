package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Statistic;
import java.util.Optional;

/**
 * How many values a percentile needs before it is shown.
 *
 * <p>The rule is Wilks' (1941) for a one-sided tolerance limit: with {@code n} independent values, the largest of them
 * bounds the true percentile {@code q} from above with confidence {@code 1 − q^n}. Below 95 % the data cannot even say
 * that the percentile is no higher than what was seen, and the place stays blank: p50 needs 5 values, p90 29, p95 59,
 * p99 299, p99.9 2,995.
 */
public final class Samples {
    private static final double DOUBT = 0.05;

    private Samples() {}

    /** The fewest values for that percentile, such as 99. */
    public static long needed(double percentile) {
        return (long) Math.ceil(Math.log(DOUBT) / Math.log(percentile / 100));
    }

    /** Whether so many values say something about the statistic of that name; those that are no percentile always do. */
    public static boolean suffice(long count, String statistic) {
        Optional<Statistic> parsed = Statistic.parse(statistic);
        return parsed.isEmpty()
                || parsed.get().kind() != Statistic.Kind.PERCENTILE
                || count >= needed(parsed.get().percentile());
    }
}
