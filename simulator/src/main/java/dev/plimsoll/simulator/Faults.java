package dev.plimsoll.simulator;

import dev.plimsoll.simulator.engine.StepLoad;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/**
 * The faults of a running simulator. Safe to use from any thread; a change holds from the next step and the next
 * request on.
 */
public final class Faults {
    /** What a request suffers. */
    public enum Fate {
        /** Nothing. */
        NONE,
        /** Its stream stops in the middle. */
        STALL,
        /** It is answered with an error. */
        ERROR,
        /** Its connection is reset. */
        RESET,
        /** Its stream ends without {@code [DONE]}. */
        TRUNCATE,
        /** Its stream carries an error event. */
        ERROR_EVENT
    }

    private record Active(FaultPlan plan, long untilNanos) {}

    private final LongSupplier nanoTime;
    private final SplittableRandom random;
    private volatile Active active;
    private volatile long frozenUntilNanos;
    private volatile long unreadyUntilNanos;

    /**
     * Faults on a clock.
     *
     * @param plan on from now
     * @param seed of the draws
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    public Faults(FaultPlan plan, long seed, LongSupplier nanoTime) {
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
        random = new SplittableRandom(seed);
        long now = nanoTime.getAsLong();
        frozenUntilNanos = now;
        unreadyUntilNanos = now;
        active = new Active(plan, end(plan, now));
    }

    /** Replaces the plan; its duration starts now. */
    public void set(FaultPlan plan) {
        active = new Active(plan, end(plan, nanoTime.getAsLong()));
    }

    /** Ends all faults, a freeze and a slow start included. */
    public void clear() {
        set(FaultPlan.NONE);
        long now = nanoTime.getAsLong();
        frozenUntilNanos = now;
        unreadyUntilNanos = now;
    }

    /** Freezes the whole server: no token and no answer leaves for this long, then everything due follows at once. */
    public void freeze(Duration duration) {
        frozenUntilNanos = nanoTime.getAsLong() + notNegative(duration).toNanos();
    }

    /** Answers every route with 503 for this long, as a server that still loads its model behind a proxy. */
    public void unready(Duration duration) {
        unreadyUntilNanos = nanoTime.getAsLong() + notNegative(duration).toNanos();
    }

    /** The plan that holds now. */
    public FaultPlan plan() {
        Active now = active;
        return now.untilNanos != Long.MAX_VALUE && nanoTime.getAsLong() - now.untilNanos >= 0
                ? FaultPlan.NONE
                : now.plan;
    }

    /** Nanoseconds until the server thaws, 0 if it is not frozen. */
    public long frozenForNanos() {
        return Math.max(0, frozenUntilNanos - nanoTime.getAsLong());
    }

    /** Nanoseconds until the server is ready, 0 if it is. */
    public long unreadyForNanos() {
        return Math.max(0, unreadyUntilNanos - nanoTime.getAsLong());
    }

    /** Draws what the next request suffers under {@code plan}. */
    public Fate draw(FaultPlan plan) {
        double u;
        synchronized (random) {
            u = random.nextDouble();
        }
        double edge = plan.errorRatio();
        if (u < edge) {
            return Fate.ERROR;
        }
        if (u < (edge += plan.resetRatio())) {
            return Fate.RESET;
        }
        if (u < (edge += plan.stallRatio())) {
            return Fate.STALL;
        }
        if (u < (edge += plan.truncateRatio())) {
            return Fate.TRUNCATE;
        }
        return u < edge + plan.errorEventRatio() ? Fate.ERROR_EVENT : Fate.NONE;
    }

    /** How long a step takes under the present plan. */
    public long slowed(long stepNanos, StepLoad load) {
        FaultPlan plan = plan();
        double factor = load.decodeSequences() > 0 ? plan.decodeFactor() : 1;
        return Math.round(stepNanos * factor) + plan.stepDelay().toNanos();
    }

    private static long end(FaultPlan plan, long now) {
        return plan.lasts().map(d -> now + d.toNanos()).orElse(Long.MAX_VALUE);
    }

    private static Duration notNegative(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("a fault cannot last " + duration);
        }
        return duration;
    }
}
