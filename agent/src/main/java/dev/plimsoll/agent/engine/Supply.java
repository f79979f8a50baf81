package dev.plimsoll.agent.engine;

import org.jspecify.annotations.Nullable;

/** Where a shard takes the requests of one sequence from, in order. */
sealed interface Supply permits AheadSupply, StandingSupply {
    /** The next request if it is ready, else null: then {@link #renderNow} gives it. Called by the shard. */
    @Nullable
    RenderedRequest poll();

    /** Renders the next request here and now. Called by the shard. */
    RenderedRequest renderNow();

    /** Takes note that no more are taken. Any thread. */
    void finish();

    /** Frees what was not taken. Any thread. */
    void close();
}
