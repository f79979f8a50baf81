package dev.plimsoll.agent.engine;

import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What one shard recorded in one interval. {@link #release} gives its memory back to the shard; nothing of it may be
 * read after that.
 */
public final class ShardInterval {
    private final int index;
    private final Recorder recorder;
    private final @Nullable Recording[] recordings;
    private final long[] inFlight;

    ShardInterval(int index, Recorder recorder, @Nullable Recording[] recordings, long[] inFlight) {
        this.index = index;
        this.recorder = recorder;
        this.recordings = recordings;
        this.inFlight = inFlight;
    }

    /** The interval's index in the leg. */
    public int index() {
        return index;
    }

    /** Gives the memory back. Not for event loops. */
    public void release() {
        recorder.recycle(recordings);
    }

    /**
     * The shards' parts of one interval, added.
     *
     * @param keys of the series, by slot and request
     */
    public static List<RequestInterval> merge(List<ShardInterval> parts, List<SeriesKey> keys) {
        Map<SeriesKey, RequestInterval> merged = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            RequestCounts counts = RequestCounts.NONE;
            long underWay = 0;
            Map<String, Histogram> histograms = new LinkedHashMap<>();
            for (ShardInterval part : parts) {
                Recording recording = part.recordings[i];
                underWay += part.inFlight[i];
                if (recording != null) {
                    counts = counts.plus(recording.counts());
                    recording.addTo(histograms);
                }
            }
            if (underWay > 0 || !histograms.isEmpty() || !counts.equals(RequestCounts.NONE)) {
                merged.put(keys.get(i), new RequestInterval(keys.get(i), counts, underWay, histograms));
            }
        }
        return List.copyOf(merged.values());
    }
}
