package dev.plimsoll.agent.engine;

import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.agent.schedule.ArrivalSchedule;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Load;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One phase on one shard: its arrivals or users, and its requests under way in the order of their deadlines. */
final class ShardSlot {
    /**
     * How long a user waits at least after a request that could not be sent. Without it, users of a closed loop would
     * try a target that refuses connections as fast as the loop turns, and starve every other request.
     */
    static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int MOST_AHEAD = 16_384;
    private static final double NANOS_PER_SECOND = 1e9;

    final SlotLoad load;
    final long drainNanos;
    final @Nullable ArrivalSchedule arrivals;
    final @Nullable Supply supply;
    final User[] users;
    final int maxInFlight;
    final long thinkNanos;
    final long restNanos;
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

    /** Users that think. */
    final UserQueue thinking = new UserQueue();

    /** Users whose request could not be sent, who wait before the next. */
    final UserQueue resting = new UserQueue();

    private ShardSlot(
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
        restNanos = Math.max(thinkNanos, REST_NANOS);
    }

    /** The part of a phase that a shard has, with supplies of its own. */
    static ShardSlot of(SlotLoad slot, ShardPlan plan, RequestFactory factory, Rendering renderer, AtomicLong budget) {
        int urls = plan.target().urls().size();
        int total = plan.totalShards();
        StandingRequests standing = plan.target().api() == Api.HTTP ? new StandingRequests(renderer, urls) : null;
        switch (slot.phase().load()) {
            case Load.Open open -> {
                long stream = RequestStreams.openLoop(plan.round(), slot.phaseIndex());
                double most = Math.ceil(highest(open) * slot.phase().duration().toNanos() / NANOS_PER_SECOND);
                int ahead = (int) Math.clamp(most / total + 16, 16, MOST_AHEAD);
                Supply supply = standing == null
                        ? new AheadSupply(factory, renderer, stream, plan.shard(), total, urls, ahead, budget)
                        : new StandingSupply(factory, standing, stream, plan.shard(), total, urls);
                ArrivalSchedule arrivals = ArrivalSchedule.of(
                        open,
                        slot.phase().duration(),
                        plan.seed(),
                        plan.round(),
                        slot.phaseIndex(),
                        plan.shard(),
                        total);
                return new ShardSlot(slot, arrivals, supply, new User[0], plan.share(open.maxInFlight()));
            }
            case Load.Closed closed -> {
                User[] users = new User[plan.share(closed.concurrency())];
                int ahead = Math.clamp(MOST_AHEAD / Math.max(1, users.length), 2, 64);
                for (int i = 0; i < users.length; i++) {
                    int user = plan.shard() + i * total;
                    long stream = RequestStreams.user(plan.round(), slot.phaseIndex(), user);
                    users[i] = new User(
                            standing == null
                                    ? new AheadSupply(factory, renderer, stream, 0, 1, urls, ahead, budget)
                                    : new StandingSupply(factory, standing, stream, 0, 1, urls));
                }
                return new ShardSlot(slot, null, null, users, Integer.MAX_VALUE);
            }
        }
    }

    /** The highest rate of an open loop, in requests a second. */
    static double highest(Load.Open open) {
        return switch (open.rate()) {
            case Load.Rate.Constant constant -> constant.perSecond();
            case Load.Rate.Ramp ramp -> Math.max(ramp.from(), ramp.to());
            case Load.Rate.Steps steps ->
                steps.perSecond().stream()
                        .mapToDouble(Double::doubleValue)
                        .max()
                        .orElse(0);
            case Load.Rate.Spike spike -> Math.max(spike.base(), spike.spike());
        };
    }

    /** Adds its supplies. */
    void addSupplies(List<Supply> supplies) {
        if (supply != null) {
            supplies.add(supply);
        }
        for (User user : users) {
            supplies.add(user.supply);
        }
    }

    /** When a user is done with its pause; {@link Long#MAX_VALUE} without any that pauses. */
    long userDue() {
        return Math.min(thinking.due(), resting.due());
    }

    /** Takes a user whose pause is over; null without any. */
    @Nullable
    User awake(long now) {
        UserQueue queue = thinking.due() <= resting.due() ? thinking : resting;
        User user = queue.first();
        if (user == null || user.due > now) {
            return null;
        }
        queue.remove(user);
        return user;
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

    /** Brings its end forward to that instant, if it lies later; a phase that would begin later does not begin. */
    void endAt(long nanos) {
        if (!started && startNanos >= nanos) {
            end(nanos);
        } else if (!ended) {
            endNanos = Math.min(endNanos, nanos);
        }
    }

    /** Schedules no more; requests under way are awaited until {@code drainNanos} after this. */
    void end(long nanos) {
        ended = true;
        started = true;
        endNanos = nanos;
        nextArrival = ArrivalSchedule.END;
        thinking.clear();
        resting.clear();
        if (supply != null) {
            supply.finish();
        }
        for (User user : users) {
            user.supply.finish();
        }
    }
}
