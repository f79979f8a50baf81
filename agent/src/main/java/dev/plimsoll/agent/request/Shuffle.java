package dev.plimsoll.agent.request;

import dev.plimsoll.agent.schedule.RandomStream;

/** Shuffled orders that need no memory: a Feistel network of four rounds, walked until it falls within the size. */
final class Shuffle {
    private Shuffle() {}

    /** Where {@code index} goes in the order of that key; for indices 0 to {@code size} − 1 each result comes once. */
    static int at(long key, int index, int size) {
        int half = Math.max(1, (33 - Integer.numberOfLeadingZeros(size - 1)) / 2);
        long mask = (1L << half) - 1;
        long at = index;
        do {
            long left = at >>> half;
            long right = at & mask;
            for (int round = 0; round < 4; round++) {
                long next = left ^ (RandomStream.key(key, round, right) & mask);
                left = right;
                right = next;
            }
            at = left << half | right;
        } while (at >= size);
        return (int) at;
    }
}
