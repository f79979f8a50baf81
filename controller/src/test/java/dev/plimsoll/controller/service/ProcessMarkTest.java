package dev.plimsoll.controller.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.controller.Polling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessMarkTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long OWN = ProcessHandle.current().pid();

    @TempDir
    private Path directory;

    @Test
    void isTheSameForAsLongAsTheProcessLives() {
        assertEquals(ProcessMark.of(OWN), ProcessMark.of(OWN));
        assertTrue(ProcessMark.of(OWN).orElseThrow().isAlive());
        assertThrows(IllegalArgumentException.class, () -> new ProcessMark(0, "x"));
    }

    @Test
    void aLaterProcessWithTheSameNumberIsAnother() throws Exception {
        Process cat = new ProcessBuilder("cat").start();
        try {
            ProcessMark mark = ProcessMark.of(cat.pid()).orElseThrow();
            // As if the number had gone round: the machine's start is the same, the process' start is not.
            ProcessMark earlier = new ProcessMark(cat.pid(), mark.started() + "0");
            assertNotEquals(mark, earlier);
            assertFalse(earlier.isAlive());
            earlier.end();
            earlier.kill();
            assertFalse(cat.waitFor(200, TimeUnit.MILLISECONDS), "it was not the one");
            mark.end();
            assertTrue(cat.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS));
            assertFalse(mark.isAlive());
        } finally {
            cat.destroyForcibly();
        }
    }

    @Test
    void aGateOfAnEarlierProcessWithThatNumberIsNotAwaited() throws Exception {
        GateProcess gates = new GateProcess(directory, directory);
        Release release = new Release("prod", "chat", "1");
        assertEquals(Optional.empty(), gates.await(release, new ProcessMark(OWN, "another")));
        gates.stop();
    }

    @Test
    void oneThatHasDiedAndWasNotLookedAtIsDead() throws Exception {
        // The shell becomes a program that never looks at the child it had.
        Process parent = new ProcessBuilder("/bin/sh", "-c", "sh -c 'echo $$' & exec cat").start();
        try {
            byte[] line = new byte[16];
            int length = parent.getInputStream().read(line);
            long child = Long.parseLong(new String(line, 0, length).strip());
            Polling.until(() -> ProcessMark.of(child).isEmpty(), LIMIT, () -> child + " is taken for alive");
        } finally {
            parent.destroyForcibly();
        }
    }
}
