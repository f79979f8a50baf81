package dev.plimsoll.agent.sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.sockets.SocketLimits.Ports;
import dev.plimsoll.agent.sockets.SocketLimits.TimeWaitReuse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketLimitsTest {
    private static void write(Path root, String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void filesOfLinuxAreRead(@TempDir Path root) throws IOException {
        write(root, "proc/self/limits", """
                Limit                     Soft Limit           Hard Limit           Units
                Max processes             127433               127433               processes
                Max open files            20000                1048576              files
                """);
        write(root, "proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
        write(root, "proc/sys/net/ipv4/tcp_tw_reuse", "2\n");
        for (int i = 0; i < 4; i++) {
            write(root, "proc/self/fd/" + i, "");
        }
        assertEquals(
                new SocketLimits(
                        OptionalLong.of(20_000), 3, Optional.of(new Ports(32_768, 60_999)), TimeWaitReuse.LOOPBACK),
                SocketLimits.read(root));
    }

    @Test
    void whatIsNotThereIsNotTold(@TempDir Path root) throws IOException {
        SocketLimits none = new SocketLimits(OptionalLong.empty(), 0, Optional.empty(), TimeWaitReuse.NEVER);
        assertEquals(none, SocketLimits.read(root));
        write(root, "proc/self/limits", "Max open files            unlimited            unlimited            files\n");
        write(root, "proc/sys/net/ipv4/ip_local_port_range", "all of them");
        assertEquals(none, SocketLimits.read(root));
    }

    @Test
    void thisMachineIsRead() {
        SocketLimits here = SocketLimits.read(Path.of("/"));
        assertTrue(here.used() > 0, here.toString());
        assertTrue(here.openFiles().orElse(Long.MAX_VALUE) >= here.used(), here.toString());
    }
}
