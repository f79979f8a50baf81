package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Pauses of a JVM, and up to when it is known that there were no others.
 *
 * <p>Flight-recorder events come late and in batches. A batch also holds a regular event, the beat; when the batch is
 * through, every pause that ended before its last beat is known, and only then is no pause a pause of 0. Instants are of
 * the JVM's machine. Safe for use by several threads.
 */
final class JfrWindow {
    private static final double PERCENT = 100;
    private static final double MILLIS_PER_NANO = 1e-6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int MOST_HEAPS = 64;

    private final Deque<Pause> pauses = new ArrayDeque<>();
    private final Deque<Heap> heaps = new ArrayDeque<>();
    private @Nullable Instant beat;
    private @Nullable Instant known;
    private @Nullable Instant reported;

    /**
     * A pause.
     *
     * @param end when it ended
     * @param length how long it was
     */
    record Pause(Instant end, Duration length) {}

    /**
     * The heap.
     *
     * @param at when
     * @param used bytes in use
     * @param committed bytes that the JVM has from the system
     */
    record Heap(Instant at, long used, long committed) {}

    /**
     * Readings of an instant.
     *
     * @param at when they were true
     */
    record Sample(Instant at, Map<String, Reading> readings) {}

    /** Adds a pause of the batch under way. */
    synchronized void add(Pause pause) {
        pauses.add(pause);
    }

    /** Adds what the heap is now. */
    synchronized void add(Heap heap) {
        heaps.add(heap);
        if (heaps.size() > MOST_HEAPS) {
            heaps.removeFirst();
        }
    }

    /** Adds a beat of the batch under way. */
    synchronized void beat(Instant at) {
        beat = beat == null || at.isAfter(beat) ? at : beat;
    }

    /** The batch is through; gives whether it moved what is known. */
    synchronized boolean flush() {
        boolean moved = beat != null && (known == null || beat.isAfter(known));
        known = moved ? beat : known;
        return moved;
    }

    /** Everything that ended by then is known, as when the stream was ended. */
    synchronized void complete(Instant until) {
        beat(until);
        flush();
    }

    /**
     * What is known and not told yet, with the heap of then; nothing before the first batch, or when nothing came since
     * the last time.
     */
    synchronized Optional<Sample> next() {
        Instant until = known;
        Instant from = reported;
        if (until == null || until.equals(from)) {
            return Optional.empty();
        }
        reported = until;
        List<Pause> ended = new ArrayList<>();
        pauses.removeIf(pause -> {
            boolean before = !pause.end().isAfter(until);
            if (before && from != null && pause.end().isAfter(from)) {
                ended.add(pause);
            }
            return before;
        });
        Map<String, Reading> readings = new LinkedHashMap<>();
        if (from != null) {
            long nanos = Duration.between(from, until).toNanos();
            long longest = 0;
            long together = 0;
            for (Pause pause : ended) {
                longest = Math.max(longest, pause.length().toNanos());
                together += pause.length().toNanos();
            }
            readings.put("gc.pause", Reading.of(longest * MILLIS_PER_NANO));
            // A pause counts where it ended, and may have begun before.
            readings.put("gc.time", Reading.of(Math.min(PERCENT, PERCENT * together / nanos)));
            readings.put("gc.count", Reading.of(ended.size() * NANOS_PER_SECOND / nanos));
        }
        heap(until).ifPresent(heap -> {
            readings.put("jvm.heap.used", Reading.of(heap.used()));
            readings.put("jvm.heap.committed", Reading.of(heap.committed()));
        });
        return Optional.of(new Sample(until, readings));
    }

    /** The last that was seen by then. */
    private Optional<Heap> heap(Instant until) {
        Heap found = null;
        while (!heaps.isEmpty() && !heaps.getFirst().at().isAfter(until)) {
            found = heaps.removeFirst();
        }
        return Optional.ofNullable(found);
    }
}
