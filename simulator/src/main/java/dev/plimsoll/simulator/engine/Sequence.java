package dev.plimsoll.simulator.engine;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A request in the engine: its tokens so far, what of them is computed, its cache blocks, and the instants of its life.
 *
 * <p>The engine owns the state. Callers may extend the class to carry what they need to answer the request. Instants
 * are nanoseconds on the caller's clock and {@link #UNSET} until they happen.
 */
public class Sequence {
    /** Value of an instant that has not happened. */
    public static final long UNSET = Long.MIN_VALUE;

    private final int promptLength;
    private final int maxTokens;
    private final int naturalLength;
    private final IntUnaryOperator output;

    int[] tokens;
    int length;
    int computed;
    int[] blocks = new int[4];
    int blockCount;
    /** Blocks at the front whose hash is registered in the prefix cache or was found there. */
    int hashedBlocks;

    long[] hashes = new long[4];
    int hashCount;
    boolean running;
    boolean promptReported;
    int scheduledTokens;
    boolean decoding;

    @Nullable
    FinishReason finish;

    long arrivalNanos = UNSET;
    long readyNanos = UNSET;
    long scheduledNanos = UNSET;
    long firstTokenNanos = UNSET;
    long lastTokenNanos = UNSET;
    int preemptions;
    int cachedTokens;

    /**
     * A request that has not arrived yet.
     *
     * @param prompt token ids of the prompt, at least one
     * @param maxTokens tokens to produce at most; 0 computes the prompt only, as for an embedding
     * @param naturalLength tokens after which the model stops by itself (the last is the end-of-sequence token), or
     *     {@link Integer#MAX_VALUE} when it is told to ignore that token
     * @param output token id of the n-th output token, counted from 0
     */
    public Sequence(int[] prompt, int maxTokens, int naturalLength, IntUnaryOperator output) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("a prompt must have at least one token");
        }
        if (maxTokens < 0 || naturalLength < 1) {
            throw new IllegalArgumentException(
                    "maxTokens must be >= 0 and naturalLength >= 1, were " + maxTokens + " and " + naturalLength);
        }
        this.promptLength = prompt.length;
        this.maxTokens = maxTokens;
        this.naturalLength = naturalLength;
        this.output = Objects.requireNonNull(output, "output");
        this.tokens = prompt.clone();
        this.length = prompt.length;
    }

    /** Tokens of the prompt. */
    public final int promptLength() {
        return promptLength;
    }

    /** The most tokens that the request asked for. */
    public final int maxTokens() {
        return maxTokens;
    }

    /** Tokens produced so far. */
    public final int outputLength() {
        return length - promptLength;
    }

    /** Prompt tokens found in the prefix cache when the request was first scheduled. */
    public final int cachedTokens() {
        return cachedTokens;
    }

    /** How often the request lost its cache blocks and had to start again. */
    public final int preemptions() {
        return preemptions;
    }

    /** Why the request ended, or null while it lives. */
    public final @Nullable FinishReason finishReason() {
        return finish;
    }

    /** When the request arrived. */
    public final long arrivalNanos() {
        return arrivalNanos;
    }

    /** When the request entered the waiting queue. */
    public final long readyNanos() {
        return readyNanos;
    }

    /** When the request was first in a step. */
    public final long scheduledNanos() {
        return scheduledNanos;
    }

    /** When the first token was out. */
    public final long firstTokenNanos() {
        return firstTokenNanos;
    }

    /** When the latest token was out. */
    public final long lastTokenNanos() {
        return lastTokenNanos;
    }

    /** Appends the next output token and returns its id. */
    final int append() {
        int id = output.applyAsInt(length - promptLength);
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(16, length + (length >> 1)));
        }
        tokens[length++] = id;
        int produced = length - promptLength;
        if (produced >= naturalLength) {
            finish = FinishReason.STOP;
        } else if (produced >= maxTokens) {
            finish = FinishReason.LENGTH;
        }
        return id;
    }

    /** Hash of block {@code index}, which covers all tokens up to its end; the block must be full. */
    final long blockHash(int index, int blockSize) {
        while (hashCount <= index) {
            long hash = hashCount == 0 ? 0x9E3779B97F4A7C15L : hashes[hashCount - 1];
            int from = hashCount * blockSize;
            for (int i = from; i < from + blockSize; i++) {
                hash = mix(hash ^ (tokens[i] + 0x632BE59BD9B4E019L));
            }
            if (hashCount == hashes.length) {
                hashes = Arrays.copyOf(hashes, hashCount * 2);
            }
            hashes[hashCount++] = hash;
        }
        return hashes[index];
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
