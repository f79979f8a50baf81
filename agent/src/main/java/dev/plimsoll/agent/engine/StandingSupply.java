package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.request.RequestFactory;

/**
 * Requests of one sequence that differ only by workload entry and target URL, as those of plain HTTP do: their bytes
 * stand ready from the first on, and no thread renders them ahead. Confined to its shard.
 */
final class StandingSupply implements Supply {
    private final RequestFactory factory;
    private final StandingRequests requests;
    private final long stream;
    private final long step;
    private final int urls;
    private long sequence;

    /**
     * A supply that begins with the first request of its sequence.
     *
     * @param requests the bytes, shared with the other supplies of a shard's phase
     * @param stream of the factory
     * @param first the sequence number of its first request
     * @param step from one sequence number to the next
     * @param urls how many URLs the target has
     */
    StandingSupply(RequestFactory factory, StandingRequests requests, long stream, long first, long step, int urls) {
        this.factory = requireNonNull(factory, "factory");
        this.requests = requireNonNull(requests, "requests");
        this.stream = stream;
        this.step = step;
        this.urls = urls;
        sequence = first;
    }

    @Override
    public RenderedRequest poll() {
        return renderNow();
    }

    @Override
    public RenderedRequest renderNow() {
        long number = sequence;
        sequence += step;
        RequestContent content = factory.create(stream, number);
        return requests.of(content, urls == 1 ? 0 : (int) Math.floorMod(number, (long) urls));
    }

    @Override
    public void finish() {
        // It holds nothing of its own.
    }

    @Override
    public void close() {
        // It holds nothing of its own.
    }
}
