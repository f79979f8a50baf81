package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.agent.transport.Alarm;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Load;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's part of one leg: sends its requests when they are due and records what becomes of them. Confined to
 * the loop but for the constructor.
 *
 * <p>Arrivals keep to an absolute schedule: one that is sent late is still measured from the instant it was due. One
 * timer of the loop stands for everything that is due next: an arrival, a user that has thought, a timeout, a phase's
 * end, an interval's end.
 *
 * <p>A request fails as a timeout when it has not ended {@code target.timeout} after it was <em>scheduled</em>, so that
 * one that waits for a connection cannot wait for ever.
 */
public final class Shard {
    /** The length of an interval. */
    public static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long NEVER = Alarm.NEVER;
    private static final int TOLD_FAILURES = 5;
    private static final double WARM_SECONDS = 0.05;

    private final ShardPlan plan;
    private final EventLoop loop;
    private final TargetClient client;
    private final ShardListener listener;
    private final ShardSlot[] slots;
    private final Recorder recorder;
    private final Goodness goodness;
    private final long timeoutNanos;
    private final List<Supply> supplies = new ArrayList<>();
    private final ArrayDeque<ShardRequest> pool = new ArrayDeque<>();
    private final long[] underWay;
    private final int[] told;
    private @Nullable Alarm alarm;
    private long wakeAt = NEVER;
    private boolean ticking;
    private boolean started;
    private boolean finished;
    private boolean idle;
    private boolean dryTold;
    private boolean countedTold;
    private long startNanos;
    private long stoppedAt = NEVER;
    private long finishAt = NEVER;
    private long boundary;
    private int interval;
    private int current;
    private long allUnderWay;

    /**
     * A shard that has not started.
     *
     * @param budgets bytes that may be rendered ahead for each phase of the leg, shared with the agent's other shards:
     *     see {@link SupplyLine#budgets}
     */
    public Shard(
            ShardPlan plan,
            EventLoop loop,
            TargetClient client,
            RequestFactory factory,
            Rendering renderer,
            List<AtomicLong> budgets,
            ShardListener listener) {
        this.plan = requireNonNull(plan, "plan");
        this.loop = requireNonNull(loop, "loop");
        this.client = requireNonNull(client, "client");
        this.listener = requireNonNull(listener, "listener");
        timeoutNanos = plan.target().timeout().toNanos();
        goodness = new Goodness(plan.objectives());
        recorder = new Recorder(plan.slots().size(), plan.specs());
        underWay = new long[plan.slots().size() * plan.specs()];
        told = new int[plan.slots().size() * ErrorClass.values().length];
        slots = new ShardSlot[plan.slots().size()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = ShardSlot.of(plan.slots().get(i), plan, factory, renderer, budgets.get(i));
        }
        for (ShardSlot slot : slots) {
            slot.addSupplies(supplies);
        }
    }

    List<Supply> supplies() {
        return supplies;
    }

    /** Opens the connections that the first phase will probably need. */
    public Future<Integer> open() {
        int share = Math.max(1, plan.share(plan.target().connections().max()));
        int wanted = switch (plan.slots().getFirst().phase().load()) {
            case Load.Open open -> (int) Math.ceil(ShardSlot.highest(open) * WARM_SECONDS / plan.totalShards());
            case Load.Closed closed -> slots[0].users.length;
        };
        return client.open(Math.min(wanted, share));
    }

    /** Connections open now. */
    public int openConnections() {
        return client.openConnections();
    }

    /** Begins the leg at that instant of {@code System.nanoTime()}, which may have passed. */
    public void start(long nanos) {
        started = true;
        alarm = Alarm.on(loop, this::tick);
        startNanos = nanos;
        boundary = nanos + INTERVAL_NANOS;
        for (ShardSlot slot : slots) {
            slot.startNanos = nanos + slot.load.startNanos();
            slot.endNanos = nanos + slot.load.endNanos();
            slot.advance();
        }
        tick();
    }

    /** Schedules no more; what is under way is awaited as at a phase's end. */
    public void stop() {
        if (started) {
            endAll(System.nanoTime());
            tick();
        }
    }

    /** Schedules nothing from that instant of {@code System.nanoTime()} on; what is under way is awaited. */
    public void endAt(long nanos) {
        if (started) {
            stoppedAt = Math.min(stoppedAt, nanos);
            List.of(slots).forEach(slot -> slot.endAt(nanos));
            tick();
        }
    }

    /** Ends all load now: requests under way fail as timeouts. */
    public void abort() {
        if (!started) {
            return;
        }
        endAll(System.nanoTime());
        for (ShardSlot slot : slots) {
            cancelAll(slot, "the run was aborted");
        }
        tick();
    }

    /** Ends the last interval at that instant, once nothing is under way, and closes the connections. */
    public void finish(long nanos) {
        finishAt = nanos;
        tick();
    }

    /** Closes the connections of a shard that will not start, or not go on. */
    public void close() {
        finished = true;
        Alarm open = alarm;
        if (open != null) {
            open.close();
            alarm = null;
        }
        client.close();
        supplies.forEach(Supply::close);
    }

    private void endAll(long now) {
        stoppedAt = Math.min(stoppedAt, now);
        for (ShardSlot slot : slots) {
            if (!slot.ended) {
                slot.end(now);
            }
        }
    }

    // The timer

    private void tick() {
        if (finished || !started || ticking) {
            return;
        }
        ticking = true;
        long now = System.nanoTime();
        long next = NEVER;
        try {
            flipUntil(Math.min(now, finishAt));
            for (int i = 0; i < slots.length; i++) {
                next = Math.min(next, walk(slots[i], i, now));
            }
        } catch (RuntimeException | Error failure) {
            breakDown(failure, now);
        }
        next = Math.min(next, boundary);
        ticking = false;
        tellIdle();
        if (finishAt != NEVER && now >= finishAt) {
            finishNow();
        } else {
            wakeAt = NEVER;
            wake(Math.min(next, finishAt));
        }
    }

    /** Ends all load of a shard that cannot go on; what was under way has failed, and that is told. */
    private void breakDown(Throwable failure, long now) {
        String detail = "the shard broke down: " + failure;
        listener.broken(failure);
        endAll(now);
        unsent(Math.max(0, current), 0, now, detail);
        client.close();
        for (ShardSlot slot : slots) {
            for (ShardRequest first = slot.oldest; first != null; first = slot.oldest) {
                failed(first, now, ErrorClass.UNSENT, 0, detail);
            }
        }
    }

    private void flipUntil(long nanos) {
        while (boundary <= nanos) {
            flip();
            boundary += INTERVAL_NANOS;
        }
    }

    private void flip() {
        listener.interval(new ShardInterval(interval++, recorder, recorder.flip(), underWay.clone()));
    }

    private void finishNow() {
        if (boundary - INTERVAL_NANOS <= finishAt) {
            flip();
        }
        close();
    }

    private void wake(long nanos) {
        Alarm at = alarm;
        if (at != null && !ticking && nanos < wakeAt) {
            wakeAt = nanos;
            at.set(nanos);
        }
    }

    /** Does what is due in a phase; says when it has more to do. */
    private long walk(ShardSlot slot, int index, long now) {
        if (!slot.ended && now >= slot.startNanos) {
            schedule(slot, index, now);
        }
        for (ShardRequest first = slot.oldest;
                first != null && first.scheduled + timeoutNanos <= now;
                first = slot.oldest) {
            cancel(
                    first,
                    "not ended within the target's timeout of " + plan.target().timeout());
        }
        if (slot.ended && now >= slot.endNanos + slot.drainNanos) {
            cancelAll(slot, "not ended when the drain after its phase was over");
        }
        long next = slot.ended ? NEVER : slot.started ? slot.endNanos : slot.startNanos;
        ShardRequest first = slot.oldest;
        if (first != null) {
            next = Math.min(next, first.scheduled + timeoutNanos);
            next = Math.min(next, slot.ended ? slot.endNanos + slot.drainNanos : NEVER);
        }
        return slot.ended ? next : Math.min(next, Math.min(slot.nextArrival, slot.userDue()));
    }

    private void schedule(ShardSlot slot, int index, long now) {
        if (!slot.started) {
            slot.started = true;
            for (User user : slot.users) {
                issue(slot, index, user.supply, slot.startNanos, user);
            }
        }
        long until = Math.min(now, slot.endNanos - 1);
        Supply supply = slot.supply;
        while (supply != null && slot.nextArrival <= until) {
            issue(slot, index, supply, slot.nextArrival, null);
            slot.advance();
        }
        for (User user = slot.awake(until); user != null; user = slot.awake(until)) {
            issue(slot, index, user.supply, user.due, user);
        }
        if (now >= slot.endNanos) {
            slot.end(slot.endNanos);
        }
    }

    // Requests

    private void issue(ShardSlot slot, int index, Supply supply, long scheduled, @Nullable User user) {
        RenderedRequest rendered = supply.poll();
        if (rendered == null) {
            rendered = renderNow(supply, index, scheduled);
        }
        if (rendered == null) {
            if (user != null) {
                pause(slot, slot.resting, user, System.nanoTime() + slot.restNanos);
            }
            return;
        }
        if (user == null && allUnderWay >= slot.maxInFlight) {
            rendered.drop();
            unsent(index, rendered.spec(), scheduled, "the limit max_in_flight was reached");
            return;
        }
        ShardRequest pooled = pool.pollLast();
        ShardRequest request = pooled == null ? new ShardRequest(this) : pooled;
        request.begin(index, rendered.spec(), scheduled, user);
        slot.add(request);
        allUnderWay++;
        underWay[index * plan.specs() + request.spec]++;
        recording(request).scheduled++;
        try {
            request.handle = client.send(rendered, request);
            wake(scheduled + timeoutNanos);
        } catch (RuntimeException | Error failure) {
            if (ticking) {
                throw failure;
            }
            breakDown(failure, System.nanoTime());
        }
    }

    /** Renders a request that was not rendered in time; null when it cannot be, and then it has failed. */
    private @Nullable RenderedRequest renderNow(Supply supply, int index, long scheduled) {
        try {
            RenderedRequest rendered = supply.renderNow();
            if (!dryTold) {
                dryTold = true;
                listener.supplyDry(index);
            }
            return rendered;
        } catch (RuntimeException | StackOverflowError failure) {
            unsent(index, 0, scheduled, "the request could not be rendered: " + failure);
            return null;
        }
    }

    private void unsent(int slot, int spec, long scheduled, String detail) {
        Recording recording = recorder.of(slot, spec);
        recording.scheduled++;
        recording.failed(ErrorClass.UNSENT);
        recording.record(Recording.FAILED_LATENCY, System.nanoTime() - scheduled, 1);
        tell(slot, spec, ErrorClass.UNSENT, 0, detail);
    }

    private void cancelAll(ShardSlot slot, String detail) {
        for (ShardRequest first = slot.oldest; first != null; first = slot.oldest) {
            cancel(first, detail);
        }
    }

    private void cancel(ShardRequest request, String detail) {
        TargetClient.Handle handle = request.handle;
        if (handle == null) {
            throw new IllegalStateException("a request without a handle is not under way");
        }
        client.cancel(handle, ErrorClass.TIMEOUT, detail);
    }

    private void tell(int slot, int spec, ErrorClass errorClass, int status, String detail) {
        int index = slot * ErrorClass.values().length + errorClass.ordinal();
        if (told[index] < TOLD_FAILURES) {
            told[index]++;
            listener.failed(slot, spec, errorClass, status, detail);
        }
    }

    /** Where a request is recorded. */
    Recording recording(ShardRequest request) {
        return recorder.of(request.slot, request.spec);
    }

    /** Where is recorded what happens at that instant, whichever phase scheduled it; null after the last phase. */
    @Nullable
    Recording window(long nanos, int spec) {
        if (nanos >= stoppedAt) {
            return null;
        }
        while (current + 1 < slots.length && nanos >= startNanos + slots[current + 1].load.startNanos()) {
            current++;
        }
        int at = current;
        while (at > 0 && nanos < startNanos + slots[at].load.startNanos()) {
            at--;
        }
        return nanos >= startNanos + slots[at].load.endNanos() ? null : recorder.of(at, spec);
    }

    void succeeded(ShardRequest request, long end) {
        Recording recording = recording(request);
        long latency = end - request.scheduled;
        long tokens = request.outputTokens();
        recording.succeeded++;
        recording.good += goodness.met(request, end) ? 1 : 0;
        recording.record(Recording.LATENCY, latency, 1);
        recording.record(Recording.SERVICE_TIME, end - request.sent, 1);
        if (request.counted > 0) {
            recording.record(Recording.TTFT, request.firstToken - request.scheduled, 1);
            recording.record(Recording.TTFT_SERVICE, request.firstToken - request.sent, 1);
            if (tokens > 1) {
                recording.record(Recording.TPOT, (request.lastToken - request.firstToken) / (tokens - 1), 1);
            }
            if (request.outputTokens < 0 && !countedTold) {
                countedTold = true;
                listener.tokensCounted();
            }
        }
        if (tokens > 0) {
            recording.record(Recording.LATENCY_PER_TOKEN, latency / tokens, 1);
            recording.record(Recording.OUTPUT_TOKENS, tokens, 1);
        }
        if (request.inputTokens > 0) {
            recording.record(Recording.INPUT_TOKENS, request.inputTokens, 1);
        }
        Recording window = window(end, request.spec);
        if (window != null) {
            window.windowEnded++;
            window.windowBytes += request.bytes;
            window.windowInputTokens += Math.max(0, request.inputTokens);
            window.windowOutputTokens += Math.max(0, tokens - request.counted);
        }
        ended(request, end, false);
    }

    void failed(ShardRequest request, long end, ErrorClass errorClass, int status, String detail) {
        Recording recording = recording(request);
        recording.failed(errorClass);
        recording.record(Recording.FAILED_LATENCY, end - request.scheduled, 1);
        Recording window = request.bytes > 0 ? window(end, request.spec) : null;
        if (window != null) {
            window.windowBytes += request.bytes;
        }
        tell(request.slot, request.spec, errorClass, status, detail);
        ended(request, end, errorClass == ErrorClass.CONNECT || errorClass == ErrorClass.TLS || !request.wasSent);
    }

    private void ended(ShardRequest request, long end, boolean vain) {
        ShardSlot slot = slots[request.slot];
        int index = request.slot;
        User user = request.user;
        slot.remove(request);
        allUnderWay--;
        underWay[index * plan.specs() + request.spec]--;
        request.user = null;
        request.handle = null;
        pool.addLast(request);
        if (user != null && !slot.ended) {
            if (vain) {
                pause(slot, slot.resting, user, end + slot.restNanos);
            } else if (slot.thinkNanos > 0) {
                pause(slot, slot.thinking, user, end + slot.thinkNanos);
            } else if (end < slot.endNanos) {
                issue(slot, index, user.supply, end, user);
            }
        }
        if (!ticking) {
            tellIdle();
        }
    }

    private void pause(ShardSlot slot, UserQueue queue, User user, long due) {
        if (due < slot.endNanos) {
            user.due = due;
            queue.add(user);
            wake(due);
        }
    }

    private void tellIdle() {
        if (idle || allUnderWay > 0) {
            return;
        }
        for (ShardSlot slot : slots) {
            if (!slot.ended) {
                return;
            }
        }
        idle = true;
        listener.idle();
    }
}
