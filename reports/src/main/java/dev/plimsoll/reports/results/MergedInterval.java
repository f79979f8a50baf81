package dev.plimsoll.reports.results;

import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestInterval;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * One interval of a leg, all agents added.
 *
 * @param leg which leg
 * @param index which interval of it
 * @param t its start, in seconds since the load began
 * @param seconds its length
 * @param agents how many agents are in it; fewer than expected when one was lost
 * @param requests a part for each series, histograms added
 * @param eventLoopLag of all agents' event loops, in nanoseconds
 * @param generator the worst reading of any agent, by metric name
 */
public record MergedInterval(
        int leg,
        int index,
        double t,
        double seconds,
        int agents,
        List<RequestInterval> requests,
        Histogram eventLoopLag,
        Map<String, Reading> generator) {
    /** Copies the collections, not the histograms. */
    public MergedInterval {
        requests = List.copyOf(requests);
        generator = Map.copyOf(generator);
    }
}
