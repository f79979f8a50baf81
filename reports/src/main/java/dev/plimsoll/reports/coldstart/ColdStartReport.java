package dev.plimsoll.reports.coldstart;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;

/**
 * Several starts of a server and their spread. There are too few for percentiles: a median, the extremes, and each start.
 *
 * @param command what was started, or the URL that was watched
 * @param cache what became of the page cache before each start: {@code dropped} or {@code as it was}
 * @param starts each start
 * @param phases the spread of each phase that is known of any start
 * @param notes what could not be measured, a sentence each
 */
public record ColdStartReport(
        @JsonProperty("command") String command,
        @JsonProperty("cache") String cache,
        @JsonProperty("starts") List<ColdStart> starts,
        @JsonProperty("phases") List<Spread> phases,
        @JsonProperty("notes") List<String> notes) {
    /** Copies the lists. */
    public ColdStartReport {
        starts = List.copyOf(starts);
        phases = List.copyOf(phases);
        notes = List.copyOf(notes);
    }

    /**
     * The spread of one phase.
     *
     * @param phase which one
     * @param count starts of which it is known
     * @param median in seconds
     * @param min in seconds
     * @param max in seconds
     */
    public record Spread(
            @JsonProperty("phase") StartPhase phase,
            @JsonProperty("count") int count,
            @JsonProperty("median_s") double median,
            @JsonProperty("min_s") double min,
            @JsonProperty("max_s") double max) {}

    /** Of these starts. */
    public static ColdStartReport of(String command, String cache, List<ColdStart> starts, List<String> notes) {
        List<Spread> phases = new ArrayList<>();
        for (StartPhase phase : StartPhase.values()) {
            double[] seconds = starts.stream()
                    .filter(start -> start.seconds().containsKey(phase))
                    .mapToDouble(start -> start.seconds().getOrDefault(phase, 0.0))
                    .sorted()
                    .toArray();
            if (seconds.length > 0) {
                phases.add(new Spread(phase, seconds.length, median(seconds), seconds[0], seconds[seconds.length - 1]));
            }
        }
        return new ColdStartReport(command, cache, starts, phases, notes);
    }

    /** The middle one, or the mean of the two in the middle. */
    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
