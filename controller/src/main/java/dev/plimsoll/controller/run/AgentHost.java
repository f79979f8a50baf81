package dev.plimsoll.controller.run;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.AgentSettings;
import dev.plimsoll.agent.AgentVerticle;
import dev.plimsoll.agent.cluster.ClusterBus;
import dev.plimsoll.agent.cluster.ClusterSettings;
import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.transport.Transports;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/** A process that is an agent: joins a controller's cluster and serves one run. */
public final class AgentHost {
    private static final int MOST_SHARDS = 8;
    private static final long JOIN_SECONDS = 35;
    private static final long CLOSE_SECONDS = 5;

    private AgentHost() {}

    /**
     * How to be an agent.
     *
     * @param cluster the cluster's name
     * @param controller {@code host:port} of the controller
     * @param bindHost the host name or address of this machine to listen on
     * @param port the first of three ports; absent: free ones
     * @param label the name that scenarios use for it; absent: the host's name
     * @param shards event loops that carry load; absent: one fewer than cores, from 1 to 8
     * @param transport {@code io_uring}, {@code epoll} or {@code nio}; absent: the best one
     */
    public record Options(
            String cluster,
            String controller,
            String bindHost,
            OptionalInt port,
            Optional<String> label,
            OptionalInt shards,
            Optional<String> transport) {
        /** Checks the components. */
        public Options {
            requireNonNull(cluster, "cluster");
            requireNonNull(controller, "controller");
            requireNonNull(bindHost, "bindHost");
            if (shards.isPresent() && shards.getAsInt() < 1) {
                throw new IllegalArgumentException("shards are at least 1, not " + shards.getAsInt());
            }
        }
    }

    /**
     * Serves one run. Blocks until there is nothing left to do: the run was released, or the controller left the cluster or
     * was silent for 10 s.
     *
     * @throws RunException when the cluster cannot be joined within 30 s, or the agent cannot start; JGroups may have
     *     left threads behind, so end the process explicitly
     */
    public static void serve(Options options) throws RunException, InterruptedException {
        ClusterBus bus = join(options);
        try {
            CountDownLatch over = new CountDownLatch(1);
            bus.onMembersChanged(members -> {
                if (members.stream().noneMatch(member -> member.startsWith(options.controller() + "/"))) {
                    over.countDown();
                }
            });
            AgentFacts facts = facts(bus.vertx(), options.label(), options.shards());
            AgentVerticle agent = new AgentVerticle(new AgentSettings(facts, over::countDown));
            Waiting.forResult(bus.vertx().deployVerticle(agent), JOIN_SECONDS, "the agent did not start");
            over.await();
        } finally {
            try {
                Waiting.forResult(bus.close(), CLOSE_SECONDS, "the agent did not leave its cluster");
            } catch (RunException e) {
                /* The process ends next, and with it the membership. */
            }
        }
    }

    private static ClusterBus join(Options options) throws RunException, InterruptedException {
        try {
            int port = options.port().isPresent()
                    ? options.port().getAsInt()
                    : ClusterBus.findFreePorts(options.bindHost());
            ClusterSettings settings =
                    new ClusterSettings(options.cluster(), options.bindHost(), port, List.of(options.controller()));
            Transport transport = Transports.choose(options.transport());
            return Waiting.forResult(
                    ClusterBus.start(settings, new VertxOptions(), Optional.of(transport)),
                    JOIN_SECONDS,
                    "cannot join the controller at " + options.controller());
        } catch (IOException | IllegalArgumentException e) {
            throw new RunException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Who an agent in this process is. */
    static AgentFacts facts(Vertx vertx, Optional<String> label, OptionalInt shards) {
        int cores = Runtime.getRuntime().availableProcessors();
        String host = hostName();
        return new AgentFacts(
                UUID.randomUUID().toString(),
                label.orElse(host),
                BuildVersion.number(),
                host,
                ProcessHandle.current().pid(),
                cores,
                Transports.nameOf(vertx),
                shards.orElse(shardsFor(cores)));
    }

    /** How many shards so many cores carry: one is left for everything else. */
    static int shardsFor(int cores) {
        return Math.max(1, Math.min(cores - 1, MOST_SHARDS));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
