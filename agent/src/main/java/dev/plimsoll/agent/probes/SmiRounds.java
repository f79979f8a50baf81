package dev.plimsoll.agent.probes;

import java.util.ArrayList;
import java.util.List;

/**
 * Puts the rows that {@code nvidia-smi} prints together to rounds: one row for each GPU. Not thread-safe.
 *
 * <p>A round is over when it has as many rows as the machine has GPUs, or when a row begins the next one. A GPU that is
 * no longer listed thus delays only the round in which it went missing.
 */
final class SmiRounds {
    private final List<SmiTable.Row> rows = new ArrayList<>();
    private long nanos;
    private int last = -1;
    private int lastOfRound = Integer.MAX_VALUE;
    private int expected;

    /**
     * All GPUs at one instant.
     *
     * @param nanos when its first row was read, by {@link System#nanoTime}
     * @param rows a GPU each, in the order printed
     */
    record Round(long nanos, List<SmiTable.Row> rows) {
        /** Copies the list. */
        Round {
            rows = List.copyOf(rows);
        }
    }

    /**
     * Expects so many GPUs.
     *
     * @param expected 0 where each row says how many the machine has
     */
    SmiRounds(int expected) {
        this.expected = expected;
    }

    /** Takes a row that was read at that instant; gives the rounds that are over with it. */
    List<Round> add(SmiTable.Row row, long now) {
        // A GPU that has lost its number is taken for the next one.
        int index = row.index().orElse(last + 1);
        List<Round> over = new ArrayList<>();
        if (!rows.isEmpty() && index <= last) {
            expected = rows.size();
            over.add(finish());
        }
        if (rows.isEmpty()) {
            if (index > lastOfRound) {
                // One that was missing is listed again; it counts from the next round on.
                lastOfRound = index;
                expected++;
                return over;
            }
            nanos = now;
        }
        rows.add(row);
        last = index;
        if (expected == 0) {
            expected = row.count().orElse(0);
        }
        if (rows.size() == expected) {
            over.add(finish());
        }
        return over;
    }

    private Round finish() {
        Round round = new Round(nanos, rows);
        rows.clear();
        lastOfRound = last;
        last = -1;
        return round;
    }
}
