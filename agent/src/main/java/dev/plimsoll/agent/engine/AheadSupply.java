package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.request.RequestFactory;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Requests of one sequence, rendered ahead of their use: one thread fills, one shard takes. A shard that finds its next
 * request not rendered yet renders it itself, and the filling thread goes on behind it.
 */
final class AheadSupply implements Supply {
    private final RequestFactory factory;
    private final Rendering renderer;
    private final long stream;
    private final long first;
    private final long step;
    private final int urls;
    private final AtomicLong budget;
    private final AtomicReferenceArray<@Nullable Ready> ring;
    private volatile long taken;
    private volatile boolean closed;
    private volatile boolean finished;
    private long rendered;
    private final AtomicBoolean wanting = new AtomicBoolean();
    private volatile @Nullable Queue<AheadSupply> wants;

    /** A rendered request and its place in the supply. */
    private record Ready(long place, RenderedRequest request, int length) {}

    /**
     * An empty supply.
     *
     * @param stream of the factory
     * @param first the sequence number of its first request
     * @param step from one sequence number to the next
     * @param urls how many URLs the target has
     * @param capacity how many requests it holds at most
     * @param budget bytes that may still be rendered ahead, shared with other supplies
     */
    AheadSupply(
            RequestFactory factory,
            Rendering renderer,
            long stream,
            long first,
            long step,
            int urls,
            int capacity,
            AtomicLong budget) {
        this.factory = requireNonNull(factory, "factory");
        this.renderer = requireNonNull(renderer, "renderer");
        this.stream = stream;
        this.first = first;
        this.step = step;
        this.urls = urls;
        this.budget = requireNonNull(budget, "budget");
        ring = new AtomicReferenceArray<>(capacity);
    }

    /**
     * Tells where this puts itself when it wants to be filled, and does so for the first time. The thread that takes it
     * from there calls {@link #fill} and then {@link #filled}.
     */
    void fillBy(Queue<AheadSupply> queue) {
        wants = queue;
        want();
    }

    private void want() {
        Queue<AheadSupply> queue = wants;
        if (queue != null && !wanting.get() && wanting.compareAndSet(false, true)) {
            queue.add(this);
        }
    }

    /** Wants to be filled again when that is needed; called by the filling thread, which has filled it. */
    void filled() {
        wanting.set(false);
        if ((finished && !closed) || halfEmpty()) {
            want();
        }
    }

    private boolean halfEmpty() {
        int length = ring.length();
        Ready ready = ring.get((int) ((taken + length / 2) % length));
        return ready == null || ready.place < taken;
    }

    /** Renders up to that many requests; says how many. Called by the filling thread. */
    int fill(int most) {
        if (finished && !closed) {
            close();
        }
        int count = 0;
        while (count < most && !closed && budget.get() > 0) {
            rendered = Math.max(rendered, taken);
            int slot = (int) (rendered % ring.length());
            if (rendered - taken >= ring.length() || !vacate(slot)) {
                break;
            }
            RenderedRequest request = render(rendered);
            int length = request.bytes().readableBytes();
            budget.addAndGet(-length);
            ring.set(slot, new Ready(rendered, request, length));
            rendered++;
            count++;
            if (closed) {
                drop(ring.getAndSet(slot, null));
            }
        }
        return count;
    }

    /** Goes on behind a request that could not be rendered. Called by the filling thread. */
    void skip() {
        rendered++;
    }

    /** Frees a place of the ring that holds a request which the shard has rendered itself. */
    private boolean vacate(int slot) {
        Ready stale = ring.get(slot);
        if (stale == null) {
            return true;
        }
        if (stale.place >= taken || !ring.compareAndSet(slot, stale, null)) {
            return false;
        }
        drop(stale);
        return true;
    }

    @Override
    public @Nullable RenderedRequest poll() {
        int slot = (int) (taken % ring.length());
        Ready ready = ring.get(slot);
        if (ready == null || ready.place != taken || !ring.compareAndSet(slot, ready, null)) {
            return null;
        }
        advance();
        budget.addAndGet(ready.length);
        if (halfEmpty()) {
            want();
        }
        return ready.request;
    }

    @Override
    public RenderedRequest renderNow() {
        long place = taken;
        advance();
        want();
        return render(place);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the shard is its only writer
    private void advance() {
        taken++;
    }

    private RenderedRequest render(long place) {
        long sequence = first + place * step;
        int url = (int) Math.floorMod(sequence, (long) urls);
        return renderer.render(factory.create(stream, sequence), url);
    }

    /** Has the filling thread free what was not taken, so that others have the memory. */
    @Override
    public void finish() {
        finished = true;
        want();
    }

    @Override
    public void close() {
        closed = true;
        for (int slot = 0; slot < ring.length(); slot++) {
            drop(ring.getAndSet(slot, null));
        }
    }

    private void drop(@Nullable Ready ready) {
        if (ready != null) {
            budget.addAndGet(ready.length);
            ready.request.drop();
        }
    }
}
