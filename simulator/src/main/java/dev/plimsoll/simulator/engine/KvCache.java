package dev.plimsoll.simulator.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The paged KV cache: blocks of a fixed number of tokens, shared by content when prefix caching is on.
 *
 * <p>As in vLLM, a freed block keeps its content until it is needed for something else; the least recently freed goes
 * first, and a sequence frees its last block first so that long prefixes survive longest. A full block is found again
 * by a 64-bit hash of all tokens up to its end (vLLM uses SHA-256; a collision would only shorten a prefill).
 * Block 0 is reserved, as vLLM's null block. Not thread-safe.
 */
final class KvCache {
    private static final int NONE = -1;

    private final int blockSize;
    private final boolean prefixCaching;
    private final int usable;
    private final int[] references;
    private final boolean[] hashed;
    private final long[] hashes;
    private final Map<Long, Integer> byHash = new HashMap<>();
    /** Free blocks as a doubly linked list; index 0, the null block, is its head. */
    private final int[] next;

    private final int[] previous;
    private int free;

    KvCache(int numBlocks, int blockSize, boolean prefixCaching) {
        this.blockSize = blockSize;
        this.prefixCaching = prefixCaching;
        usable = numBlocks - 1;
        references = new int[numBlocks];
        hashed = new boolean[numBlocks];
        hashes = new long[numBlocks];
        next = new int[numBlocks];
        previous = new int[numBlocks];
        for (int i = 0; i < numBlocks; i++) {
            next[i] = (i + 1) % numBlocks;
            previous[i] = (i + numBlocks - 1) % numBlocks;
        }
        free = usable;
    }

    /** Share of the usable blocks that sequences hold, 0 to 1. */
    double usage() {
        return usable == 0 ? 0 : 1.0 - (double) free / usable;
    }

    int freeBlocks() {
        return free;
    }

    /**
     * Tokens at the front of a sequence whose blocks are in the cache. At least one token is always left to compute,
     * because its result is the next token.
     */
    int cachedPrefix(Sequence s) {
        if (!prefixCaching) {
            return 0;
        }
        int most = (s.length - 1) / blockSize;
        int found = 0;
        while (found < most && byHash.containsKey(s.blockHash(found, blockSize))) {
            found++;
        }
        return found * blockSize;
    }

    /** Gives a sequence without blocks its cached prefix and room for {@code newTokens} more; false if there is none. */
    boolean admit(Sequence s, int cachedTokens, int newTokens) {
        int cached = cachedTokens / blockSize;
        int fromFree = 0;
        for (int i = 0; i < cached; i++) {
            if (references[block(s, i)] == 0) {
                fromFree++;
            }
        }
        int needed = blocksFor(cachedTokens + newTokens) - cached;
        if (needed + fromFree > free) {
            return false;
        }
        for (int i = 0; i < cached; i++) {
            int block = block(s, i);
            if (references[block]++ == 0) {
                unlink(block);
            }
            push(s, block);
        }
        s.hashedBlocks = cached;
        s.computed = cachedTokens;
        return extend(s, newTokens);
    }

    /** Makes room for {@code newTokens} more computed tokens of a running sequence; false, and no change, if full. */
    boolean extend(Sequence s, int newTokens) {
        int needed = blocksFor(s.computed + newTokens) - s.blockCount;
        if (needed > free) {
            return false;
        }
        for (int i = 0; i < needed; i++) {
            push(s, take());
        }
        if (prefixCaching) {
            register(s, (s.computed + newTokens) / blockSize);
        }
        return true;
    }

    /** Takes all blocks from a sequence, the last one first. */
    void release(Sequence s) {
        for (int i = s.blockCount - 1; i >= 0; i--) {
            int block = s.blocks[i];
            if (--references[block] == 0) {
                append(block);
            }
        }
        s.blockCount = 0;
        s.hashedBlocks = 0;
        s.computed = 0;
    }

    private void register(Sequence s, int fullBlocks) {
        for (int i = s.hashedBlocks; i < fullBlocks; i++) {
            int block = s.blocks[i];
            long hash = s.blockHash(i, blockSize);
            if (byHash.putIfAbsent(hash, block) == null) {
                hashed[block] = true;
                hashes[block] = hash;
            }
        }
        s.hashedBlocks = Math.max(s.hashedBlocks, fullBlocks);
    }

    private int block(Sequence s, int index) {
        return byHash.getOrDefault(s.blockHash(index, blockSize), NONE);
    }

    private int blocksFor(int tokens) {
        return (tokens + blockSize - 1) / blockSize;
    }

    private int take() {
        int block = next[0];
        unlink(block);
        if (hashed[block]) {
            byHash.remove(hashes[block]);
            hashed[block] = false;
        }
        references[block] = 1;
        return block;
    }

    private static void push(Sequence s, int block) {
        if (s.blockCount == s.blocks.length) {
            s.blocks = Arrays.copyOf(s.blocks, s.blockCount * 2);
        }
        s.blocks[s.blockCount++] = block;
    }

    private void unlink(int block) {
        next[previous[block]] = next[block];
        previous[next[block]] = previous[block];
        free--;
    }

    private void append(int block) {
        int last = previous[0];
        next[last] = block;
        previous[block] = last;
        next[block] = 0;
        previous[0] = block;
        free++;
    }
}
