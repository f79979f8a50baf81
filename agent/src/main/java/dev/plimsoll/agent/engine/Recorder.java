package dev.plimsoll.agent.engine;

import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The measurements of one shard in one leg: one {@link Recording} a series, created when something happens in it.
 * Confined to the shard's event loop but for {@link #recycle}.
 */
final class Recorder {
    private final int specs;
    private final int series;
    private final ConcurrentLinkedQueue<@Nullable Recording[]> clean = new ConcurrentLinkedQueue<>();
    private @Nullable Recording[] active;

    Recorder(int slots, int specs) {
        this.specs = specs;
        series = slots * specs;
        active = new Recording[series];
        clean.add(new Recording[series]);
    }

    /** The series of that phase of the leg and that request of the workload. */
    Recording of(int slot, int spec) {
        int index = slot * specs + spec;
        Recording recording = active[index];
        if (recording == null) {
            recording = new Recording();
            active[index] = recording;
        }
        return recording;
    }

    /** Begins an interval, and gives what the last one recorded, by slot and request. */
    @Nullable
    Recording[] flip() {
        @Nullable Recording[] ended = active;
        @Nullable Recording[] next = clean.poll();
        active = next == null ? new Recording[series] : next;
        return ended;
    }

    /** Takes back what {@link #flip} gave, read. Resets it; not to be called on the event loop. */
    void recycle(@Nullable Recording[] read) {
        for (Recording recording : read) {
            if (recording != null) {
                recording.reset();
            }
        }
        clean.add(read);
    }
}
