package dev.plimsoll.controller.coldstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ColdStartRunTest {
    @TempDir
    private Path directory;

    private URI url;

    @BeforeEach
    void findPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }

    private ColdStartRun.Plan plan(boolean dropCaches, String... script) {
        return new ColdStartRun.Plan(
                List.of("/bin/sh", "-c", String.join("\n", script)),
                url,
                Map.of(),
                1,
                Duration.ofSeconds(30),
                dropCaches,
                Optional.empty());
    }

    @Test
    void thePageCacheIsDroppedBeforeTheStart() throws IOException {
        Path file = Files.createFile(directory.resolve("drop_caches"));
        Path order = directory.resolve("order");
        ColdStartRun run = new ColdStartRun(plan(true, "cat '" + file + "' > '" + order + "'"), told -> {}, file);
        ColdStartException e = assertThrows(ColdStartException.class, run::run);
        assertTrue(e.getMessage().contains("ended with status 0 before /health answered"), e.getMessage());
        assertEquals("3", Files.readString(order));
    }

    @Test
    void aCacheThatCannotBeDroppedIsToldAndNothingIsStarted() {
        Path started = directory.resolve("started");
        ColdStartRun run = new ColdStartRun(
                plan(true, "touch '" + started + "'"), told -> {}, directory.resolve("no/such/drop_caches"));
        ColdStartException e = assertThrows(ColdStartException.class, run::run);
        assertTrue(e.getMessage().contains("takes root, or leave --drop-caches out"), e.getMessage());
        assertFalse(Files.exists(started));
    }

    @Test
    void aStopEndsTheServerWithWhatItStarted() throws Exception {
        Path pids = directory.resolve("pids");
        ColdStartRun[] run = new ColdStartRun[1];
        run[0] = new ColdStartRun(
                plan(
                        false,
                        "sleep 600 &",
                        "echo $! > '" + pids + ".new'",
                        "mv '" + pids + ".new' '" + pids + "'",
                        "wait"),
                told -> {});
        Thread stopper = Thread.ofVirtual().start(() -> {
            while (!Files.exists(pids)) {
                Thread.yield();
            }
            run[0].stop();
        });
        ColdStartException e = assertThrows(ColdStartException.class, run[0]::run);
        stopper.join();
        assertTrue(e.getMessage().startsWith("interrupted"), e.getMessage());
        Path stat = Path.of("/proc", Files.readString(pids).strip(), "stat");
        // Ended, and perhaps not yet reaped.
        assertTrue(!Files.exists(stat) || Files.readString(stat).contains(") Z "), "the child of the command lives on");
    }

    @Test
    void aPlanIsChecked() {
        for (int repeat : new int[] {0, 101}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new ColdStartRun.Plan(
                            List.of(), url, Map.of(), repeat, Duration.ofSeconds(1), false, Optional.empty()));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> new ColdStartRun.Plan(
                        List.of(),
                        URI.create("gpu:8000"),
                        Map.of(),
                        1,
                        Duration.ofSeconds(1),
                        false,
                        Optional.empty()));
    }
}
