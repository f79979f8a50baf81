package dev.plimsoll.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs in Go that call other projects' own code, built by the tests. */
public final class GoProgram {
    private static final long BUILD_MINUTES = 8;

    private GoProgram() {}

    /**
     * Runs a build. Without Go, which CI has, the test that needs it is skipped, and says so.
     *
     * @param sources where it is run
     * @param log what it prints
     * @param unproven what nobody has seen to without Go, as a part of a sentence
     */
    public static void build(Path sources, Path log, String unproven, List<String> command)
            throws IOException, InterruptedException {
        boolean go = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(place -> Files.isExecutable(Path.of(place, "go")));
        if (!go) {
            System.err.println("NOT PROVEN: go is not installed, so " + unproven + ". Install Go 1.24 or later.");
        }
        assumeTrue(go, "go is not installed");
        Process build = new ProcessBuilder(command)
                .directory(sources.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = build.waitFor(BUILD_MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            build.destroyForcibly();
        }
        assertTrue(ended, "not built within " + BUILD_MINUTES + " minutes: " + command);
        assertEquals(0, build.exitValue(), Files.readString(log));
    }
}
