package dev.plimsoll.agent.sockets;

import dev.plimsoll.agent.sockets.SocketLimits.Ports;
import dev.plimsoll.agent.sockets.SocketLimits.TimeWaitReuse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Compares what a scenario needs in sockets with what the kernel allows, before load. What is sure to fail is told from
 * what may.
 *
 * <p>Each connection takes a file descriptor, and a local port that no other connection to the same address and port
 * has. A port is taken until the connection is closed, and where this side closed it first for 60 s more (TIME_WAIT, a
 * constant of Linux), or 1 s with {@code net.ipv4.tcp_tw_reuse}. Which side is first is seldom known, so that this alone
 * is never sure to fail.
 */
public final class SocketBudget {
    /** Descriptors left for what is not load: logs, probes, the controller, classes. */
    static final int RESERVE = 64;

    private static final int TIME_WAIT_SECONDS = 60;
    private static final int REUSE_SECONDS = 1;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int ROUND = 1024;

    private SocketBudget() {}

    /**
     * Something that is short.
     *
     * @param sure whether requests cannot but fail
     * @param sentence what is short, and what to do
     */
    public record Shortage(boolean sure, String sentence) {}

    /** What is short, of each kind the worst. */
    public static List<Shortage> of(List<SocketNeed> needs, SocketLimits limits) {
        List<Shortage> found = new ArrayList<>();
        needs.stream()
                .max((a, b) -> a.surely() == b.surely()
                        ? Integer.compare(a.most(), b.most())
                        : Integer.compare(a.surely(), b.surely()))
                .ifPresent(need -> files(need, limits, found));
        needs.stream()
                .max((a, b) -> Integer.compare(a.most(), b.most()))
                .filter(need -> found.isEmpty())
                .ifPresent(need -> files(need, limits, found));
        needs.stream()
                .max((a, b) -> Integer.compare(a.surely(), b.surely()))
                .ifPresent(need -> limits.ports().ifPresent(ports -> atOnce(need, ports, found)));
        needs.stream()
                .max((a, b) -> Double.compare(waiting(a, limits), waiting(b, limits)))
                .ifPresent(need -> limits.ports().ifPresent(ports -> closed(need, ports, limits, found)));
        return List.copyOf(found);
    }

    private static void files(SocketNeed need, SocketLimits limits, List<Shortage> found) {
        if (limits.openFiles().isEmpty()) {
            return;
        }
        long allowed = limits.openFiles().getAsLong();
        boolean sure = limits.used() + need.surely() > allowed;
        boolean maybe = limits.used() + RESERVE + need.most() > allowed;
        if (!sure && !maybe) {
            return;
        }
        long enough = Math.ceilDiv(limits.used() + RESERVE + need.most(), ROUND) * ROUND;
        found.add(new Shortage(
                sure,
                text(
                        "phase %s %s %,d connections at once, and this process may open %,d files, of which %,d are"
                                + " open: set `ulimit -n %d` before it starts, lower the load or"
                                + " target.connections.max, or use more agents on other machines",
                        need.phase(),
                        sure ? "needs" : "may need",
                        sure ? need.surely() : need.most(),
                        allowed,
                        limits.used(),
                        enough)));
    }

    private static void atOnce(SocketNeed need, Ports ports, List<Shortage> found) {
        long available = (long) ports.count() * need.destinations();
        boolean sure = need.surely() > available;
        if (!sure && need.most() <= available) {
            return;
        }
        found.add(new Shortage(
                sure,
                text(
                        "phase %s %s %,d connections at once to %s, and there are %,d local ports for each: widen"
                                + " net.ipv4.ip_local_port_range (now %d to %d), give the target more addresses, or"
                                + " use more agents on other machines",
                        need.phase(),
                        sure ? "needs" : "may need",
                        sure ? need.surely() : need.most(),
                        addresses(need),
                        ports.count(),
                        ports.first(),
                        ports.last())));
    }

    /** Ports that closed connections may keep for a while, to all destinations together. */
    private static double waiting(SocketNeed need, SocketLimits limits) {
        double seconds = Math.min(need.duration().toNanos() / NANOS_PER_SECOND, kept(need, limits));
        return need.perSecond() * seconds;
    }

    private static int kept(SocketNeed need, SocketLimits limits) {
        TimeWaitReuse reuse = limits.timeWaitReuse();
        boolean early = reuse == TimeWaitReuse.ALWAYS || (reuse == TimeWaitReuse.LOOPBACK && need.loopback());
        return early ? REUSE_SECONDS : TIME_WAIT_SECONDS;
    }

    private static void closed(SocketNeed need, Ports ports, SocketLimits limits, List<Shortage> found) {
        double waiting = waiting(need, limits);
        if (waiting <= (double) ports.count() * need.destinations()) {
            return;
        }
        found.add(new Shortage(
                false,
                text(
                        "phase %s opens %,.0f connections a second to %s, and each may keep its local port for %d s"
                                + " after its end: that takes up to %,.0f ports, and there are %,d for each address;"
                                + " set net.ipv4.tcp_tw_reuse to 1, widen net.ipv4.ip_local_port_range (now %d to"
                                + " %d), leave target.connections.reuse true, or use more agents on other machines",
                        need.phase(),
                        need.perSecond(),
                        addresses(need),
                        kept(need, limits),
                        waiting,
                        ports.count(),
                        ports.first(),
                        ports.last())));
    }

    private static String addresses(SocketNeed need) {
        return need.destinations() == 1 ? "1 address" : need.destinations() + " addresses";
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
