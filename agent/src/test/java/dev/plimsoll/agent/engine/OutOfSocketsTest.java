package dev.plimsoll.agent.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that run out of what sockets are made of: such requests are unsent, for the target had no part in it. */
class OutOfSocketsTest {
    @TempDir
    private Path directory;

    private String shell(String before, String version) throws Exception {
        Path out = directory.resolve("out.txt");
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(List.of(
                        "sh",
                        "-c",
                        before + " && exec \"$0\" -Xmx128m --enable-native-access=ALL-UNNAMED -cp \"$1\" "
                                + SocketEater.class.getName() + " " + version,
                        java,
                        classes))
                .redirectOutput(out.toFile())
                .redirectError(directory.resolve("err.txt").toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertTrue(ended, "it did not end");
        String said = Files.readString(out, UTF_8).strip();
        assertEquals(0, process.exitValue(), () -> said + err());
        return said;
    }

    private String err() {
        try {
            return Files.readString(directory.resolve("err.txt"), UTF_8);
        } catch (IOException gone) {
            return gone.toString();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1", "2"})
    void withoutFileDescriptorsRequestsAreUnsent(String version) throws Exception {
        assertEquals(
                "UNSENT: no socket for a connection: Too many open files; raise the limit of open files (`ulimit -n`),"
                        + " or use fewer connections or more agents",
                shell("ulimit -n 160", version));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1", "2"})
    void withoutLocalPortsRequestsAreUnsent(String version) throws Exception {
        String alone = "unshare -rn sh -c 'ip link set lo up && echo 40000 40003 >"
                + " /proc/sys/net/ipv4/ip_local_port_range'";
        int possible = new ProcessBuilder("sh", "-c", alone)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        assumeTrue(possible == 0, "a network of its own cannot be made here");
        String said = shell(
                "exec unshare -rn sh -c 'ip link set lo up && echo 40000 40003 > /proc/sys/net/ipv4/ip_local_port_range"
                        + " && exec \"$0\" --enable-native-access=ALL-UNNAMED -cp \"$1\" "
                        + SocketEater.class.getName() + " " + version + "' \"$0\" \"$1\"",
                version);
        assertEquals(
                "UNSENT: no socket for a connection: Cannot assign requested address; widen"
                        + " net.ipv4.ip_local_port_range, set net.ipv4.tcp_tw_reuse to 1, reuse connections, or use"
                        + " more agents on other machines",
                said);
    }
}
