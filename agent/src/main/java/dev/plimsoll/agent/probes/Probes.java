package dev.plimsoll.agent.probes;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.scenarios.Node;
import dev.plimsoll.scenarios.ProbeSpec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The probes of a run that one agent runs. They are timed and talk HTTP on the context that started them, which carries
 * no load; files, processes and pages are read on threads of their own.
 *
 * <p>Every probe takes a first sample at once, from which counters start, and then samples at its node's interval,
 * aligned to whole intervals of wall time. A sample bears the instant at which it was asked for. A probe that has not
 * answered within its interval (at least 2 s) gives failed readings and is asked again when it has. A source that keeps what
 * was tells of earlier instants later, each once.
 *
 * <p>A metric that is a rate has no reading in the first sample, nor where nothing happened that could have a mean or a
 * ratio: absent is not zero. After a counter began anew its metric fails once.
 */
public final class Probes {
    private final Context context;
    private final HttpFetch fetch;
    private final Workers workers = new Workers();
    private final List<Sampler> samplers = new ArrayList<>();
    private final Promise<Void> ended = Promise.promise();
    private boolean stopping;

    private Probes(Vertx vertx) {
        this.context = vertx.getOrCreateContext();
        this.fetch = new HttpFetch(vertx, Optional.empty());
    }

    /**
     * What is worth saying once about the source of a probe.
     *
     * @param node the node's name
     * @param probe the probe's type
     * @param sentence for a person
     */
    public record Remark(String node, String probe, String sentence) {}

    /** Makes a node's probe from what the scenario says. */
    @FunctionalInterface
    interface Factory {
        /** The probe; it takes no sample yet. */
        Probe create(Node node, ProbeSpec spec, HttpFetch fetch, Workers workers);
    }

    /**
     * Starts the probes of these nodes.
     *
     * @param vertx runs them
     * @param agent the agent's id, for samples
     * @param nodes whose probes this agent runs
     * @param samples takes each sample, on the probes' context
     * @param remarks takes what is worth saying of a source, on the probes' context
     */
    public static Probes start(
            Vertx vertx, String agent, List<Node> nodes, Consumer<NodeSample> samples, Consumer<Remark> remarks) {
        return start(vertx, agent, nodes, samples, remarks, ProbeFactory::create, InstantSource.system());
    }

    static Probes start(
            Vertx vertx,
            String agent,
            List<Node> nodes,
            Consumer<NodeSample> samples,
            Consumer<Remark> remarks,
            Factory factory,
            InstantSource clock) {
        requireNonNull(samples, "samples");
        Probes probes = new Probes(vertx);
        for (Node node : nodes) {
            for (ProbeSpec spec : node.probes()) {
                Probe probe = factory.create(node, spec, probes.fetch, probes.workers);
                probes.samplers.add(new Sampler(
                        node.name(), agent, probe, node.interval(), probes.context, clock, samples, remarks));
            }
        }
        for (Sampler sampler : probes.samplers) {
            probes.context.runOnContext(v -> sampler.start());
        }
        return probes;
    }

    /**
     * Takes a last sample of each probe that answers within two seconds, and ends them. May be called by any thread, and
     * again.
     */
    public Future<Void> stop() {
        context.runOnContext(v -> {
            if (!stopping) {
                stopping = true;
                Future.join(samplers.stream().map(Sampler::stop).toList())
                        .transform(all -> fetch.close())
                        .onComplete(closed -> {
                            workers.close();
                            ended.complete();
                        });
            }
        });
        return ended.future();
    }
}
