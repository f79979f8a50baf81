package dev.plimsoll.agent.sockets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What the kernel allows this process in sockets.
 *
 * @param openFiles descriptors it may have open at once ({@code ulimit -n}); empty when it is not told or unlimited
 * @param used descriptors it has open now
 * @param ports the range of local ports for outgoing connections; empty when it is not told
 * @param timeWaitReuse when the port of a closed connection serves another one early
 */
public record SocketLimits(OptionalLong openFiles, long used, Optional<Ports> ports, TimeWaitReuse timeWaitReuse) {
    private static final int MOST_BYTES = 8 * 1024;
    private static final String FILES_LINE = "Max open files";

    /**
     * A range of ports.
     *
     * @param first the lowest
     * @param last the highest
     */
    public record Ports(int first, int last) {
        /** Checks the components. */
        public Ports {
            if (first < 0 || last < first || last > 65_535) {
                throw new IllegalArgumentException("no range of ports: " + first + " to " + last);
            }
        }

        /** How many there are. */
        public int count() {
            return last - first + 1;
        }
    }

    /** The values of {@code net.ipv4.tcp_tw_reuse}. */
    public enum TimeWaitReuse {
        /** Never: only after 60 s. */
        NEVER,
        /** After 1 s. */
        ALWAYS,
        /** After 1 s on the loopback, as is the default since Linux 4.19. */
        LOOPBACK
    }

    /**
     * Reads them from the files of Linux. What is not there, or not as expected, is not told.
     *
     * @param root {@code /}, or the root of a copy
     */
    public static SocketLimits read(Path root) {
        return new SocketLimits(openFiles(root), used(root), ports(root), reuse(root));
    }

    private static OptionalLong openFiles(Path root) {
        return text(root.resolve("proc/self/limits"))
                .flatMap(text -> text.lines()
                        .filter(line -> line.startsWith(FILES_LINE))
                        .map(line -> line.substring(FILES_LINE.length()).strip().split("\\s+")[0])
                        .filter(soft -> soft.matches("\\d{1,18}"))
                        .findFirst())
                .map(soft -> OptionalLong.of(Long.parseLong(soft)))
                .orElse(OptionalLong.empty());
    }

    private static long used(Path root) {
        try (Stream<Path> open = Files.list(root.resolve("proc/self/fd"))) {
            // The directory itself is open while it is read.
            return Math.max(0, open.count() - 1);
        } catch (IOException notLinux) {
            return 0;
        }
    }

    private static Optional<Ports> ports(Path root) {
        return text(root.resolve("proc/sys/net/ipv4/ip_local_port_range"))
                .map(text -> text.strip().split("\\s+"))
                .filter(range -> range.length == 2 && range[0].matches("\\d{1,5}") && range[1].matches("\\d{1,5}"))
                .map(range -> new Ports(Integer.parseInt(range[0]), Integer.parseInt(range[1])));
    }

    private static TimeWaitReuse reuse(Path root) {
        String value =
                text(root.resolve("proc/sys/net/ipv4/tcp_tw_reuse")).orElse("").strip();
        return switch (value) {
            case "1" -> TimeWaitReuse.ALWAYS;
            case "2" -> TimeWaitReuse.LOOPBACK;
            default -> TimeWaitReuse.NEVER;
        };
    }

    private static Optional<String> text(Path file) {
        // In one read: the kernel gives a list of numbers below /proc/sys to the first read alone, however short that
        // is.
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1));
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }
}
