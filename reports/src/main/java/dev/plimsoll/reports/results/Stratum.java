package dev.plimsoll.reports.results;

import dev.plimsoll.measurements.RequestInterval;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One phase of one leg: its batches in order of time. Statistics take it for a stretch of one and the same load, and
 * compare batches only within it.
 *
 * <p>At most {@value #MOST_BATCHES} batches are kept. When they are full, neighbours are added up in pairs and each new
 * batch spans twice as many intervals, so a run of any length takes bounded memory and no value is lost. Confined to the
 * thread of the {@link RunResults} it belongs to.
 */
public final class Stratum {
    /** The most batches that are kept; an even number. */
    public static final int MOST_BATCHES = 128;

    private final List<Batch> batches = new ArrayList<>();
    private PhaseWindow window;
    private Batch sum = new Batch(0, Map.of());
    private int intervalsPerBatch = 1;
    private int intervalsInLast;

    Stratum(PhaseWindow window) {
        this.window = window;
    }

    /** When the phase scheduled requests; cut off where it was stopped. */
    public PhaseWindow window() {
        return window;
    }

    void window(PhaseWindow changed) {
        window = changed;
    }

    /** The batches so far, in order of time. */
    public List<Batch> batches() {
        return List.copyOf(batches);
    }

    /** How many seconds of the window have been measured. */
    public double measuredSeconds() {
        double seconds = 0;
        for (Batch batch : batches) {
            seconds += batch.seconds();
        }
        return seconds;
    }

    /** Everything together. */
    public Batch total() {
        return sum;
    }

    /**
     * Adds one interval. What ends after the window, while the phase drains, goes with the last batch of the window: it
     * was scheduled in it.
     */
    void add(double windowSeconds, List<RequestInterval> requests) {
        Map<String, Batch.Part> parts = new HashMap<>();
        for (RequestInterval request : requests) {
            parts.merge(request.key().request(), Batch.Part.of(request), Batch.Part::plus);
        }
        Batch interval = new Batch(windowSeconds, parts);
        sum = sum.plus(interval);
        if (batches.isEmpty()) {
            batches.add(interval);
            intervalsInLast = 1;
        } else if (windowSeconds <= 0) {
            batches.add(batches.removeLast().plus(interval));
        } else if (intervalsInLast < intervalsPerBatch) {
            batches.add(batches.removeLast().plus(interval));
            intervalsInLast++;
        } else {
            if (batches.size() == MOST_BATCHES) {
                addUpPairs();
            }
            batches.add(interval);
            intervalsInLast = 1;
        }
    }

    private void addUpPairs() {
        List<Batch> pairs = new ArrayList<>(MOST_BATCHES);
        for (int i = 0; i + 1 < batches.size(); i += 2) {
            pairs.add(batches.get(i).plus(batches.get(i + 1)));
        }
        batches.clear();
        batches.addAll(pairs);
        intervalsPerBatch *= 2;
    }
}
