package dev.plimsoll.agent.probes;

import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.scenarios.Node;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Consumer;

/**
 * The probes of a run that one agent runs, on a context of their own that carries no load. Every probe samples at its
 * node's interval, aligned to whole intervals of wall time; one that has not answered within its interval (at least 2 s)
 * gives failed readings and is asked again when it has.
 */
public final class Probes {

    /**
     * Starts the probes of these nodes.
     *
     * @param vertx runs them
     * @param agent the agent's id, for samples
     * @param nodes whose probes this agent runs
     * @param samples takes each sample, on the probes' context
     */
    public static Probes start(Vertx vertx, String agent, List<Node> nodes, Consumer<NodeSample> samples) {
        throw new UnsupportedOperationException();
    }

    /** Takes a last sample of each probe that answers within a second, and ends them. */
    public Future<Void> stop() {
        throw new UnsupportedOperationException();
    }
}
