package dev.plimsoll.agent.sockets;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.engine.Endpoint;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The connections that one phase needs on one agent.
 *
 * @param phase its name
 * @param surely connections that are open at once for certain
 * @param most connections that may be open at once
 * @param perSecond connections opened a second at most, where each request opens its own and the rate is known; else 0
 * @param duration how long it schedules
 * @param destinations addresses with ports that connections go to
 * @param loopback whether all of them are on this machine
 */
public record SocketNeed(
        String phase, int surely, int most, double perSecond, Duration duration, int destinations, boolean loopback) {
    /** Checks the components. */
    public SocketNeed {
        requireNonNull(phase, "phase");
        requireNonNull(duration, "duration");
        if (surely < 0 || most < surely || destinations < 1) {
            throw new IllegalArgumentException(
                    "a phase needs " + surely + " to " + most + " connections to " + destinations + " destinations");
        }
    }

    /**
     * The agent's part of a run.
     *
     * @param firstShard the number of its first shard
     * @param shards how many it has
     * @param total shards over all agents
     */
    public record Part(int firstShard, int shards, int total) {
        /** Checks the components. */
        public Part {
            if (firstShard < 0 || shards < 1 || firstShard + shards > total) {
                throw new IllegalArgumentException(shards + " shards from " + firstShard + " of " + total);
            }
        }

        /** What the agent has of a limit over all shards. */
        private int share(int limit, int least) {
            long sum = 0;
            for (int shard = firstShard; shard < firstShard + shards; shard++) {
                sum += Math.max(least, limit / total + (shard < limit % total ? 1 : 0));
            }
            return (int) Math.min(sum, Integer.MAX_VALUE);
        }

        private double share(double rate) {
            return rate * shards / total;
        }
    }

    /**
     * The needs of a scenario's phases on one agent. With HTTP/2, where requests share connections, nothing is certain
     * but one connection.
     *
     * @param endpoints the target's URLs, resolved
     */
    public static List<SocketNeed> of(Scenario scenario, Part part, List<Endpoint> endpoints) {
        Target target = scenario.target();
        int max = part.share(target.connections().max(), 1);
        boolean reuse = target.connections().reuse();
        boolean shared = reuse
                && (target.http() == Target.Http.HTTP_2
                        || (target.http() == Target.Http.AUTO
                                && endpoints.stream().allMatch(Endpoint::tls)));
        Set<InetSocketAddress> destinations = endpoints.stream()
                .flatMap(endpoint -> endpoint.addresses().stream())
                .collect(Collectors.toSet());
        boolean loopback = destinations.stream().allMatch(to -> to.getAddress().isLoopbackAddress());
        List<SocketNeed> needs = new ArrayList<>();
        for (Phase phase : scenario.phases()) {
            int most;
            int surely;
            double perSecond = 0;
            switch (phase.load()) {
                case Load.Closed closed -> {
                    most = Math.min(max, part.share(closed.concurrency(), 0));
                    // Users that think hold no request, so that fewer connections may do.
                    surely = shared || closed.thinkTime().isPositive() ? Math.min(1, most) : most;
                }
                case Load.Open open -> {
                    most = Math.min(max, part.share(open.maxInFlight(), 0));
                    surely = Math.min(1, most);
                    perSecond = reuse ? 0 : part.share(highest(open.rate()));
                }
            }
            needs.add(new SocketNeed(
                    phase.name(),
                    surely,
                    shared ? surely : most,
                    perSecond,
                    phase.duration(),
                    destinations.size(),
                    loopback));
        }
        return List.copyOf(needs);
    }

    private static double highest(Load.Rate rate) {
        return switch (rate) {
            case Load.Rate.Constant constant -> constant.perSecond();
            case Load.Rate.Ramp ramp -> Math.max(ramp.from(), ramp.to());
            case Load.Rate.Steps steps ->
                steps.perSecond().stream()
                        .mapToDouble(Double::doubleValue)
                        .max()
                        .orElse(0);
            case Load.Rate.Spike spike -> Math.max(spike.base(), spike.spike());
        };
    }
}
