package dev.plimsoll.agent;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * An agent: greets the controller, obeys its commands, and reports what it measures. Deploy one instance, on an event
 * loop that carries no load; it makes its own contexts for shards and probes.
 */
public final class AgentVerticle extends VerticleBase {

    /** With these settings. */
    public AgentVerticle(AgentSettings settings) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<?> start() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<?> stop() {
        throw new UnsupportedOperationException();
    }
}
