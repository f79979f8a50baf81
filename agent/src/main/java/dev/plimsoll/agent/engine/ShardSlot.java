package dev.plimsoll.agent.engine;

import dev.plimsoll.agent.schedule.ArrivalSchedule;
import dev.plimsoll.scenarios.Load;
import org.jspecify.annotations.Nullable;

/** One phase on one shard: its arrivals or users, and its requests under way in the order of their deadlines. */
final class ShardSlot {
    final SlotLoad load;
    final long drainNanos;
    final @Nullable ArrivalSchedule arrivals;
    final @Nullable Supply supply;
    final User[] users;
    final int maxInFlight;
    final long thinkNanos;
    long startNanos;
    long endNanos;
    long nextArrival = ArrivalSchedule.END;
    boolean started;
    boolean ended;
    long underWay;

    @Nullable
    ShardRequest oldest;

    @Nullable
    ShardRequest newest;

    @Nullable
    User thinking;

    private @Nullable User lastThinking;

    ShardSlot(
            SlotLoad load, @Nullable ArrivalSchedule arrivals, @Nullable Supply supply, User[] users, int maxInFlight) {
        this.load = load;
        this.arrivals = arrivals;
        this.supply = supply;
        this.users = users;
        this.maxInFlight = maxInFlight;
        drainNanos = load.phase().drain().toNanos();
        thinkNanos = load.phase().load() instanceof Load.Closed closed
                ? closed.thinkTime().toNanos()
                : 0;
    }

    /** Moves to the next arrival; instants of {@code System.nanoTime()}. */
    void advance() {
        if (arrivals != null) {
            long next = arrivals.nextNanos();
            nextArrival = next == ArrivalSchedule.END ? next : startNanos + next;
        }
    }

    void add(ShardRequest request) {
        ShardRequest last = newest;
        request.previous = last;
        request.next = null;
        if (last == null) {
            oldest = request;
        } else {
            last.next = request;
        }
        newest = request;
        underWay++;
    }

    void remove(ShardRequest request) {
        ShardRequest before = request.previous;
        ShardRequest after = request.next;
        if (before == null) {
            oldest = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.previous = before;
        }
        request.previous = null;
        request.next = null;
        underWay--;
    }

    /** Lets a user think until its {@code due}; the pause is the same for all, so the first to begin is done first. */
    void think(User user) {
        user.next = null;
        User last = lastThinking;
        if (last == null) {
            thinking = user;
        } else {
            last.next = user;
        }
        lastThinking = user;
    }

    /** Takes the user that is done first. */
    User awake(User first) {
        thinking = first.next;
        if (first.next == null) {
            lastThinking = null;
        }
        first.next = null;
        return first;
    }

    /** Schedules no more; requests under way are awaited until {@code drainNanos} after this. */
    void end(long nanos) {
        ended = true;
        started = true;
        endNanos = nanos;
        nextArrival = ArrivalSchedule.END;
        thinking = null;
        lastThinking = null;
    }
}
