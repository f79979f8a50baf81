package dev.plimsoll.agent.preflight;

import dev.plimsoll.measurements.Fact;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** How long a connection to the target takes: one round trip. The shortest of a few is the network's own. */
final class RoundTrip {
    private static final int TIMES = 5;
    private static final int LIMIT_MILLIS = 1_000;
    private static final long NANOS_PER_MICRO = 1_000;

    private RoundTrip() {}

    /** As {@code dev.plimsoll.measurements.MachineFact.ROUND_TRIP} says; absent when one of them cannot be reached. */
    static Fact to(List<String> targets) {
        List<String> found = new ArrayList<>();
        for (String target : targets) {
            int colon = target.lastIndexOf(':');
            String host = target.substring(0, colon).replaceAll("^\\[|]$", "");
            int port = Integer.parseInt(target.substring(colon + 1));
            try {
                found.add(target + " " + shortestMicros(host, port));
            } catch (IOException e) {
                String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
                return Fact.absent("no connection to " + target + ": " + message);
            }
        }
        return Fact.of(String.join(", ", found));
    }

    /** To whichever of the host's addresses accepts a connection. */
    private static long shortestMicros(String host, int port) throws IOException {
        IOException refused = new IOException("it has no address");
        for (InetAddress address : InetAddress.getAllByName(host)) {
            try {
                return shortestMicros(new InetSocketAddress(address, port));
            } catch (IOException e) {
                refused = e;
            }
        }
        throw refused;
    }

    private static long shortestMicros(InetSocketAddress address) throws IOException {
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < TIMES; i++) {
            try (Socket socket = new Socket()) {
                long start = System.nanoTime();
                socket.connect(address, LIMIT_MILLIS);
                shortest = Math.min(shortest, System.nanoTime() - start);
            }
        }
        return Math.max(1, shortest / NANOS_PER_MICRO);
    }
}
