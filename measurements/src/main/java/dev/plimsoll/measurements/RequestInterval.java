package dev.plimsoll.measurements;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What happened to the requests of one series in one interval.
 *
 * @param key which requests
 * @param counts how many
 * @param inFlight requests scheduled and not ended, at the end of the interval: on their way, or waiting for a
 *     connection. Over all intervals so far, {@code scheduled = succeeded + failed + inFlight}
 * @param histograms values by metric name; a metric without values is left out. The receiver owns the histograms
 */
public record RequestInterval(SeriesKey key, RequestCounts counts, long inFlight, Map<String, Histogram> histograms) {
    /** Checks the components and copies the map, not the histograms. */
    public RequestInterval {
        requireNonNull(key, "key");
        requireNonNull(counts, "counts");
        histograms = Map.copyOf(histograms);
    }
}
