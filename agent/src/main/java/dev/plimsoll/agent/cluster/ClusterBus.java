package dev.plimsoll.agent.cluster;

import static java.util.Objects.requireNonNull;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.infinispan.configuration.cache.CacheMode;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.configuration.global.GlobalConfigurationBuilder;
import org.infinispan.configuration.parsing.ConfigurationBuilderHolder;
import org.infinispan.manager.DefaultCacheManager;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachemanagerlistener.annotation.ViewChanged;
import org.infinispan.notifications.cachemanagerlistener.event.ViewChangedEvent;
import org.infinispan.remoting.transport.jgroups.JGroupsTransport;

/**
 * A Vert.x whose event bus reaches the other processes of a run.
 *
 * <p>A process that dies is noticed by the others in about a second, one that hangs in about three. A member that was
 * cut off and comes back is a stranger: its consumers are not known to the others any more, so treat a lost member as
 * lost for good. Right after joining, consumers of other members may not be known yet for a few seconds: greet until
 * answered. Safe for use by several threads.
 */
public final class ClusterBus {
    /** How long a member waits for one that it can join. */
    public static final Duration JOIN_TIMEOUT = Duration.ofSeconds(30);

    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final int PING_INTERVAL_MILLIS = 2_000;
    private static final int PORT_ATTEMPTS = 100;
    /** Below the ports that systems give to outgoing connections, which may take a free one at any moment. */
    private static final int LOWEST_FOUND_PORT = 12_000;

    private static final int HIGHEST_FOUND_PORT = 32_000;

    private final ClusterSettings settings;
    private final DefaultCacheManager caches;
    private final Vertx vertx;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ClusterBus(ClusterSettings settings, DefaultCacheManager caches, Vertx vertx) {
        this.settings = settings;
        this.caches = caches;
        this.vertx = vertx;
    }

    /**
     * Joins the cluster.
     *
     * @param settings where
     * @param options of the Vert.x to create; its event bus' host, port and timeouts are replaced
     * @param transport of the Vert.x to create; absent: Java's own
     * @return the bus, or a failure with a {@link ClusterException}: a port is in use, or none of the members answered
     *     within {@link #JOIN_TIMEOUT}. JGroups may leave threads behind that failure; a process that cannot go on
     *     without the cluster should exit explicitly
     */
    public static Future<ClusterBus> start(
            ClusterSettings settings, VertxOptions options, Optional<Transport> transport) {
        requireNonNull(settings, "settings");
        requireNonNull(options, "options");
        ClusterLogs.silence();
        return onThread("plimsoll-cluster-join", () -> join(settings)).compose(caches -> {
            var builder = Vertx.builder()
                    .with(new VertxOptions(options).setEventBusOptions(busOptions(settings, options)))
                    .withClusterManager(new MemberManager(caches));
            transport.ifPresent(builder::withTransport);
            return builder.buildClustered()
                    .map(vertx -> new ClusterBus(settings, caches, vertx))
                    .recover(e -> stop(caches)
                            .eventually(() -> Future.failedFuture(cannotJoin(settings, e)))
                            .mapEmpty());
        });
    }

    /**
     * The first of as many free ports in a row as a member needs, as {@code host:port} is free now. Another process may
     * take one before the member does; start again with another then.
     *
     * @param host to listen on
     * @throws IOException if none is found
     */
    public static int findFreePorts(String host) throws IOException {
        InetAddress address = InetAddress.getByName(host);
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            int first = ThreadLocalRandom.current().nextInt(LOWEST_FOUND_PORT, HIGHEST_FOUND_PORT);
            if (allFree(address, first)) {
                return first;
            }
        }
        throw new IOException("no " + ClusterSettings.PORTS + " free ports in a row on " + host);
    }

    /** The clustered Vert.x. Close this bus rather than it. */
    public Vertx vertx() {
        return vertx;
    }

    /** Where this member is. */
    public ClusterSettings settings() {
        return settings;
    }

    /** This member's name: {@code host:port/pid}. */
    public String name() {
        return caches.getAddress().toString();
    }

    /** The names of the members that are there now, this one included; {@code host:port/pid} each. */
    public List<String> members() {
        return MemberManager.names(caches.getMembers());
    }

    /**
     * Tells who is there, after each change, until this bus is closed. Called on one of the cluster's threads: hand over
     * to a context, and do not block.
     */
    public void onMembersChanged(Consumer<List<String>> listener) {
        caches.addListener(new ViewListener(listener));
    }

    /** Leaves the cluster and closes the Vert.x. Does nothing the second time. */
    public Future<Void> close() {
        if (!closed.compareAndSet(false, true)) {
            return Future.succeededFuture();
        }
        return vertx.close().eventually(() -> stop(caches));
    }

    private static DefaultCacheManager join(ClusterSettings settings) throws ClusterException {
        DefaultCacheManager caches = null;
        try {
            caches = new DefaultCacheManager(configuration(settings), false);
            caches.start();
            return caches;
        } catch (Exception e) {
            if (caches != null) {
                caches.stop();
            }
            throw cannotJoin(settings, e);
        }
    }

    private static ConfigurationBuilderHolder configuration(ClusterSettings settings) throws IOException {
        var holder = new ConfigurationBuilderHolder(ClusterBus.class.getClassLoader());
        GlobalConfigurationBuilder global = holder.getGlobalConfigurationBuilder();
        global.cacheManagerName(settings.name()).defaultCacheName("distributed-cache");
        global.jmx().disable();
        global.metrics().gauges(false).histograms(false);
        global.transport()
                .defaultTransport()
                .clusterName(settings.name())
                .nodeName(settings.self() + "/" + ProcessHandle.current().pid())
                .initialClusterSize(settings.first() ? 1 : 2)
                .initialClusterTimeout(JOIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .addProperty(JGroupsTransport.CHANNEL_CONFIGURATOR, new MemberStack(settings));
        // The names and modes that Vert.x' cluster manager expects, as in its own default configuration.
        cache(holder, "distributed-cache", CacheMode.DIST_SYNC);
        cache(holder, "__vertx.subs", CacheMode.REPL_SYNC);
        cache(holder, "__vertx.haInfo", CacheMode.REPL_SYNC);
        cache(holder, "__vertx.nodeInfo", CacheMode.REPL_SYNC);
        cache(holder, "__vertx.distributed.cache.configuration", CacheMode.DIST_SYNC)
                .template(true);
        return holder;
    }

    private static ConfigurationBuilder cache(ConfigurationBuilderHolder holder, String name, CacheMode mode) {
        ConfigurationBuilder builder = holder.newConfigurationBuilder(name);
        builder.clustering().cacheMode(mode);
        return builder;
    }

    /** Certificates for the bus would be set here, and in {@link MemberStack} for membership. */
    private static EventBusOptions busOptions(ClusterSettings settings, VertxOptions options) {
        return new EventBusOptions(options.getEventBusOptions())
                .setHost(settings.bindHost())
                .setPort(settings.messagePort())
                .setClusterPublicHost(settings.bindHost())
                .setClusterPublicPort(settings.messagePort())
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setClusterPingInterval(PING_INTERVAL_MILLIS)
                .setClusterPingReplyInterval(PING_INTERVAL_MILLIS);
    }

    private static ClusterException cannotJoin(ClusterSettings settings, Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String why = root.getMessage() == null ? root.toString() : root.getMessage();
        if (root instanceof java.net.BindException) {
            return new ClusterException(
                    "cannot listen on " + settings.self() + " (and the two ports above it): " + why
                            + "; choose another port or address",
                    cause);
        }
        String whom = settings.first() ? "as the first member" : "at " + String.join(", ", settings.members());
        return new ClusterException(
                "cannot join cluster \"" + settings.name() + "\" " + whom + " from " + settings.self() + ": " + why
                        + (settings.first() ? "" : "; is a controller running there?"),
                cause);
    }

    private static Future<Void> stop(DefaultCacheManager caches) {
        return onThread("plimsoll-cluster-leave", () -> {
                    caches.stop();
                    return Optional.empty();
                })
                .mapEmpty();
    }

    private static <T> Future<T> onThread(String name, Callable<T> work) {
        Promise<T> promise = Promise.promise();
        Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                promise.complete(work.call());
            } catch (Exception e) {
                promise.fail(e);
            }
        });
        return promise.future();
    }

    private static boolean allFree(InetAddress address, int first) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int port = first; port < first + ClusterSettings.PORTS; port++) {
                ServerSocket socket = new ServerSocket();
                held.add(socket);
                socket.bind(new InetSocketAddress(address, port));
            }
            return true;
        } catch (java.net.BindException e) {
            return false;
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    /** Listens for views; Infinispan wants a public class with annotations. */
    @Listener
    public static final class ViewListener {
        private final Consumer<List<String>> members;

        private ViewListener(Consumer<List<String>> members) {
            this.members = members;
        }

        /** Called by Infinispan. */
        @ViewChanged
        public void viewChanged(ViewChangedEvent event) {
            members.accept(MemberManager.names(event.getNewMembers()));
        }
    }
}
