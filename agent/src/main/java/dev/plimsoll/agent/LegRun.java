package dev.plimsoll.agent;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.engine.Shard;
import dev.plimsoll.agent.engine.ShardInterval;
import dev.plimsoll.agent.engine.SupplyLine;
import dev.plimsoll.agent.protocol.Leg;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.agent.watch.SelfWatch;
import dev.plimsoll.measurements.IntervalSnapshot;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One leg under way on all shards of an agent: puts their intervals together, and ends when none has anything in
 * flight. Confined to the executor it is given, one task at a time, except where a method says otherwise.
 */
final class LegRun {
    private static final long NANOS_PER_MICRO = 1_000;

    private final String run;
    private final String agent;
    private final Leg leg;
    private final List<SeriesKey> keys;
    private final Executor executor;
    private final Consumer<Report> reports;
    private final EventLog events;
    private final Runnable ended;
    private final TreeMap<Integer, List<ShardInterval>> parts = new TreeMap<>();
    private List<Shard> shards = List.of();
    private List<EventLoop> loops = List.of();
    private @Nullable SupplyLine supply;
    private @Nullable SelfWatch watch;
    private long startNanos;
    private long startMicros;
    private int next;
    private int idle;
    private int last = -1;
    private long endNanos;
    private boolean over;

    /**
     * A leg that has no shards yet.
     *
     * @param requests names of the workload's entries
     * @param executor runs one task at a time
     * @param reports takes what goes to the controller
     * @param events hears what went wrong here
     * @param ended called once when the leg is over
     */
    LegRun(
            String run,
            String agent,
            Leg leg,
            List<String> requests,
            Executor executor,
            Consumer<Report> reports,
            EventLog events,
            Runnable ended) {
        this.run = requireNonNull(run, "run");
        this.agent = requireNonNull(agent, "agent");
        this.leg = requireNonNull(leg, "leg");
        this.executor = requireNonNull(executor, "executor");
        this.reports = requireNonNull(reports, "reports");
        this.events = requireNonNull(events, "events");
        this.ended = requireNonNull(ended, "ended");
        keys = leg.slots().stream()
                .flatMap(slot -> requests.stream()
                        .map(request -> new SeriesKey(leg.round(), slot.phase().name(), request)))
                .toList();
    }

    /** The leg. Any thread. */
    Leg leg() {
        return leg;
    }

    /** Gives it its shards, each on the loop of the same place, and what renders their requests. */
    void equip(List<Shard> itsShards, List<EventLoop> itsLoops, SupplyLine itsSupply, SelfWatch itsWatch) {
        shards = List.copyOf(itsShards);
        loops = List.copyOf(itsLoops);
        supply = itsSupply;
        watch = itsWatch;
    }

    /** Starts all shards at that instant, given by both clocks. */
    void start(long nanos, long wallMicros) {
        startNanos = nanos;
        startMicros = wallMicros;
        if (watch != null) {
            watch.flip();
        }
        each(shard -> shard.start(nanos));
    }

    /** Schedules no more. */
    void stop() {
        each(Shard::stop);
    }

    /** Schedules nothing from that instant of the agent's wall clock on: as far from the start as that was. */
    void endAt(long wallMicros) {
        long nanos = startNanos + (wallMicros - startMicros) * NANOS_PER_MICRO;
        each(shard -> shard.endAt(nanos));
    }

    /** Cancels everything. */
    void abort() {
        each(Shard::abort);
    }

    /** Throws away a leg that was not started. */
    void discard() {
        over = true;
        each(Shard::close);
        closeSupply();
    }

    private void each(Consumer<Shard> action) {
        for (int i = 0; i < shards.size(); i++) {
            Shard shard = shards.get(i);
            loops.get(i).execute(() -> action.accept(shard));
        }
    }

    private void closeSupply() {
        if (supply != null) {
            supply.close();
        }
    }

    /** A shard's interval has ended. Any thread. */
    void interval(ShardInterval part) {
        run(() -> take(part));
    }

    /** A shard has nothing more to do. Any thread. */
    void idle() {
        run(() -> {
            idle++;
            if (idle == shards.size()) {
                endNanos = Math.max(System.nanoTime(), startNanos + 1);
                last = (int) ((endNanos - startNanos) / Shard.INTERVAL_NANOS);
                each(shard -> shard.finish(endNanos));
                give();
            }
        });
    }

    /** A shard cannot go on; the others end their load too. Any thread. */
    void broken(Throwable failure) {
        fail("a shard of the load engine", failure);
        run(this::abort);
    }

    /** Requests could not be rendered ahead. Any thread. */
    void unrendered(Throwable failure) {
        String sentence = "a request could not be rendered, and is counted as unsent: " + failure;
        events.tell("render " + leg.index(), EventLog.PER_KIND, "render", sentence, Map.of());
    }

    private void fail(String what, Throwable failure) {
        String sentence = what + " broke down, and the load of leg " + leg.index() + " was ended: " + failure
                + ". This is a fault of the generator";
        events.tell("failure " + leg.index(), EventLog.PER_KIND, "failure", sentence, Map.of());
    }

    private void run(Runnable task) {
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException | Error failure) {
                    fail("the collection of intervals", failure);
                    abort();
                }
            });
        } catch (RejectedExecutionException released) {
            // The agent was released, and waited for this leg as long as it waits: nobody hears of it any more.
        }
    }

    private void take(ShardInterval part) {
        if (over || part.index() < next || (last >= 0 && part.index() > last)) {
            part.release();
            return;
        }
        parts.computeIfAbsent(part.index(), index -> new ArrayList<>()).add(part);
        give();
    }

    private void give() {
        while (!over) {
            List<ShardInterval> ready = parts.get(next);
            if (ready == null || ready.size() < shards.size()) {
                return;
            }
            parts.remove(next);
            try {
                send(ready, next == last);
            } finally {
                next++;
                if (next > last && last >= 0) {
                    end();
                }
            }
        }
    }

    private void send(List<ShardInterval> ready, boolean isLast) {
        List<RequestInterval> requests = ShardInterval.merge(ready, keys);
        ready.forEach(ShardInterval::release);
        SelfWatch.Interval self = requireNonNull(watch, "watch").flip();
        long begin = next * (Shard.INTERVAL_NANOS / NANOS_PER_MICRO);
        long length =
                isLast ? (endNanos - startNanos) / NANOS_PER_MICRO - begin : Shard.INTERVAL_NANOS / NANOS_PER_MICRO;
        reports.accept(new Report.Interval(new IntervalSnapshot(
                run,
                agent,
                leg.index(),
                next,
                startMicros + begin,
                Math.max(0, length),
                isLast,
                requests,
                self.lag(),
                self.readings())));
    }

    private void end() {
        over = true;
        parts.values().forEach(list -> list.forEach(ShardInterval::release));
        parts.clear();
        closeSupply();
        reports.accept(new Report.LegEnded(run, agent, leg.index(), next));
        ended.run();
    }
}
