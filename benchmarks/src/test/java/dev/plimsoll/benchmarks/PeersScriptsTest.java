package dev.plimsoll.benchmarks;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the tests of the comparison with peers, which are in Python: reports that the real programs printed are read, and
 * the table is written from known results.
 */
class PeersScriptsTest {

    private static final Pattern RAN = Pattern.compile("Ran (\\d+) tests in");

    @TempDir
    private Path folder;

    @Test
    void reportsOfPeersAreReadAndTheTableIsWritten() throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process tests = new ProcessBuilder("python3", "-B", "-m", "unittest", "-v", "test_peers")
                .directory(Path.of("peers").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(tests.waitFor(60, SECONDS), "the tests did not end within a minute");
        } finally {
            tests.destroyForcibly();
        }
        String text = Files.readString(output);
        Matcher ran = RAN.matcher(text);
        assertEquals(0, tests.exitValue(), text);
        assertTrue(ran.find() && Integer.parseInt(ran.group(1)) > 0, text);
    }
}
