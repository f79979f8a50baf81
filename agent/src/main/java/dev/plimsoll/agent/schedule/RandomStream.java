package dev.plimsoll.agent.schedule;

/**
 * A stream of random numbers that is the same on every machine and every Java version: SplitMix64 (Steele, Lea and
 * Flood, <i>Fast splittable pseudorandom number generators</i>, OOPSLA 2014), whose n-th output is a mix of
 * {@code seed + n · γ}. The key of a stream is itself a mix of numbers, so that streams with neighbouring keys have
 * nothing in common. Not safe for use by several threads.
 */
public final class RandomStream {
    /** 2^64 / φ, made odd. */
    private static final long GOLDEN_GAMMA = 0x9e37_79b9_7f4a_7c15L;

    private static final double UNIT_53 = 0x1.0p-53;

    private long state;
    private double spareGaussian = Double.NaN;

    private RandomStream(long state) {
        this.state = state;
    }

    /** The stream of that key. */
    public static RandomStream of(long first, long second, long third) {
        return new RandomStream(key(first, second, third));
    }

    /** One number made of three, each bit of which depends on every bit of theirs. */
    public static long key(long first, long second, long third) {
        long key = mix(first + GOLDEN_GAMMA);
        key = mix(key + second * 0xd134_2543_de82_ef95L + GOLDEN_GAMMA);
        return mix(key + third * 0xaf25_1af3_b0f0_25b5L + GOLDEN_GAMMA);
    }

    /** Starts this object over as the stream of another key, so that a hot path need not make a new one. */
    public void reset(long key) {
        state = key;
        spareGaussian = Double.NaN;
    }

    /** 64 random bits. */
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** A number from 0 (included) to 1 (not included), a multiple of 2^−53. */
    public double nextDouble() {
        return (nextLong() >>> 11) * UNIT_53;
    }

    /** A whole number from 0 to {@code bound} − 1; the bias is below {@code bound} / 2^64. */
    public int nextInt(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("a bound is at least 1, not " + bound);
        }
        return (int) Math.unsignedMultiplyHigh(nextLong(), bound);
    }

    /** Exponentially distributed with mean 1, by inversion. */
    public double nextExponential() {
        return -Math.log1p(-nextDouble());
    }

    /** Normally distributed with mean 0 and deviation 1, by Marsaglia's polar method. */
    public double nextGaussian() {
        if (!Double.isNaN(spareGaussian)) {
            double spare = spareGaussian;
            spareGaussian = Double.NaN;
            return spare;
        }
        double x;
        double y;
        double square;
        do {
            x = 2 * nextDouble() - 1;
            y = 2 * nextDouble() - 1;
            square = x * x + y * y;
        } while (square >= 1 || square == 0);
        double factor = Math.sqrt(-2 * Math.log(square) / square);
        spareGaussian = y * factor;
        return x * factor;
    }

    /**
     * Gamma-distributed with that shape and scale 1 (Marsaglia and Tsang, <i>A simple method for generating gamma
     * variables</i>, ACM TOMS 26, 2000). A shape below 1 is drawn at shape + 1 and multiplied by U^(1 / shape), as in
     * section 6 of the paper.
     */
    public double nextGamma(double shape) {
        if (shape < 1) {
            double power = Math.log(1 - nextDouble()) / shape;
            return nextGamma(shape + 1) * Math.exp(power);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = nextGaussian();
            double v = 1 + c * x;
            if (v <= 0) {
                continue;
            }
            v = v * v * v;
            double u = 1 - nextDouble();
            double square = x * x;
            if (u < 1 - 0.0331 * square * square || Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v))) {
                return d * v;
            }
        }
    }

    /** The finalizer of SplitMix64 (Stafford's variant 13). */
    private static long mix(long bits) {
        long mixed = (bits ^ (bits >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return mixed ^ (mixed >>> 31);
    }
}
