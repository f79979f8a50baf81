package dev.plimsoll.agent.inspect;

import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.scenarios.Target;
import io.vertx.core.Future;

/** Finds out what a target is. */
public final class TargetInspector {

    /** Asks through that client. */
    public TargetInspector(HttpFetch fetch) {
        throw new UnsupportedOperationException();
    }

    /**
     * Asks the target's first URL: models, version, cache configuration, and words that are one token each. What cannot
     * be found out is a note.
     *
     * @return the facts; fails only when requests cannot be made without one: {@code model: auto} and no list of models.
     *     The message is a sentence that names the URL and the next step
     */
    public Future<TargetFacts> inspect(Target target) {
        throw new UnsupportedOperationException();
    }
}
