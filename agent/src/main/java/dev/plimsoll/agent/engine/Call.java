package dev.plimsoll.agent.engine;

import org.jspecify.annotations.Nullable;

/**
 * A request on its way through the client: waiting for a connection, or on one. Pooled; a link in a list of
 * {@link CallQueue}.
 */
final class Call implements TargetClient.Handle {
    @Nullable
    RenderedRequest request;

    Exchange exchange = NoExchange.INSTANCE;

    /** The connection it is bound to; null while it waits for one. */
    @Nullable
    HttpConnection connection;

    /** The queue it waits in; null otherwise. */
    @Nullable
    CallQueue queue;

    @Nullable
    Call previous;

    @Nullable
    Call next;

    /** The request; only for a call that is under way. */
    RenderedRequest request() {
        RenderedRequest rendered = request;
        if (rendered == null) {
            throw new IllegalStateException("the call has ended");
        }
        return rendered;
    }
}
