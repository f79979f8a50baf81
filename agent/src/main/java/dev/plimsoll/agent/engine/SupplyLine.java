package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The threads that render an agent's requests of one leg ahead of their use. Each looks every 10 ms for supplies
 * that want to be filled, however many there are; without supplies to fill there are no threads.
 */
public final class SupplyLine implements AutoCloseable {
    /** Bytes that are rendered ahead at most, over all shards and phases. */
    private static final long BUDGET_BYTES = 256L << 20;

    private static final int BATCH = 256;
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final List<Thread> threads = new ArrayList<>();
    private final List<AheadSupply> all = new ArrayList<>();
    private final AtomicInteger waiting;
    private final AtomicLong rendered = new AtomicLong();
    private final CompletableFuture<Long> ready = new CompletableFuture<>();
    private final Consumer<Throwable> failed;
    private volatile boolean closed;

    /**
     * Fills the supplies of these shards with that many threads; {@link #ready} completes when they are full.
     *
     * @param failed called for each request that cannot be rendered after {@link #ready}, by a thread of this; the
     *     shard then tries again when the request is due, and counts it as unsent
     */
    public SupplyLine(List<Shard> shards, int threadCount, Consumer<Throwable> failed) {
        this.failed = requireNonNull(failed, "failed");
        for (Shard shard : shards) {
            for (Supply supply : shard.supplies()) {
                if (supply instanceof AheadSupply ahead) {
                    all.add(ahead);
                }
            }
        }
        int count = Math.min(threadCount, all.size());
        waiting = new AtomicInteger(count);
        for (int i = 0; i < count; i++) {
            Queue<AheadSupply> wanting = new ConcurrentLinkedQueue<>();
            for (int j = i; j < all.size(); j += count) {
                all.get(j).fillBy(wanting);
            }
            threads.add(
                    Thread.ofPlatform().name("plimsoll-render-" + i).daemon().unstarted(() -> run(wanting)));
        }
        threads.forEach(Thread::start);
        if (count == 0) {
            ready.complete(0L);
        }
    }

    /**
     * The memory for the requests of a leg with that many phases. Each phase has a part of its own, so that the first
     * cannot take it all and leave the next ones to be rendered while load runs.
     */
    public static List<AtomicLong> budgets(int phases) {
        return Stream.generate(() -> new AtomicLong(BUDGET_BYTES / phases))
                .limit(phases)
                .toList();
    }

    /** Completes with the number of requests rendered when supplies or memory are full; fails when rendering does. */
    public CompletableFuture<Long> ready() {
        return ready;
    }

    private void run(Queue<AheadSupply> wanting) {
        boolean first = true;
        while (!closed) {
            int count = 0;
            for (int left = wanting.size(); left > 0 && !closed; left--) {
                AheadSupply supply = wanting.poll();
                if (supply == null) {
                    break;
                }
                count += fill(supply);
                supply.filled();
            }
            rendered.addAndGet(count);
            if (count == 0) {
                if (first && waiting.decrementAndGet() == 0) {
                    ready.complete(rendered.get());
                }
                first = false;
                LockSupport.parkNanos(IDLE_NANOS);
            }
        }
    }

    private int fill(AheadSupply supply) {
        try {
            return supply.fill(BATCH);
        } catch (RuntimeException | Error failure) {
            supply.skip();
            if (!ready.completeExceptionally(failure) && !closed) {
                failed.accept(failure);
            }
            return 1;
        }
    }

    /** Ends the threads and frees what was not sent. */
    @Override
    public void close() {
        closed = true;
        threads.forEach(LockSupport::unpark);
        all.forEach(AheadSupply::close);
    }
}
