package dev.plimsoll.agent.schedule;

import dev.plimsoll.scenarios.Load.Arrivals;
import dev.plimsoll.scenarios.Load.Open;
import java.time.Duration;

/**
 * The arrivals of one open-loop phase that belong to one shard, in order: a cursor that allocates nothing.
 *
 * <p>A renewal process of mean gap 1 is drawn and mapped through the inverse of the integrated rate (time rescaling;
 * Çinlar, <i>Introduction to Stochastic Processes</i>, 1975, section 4.7), so each law follows each rate. For constant
 * gaps the first arrival is at the phase's start; for the random laws the first gap is drawn like the others.
 *
 * <p>The draws depend on seed, round and phase alone. Every shard draws the whole schedule and takes the arrivals whose
 * index is its number modulo the shards' number: together they send exactly what one shard would.
 *
 * <p>Not safe for use by several threads.
 */
public final class ArrivalSchedule {
    /** What {@link #nextNanos} says after the last arrival. */
    public static final long END = Long.MAX_VALUE;

    /** Tells the draws of arrivals from those of prompts. */
    private static final long PURPOSE = 0x61_7272_6976_616cL;

    private static final double NANOS_PER_SECOND = 1e9;

    private final RateCurve curve;
    private final Arrivals arrivals;
    private final RandomStream random;
    private final double gammaShape;
    private final long durationNanos;
    private final double expected;
    private final int shard;
    private final int totalShards;

    /** The place of the last drawn arrival in the process of mean gap 1. */
    private double count;

    private long drawn;
    private long index = -1;
    private int piece;

    private ArrivalSchedule(Open load, Duration duration, long key, int shard, int totalShards) {
        if (shard < 0 || shard >= totalShards) {
            throw new IllegalArgumentException("shard " + shard + " of " + totalShards + " does not exist");
        }
        this.curve = RateCurve.of(load.rate(), duration);
        this.arrivals = load.arrivals();
        this.random = RandomStream.of(key, PURPOSE, 0);
        this.gammaShape = arrivals instanceof Arrivals.Gamma gamma ? 1 / (gamma.cv() * gamma.cv()) : 1;
        this.durationNanos = duration.toNanos();
        // A rate like 1/3 times its duration may come out a hair above the whole number it means.
        this.expected = curve.expected() * (1 - 1e-12);
        this.shard = shard;
        this.totalShards = totalShards;
    }

    /**
     * The schedule of one shard.
     *
     * @param load rate and law
     * @param duration of the phase
     * @param seed of the scenario
     * @param round of the measured phases, from 0
     * @param phase the phase's index in the scenario
     * @param shard from 0
     * @param totalShards of all agents together
     */
    public static ArrivalSchedule of(
            Open load, Duration duration, long seed, int round, int phase, int shard, int totalShards) {
        return new ArrivalSchedule(load, duration, RandomStream.key(seed, round, phase), shard, totalShards);
    }

    /** The shard's next arrival, in nanoseconds from the phase's start, or {@link #END}. Never decreases. */
    public long nextNanos() {
        while (true) {
            long number = drawn;
            draw();
            if (count >= expected) {
                index = -1;
                drawn = number;
                return END;
            }
            if (number % totalShards == shard) {
                index = number;
                return nanos();
            }
        }
    }

    /** The index in the global schedule, from 0, of the arrival that {@link #nextNanos} gave last; −1 without one. */
    public long index() {
        return index;
    }

    private void draw() {
        long number = drawn++;
        switch (arrivals) {
            case Arrivals.Constant constant -> count = number;
            case Arrivals.Poisson poisson -> count += random.nextExponential();
            case Arrivals.Gamma gamma -> count += random.nextGamma(gammaShape) / gammaShape;
        }
    }

    private long nanos() {
        while (piece + 1 < curve.pieces() && count >= curve.countAtEnd(piece)) {
            piece++;
        }
        long nanos = (long) (curve.secondsAt(piece, count) * NANOS_PER_SECOND);
        return Math.min(nanos, durationNanos - 1);
    }
}
