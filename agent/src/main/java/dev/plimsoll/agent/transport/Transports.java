package dev.plimsoll.agent.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Chooses the transport of Vert.x, and with it that of all load. The names {@code io_uring}, {@code epoll} and
 * {@code nio} are those of reports and of {@code run.json}.
 */
public final class Transports {
    /** Read by Netty when its io_uring transport is first used. */
    private static final String POLL_AGAIN = "io.netty.iouring.pollAddMultishotEnabled";

    static {
        // A poll that reports again and again is sometimes not cancelled when its channel closes (Netty 4.2.18): the
        // socket then stays open, and its event loop never ends. One that reports once is cancelled always.
        if (System.getProperty(POLL_AGAIN) == null) {
            System.setProperty(POLL_AGAIN, "false");
        }
    }

    private Transports() {}

    /** The best transport that works here: io_uring, else epoll, else NIO. Containers often forbid io_uring. */
    public static Transport best() {
        for (Transport candidate : candidates()) {
            if (works(candidate)) {
                return candidate;
            }
        }
        return Transport.NIO;
    }

    /**
     * The transport asked for, or the best one.
     *
     * @param name {@code io_uring}, {@code epoll} or {@code nio}; empty for the best
     * @throws IllegalArgumentException when there is none of that name, or it does not work here
     */
    public static Transport choose(Optional<String> name) {
        if (name.isEmpty()) {
            return best();
        }
        for (Transport candidate : candidates()) {
            if (candidate.name().equals(name.get())) {
                if (works(candidate)) {
                    return candidate;
                }
                throw new IllegalArgumentException("the transport " + name.get() + " does not work here"
                        + reason(candidate) + "; leave it out, and the best one that works is used");
            }
        }
        throw new IllegalArgumentException("no transport \"" + name.get() + "\" here: it is io_uring, epoll or nio");
    }

    /** The transport that a running Vert.x uses. */
    public static String nameOf(Vertx vertx) {
        Object used = ((VertxInternal) vertx).transport();
        for (Transport candidate : candidates()) {
            if (candidate.implementation() != null
                    && candidate.implementation().getClass().equals(used.getClass())) {
                return candidate.name();
            }
        }
        return "nio";
    }

    /** Makes TCP sockets that event loops of this Vert.x can drive. */
    public static ChannelFactory<? extends Channel> sockets(Vertx vertx) {
        return ((VertxInternal) vertx).transport().channelFactory(false);
    }

    /** Transports whose classes are there, best first. A constant of Vert.x is null when its classes are not. */
    private static List<Transport> candidates() {
        List<Transport> candidates = new ArrayList<>(3);
        addIfThere(candidates, Optional.ofNullable(Transport.IO_URING));
        addIfThere(candidates, Optional.ofNullable(Transport.EPOLL));
        candidates.add(Transport.NIO);
        return candidates;
    }

    private static void addIfThere(List<Transport> candidates, Optional<Transport> transport) {
        transport.ifPresent(candidates::add);
    }

    /** Whether an event loop of it can be made: what is available by its classes may still be forbidden. */
    private static boolean works(Transport transport) {
        if (!transport.available()) {
            return false;
        }
        try {
            MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
                    1, transport.implementation().ioHandlerFactory());
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            return true;
        } catch (RuntimeException | LinkageError forbidden) {
            return false;
        }
    }

    private static String reason(Transport transport) {
        Throwable cause = transport.unavailabilityCause();
        return cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")";
    }
}
