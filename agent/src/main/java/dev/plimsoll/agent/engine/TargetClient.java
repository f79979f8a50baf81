package dev.plimsoll.agent.engine;

import dev.plimsoll.measurements.ErrorClass;
import io.netty.util.concurrent.Future;

/**
 * The connections of one shard to the target. Confined to the shard's event loop.
 *
 * <p>The limits on connections are the shard's share of the scenario's. A request that finds no free connection while
 * the limit is reached waits its turn, in order.
 */
public interface TargetClient {
    /** Opens that many connections, spread over the target's URLs; completes when all are open or have failed. */
    Future<Integer> open(int connections);

    /**
     * Sends a request. The result comes through the exchange, never before this method returns.
     *
     * @return a handle to {@link #cancel} it
     */
    Handle send(RenderedRequest request, Exchange exchange);

    /**
     * Ends an exchange that has not ended: it fails with this class, and its connection is closed. Does nothing to one
     * that has ended.
     */
    void cancel(Handle handle, ErrorClass errorClass, String detail);

    /** Connections open now. */
    int openConnections();

    /** Closes every connection; exchanges that have not ended fail as {@link ErrorClass#TIMEOUT}. */
    void close();

    /** An exchange under way. Handles are reused; one is valid until its exchange has ended. */
    interface Handle {}
}
