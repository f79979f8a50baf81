package dev.plimsoll.controller.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.RunStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The built program where it may open few files. */
class FewFilesProcessTest {
    private static final String SCENARIO = """
        name: many
        target: { url: "http://127.0.0.1:1", api: http, timeout: 2s, connections: { max: 2000 } }
        workload: [ { name: get, request: { path: / } } ]
        phases: [ { name: crowd, duration: 1s, concurrency: 1500 } ]
        gate: { thresholds: [ "errors.ratio < 1%" ] }
        """;

    @TempDir
    private Path directory;

    /** Nothing was measured: a run has failed, a gate cannot be decided. */
    @ParameterizedTest
    @CsvSource({"run, 4", "gate, 3"})
    void whatIsSureToFailIsRefusedBeforeLoad(String command, int code) throws Exception {
        Path file = Files.writeString(directory.resolve("many.yaml"), SCENARIO);
        Path told = directory.resolve("told.txt");
        Process process = new ProcessBuilder(List.of(
                        "sh",
                        "-c",
                        "ulimit -n 1000 && exec \"$0\" " + command + " \"$1\"",
                        Launched.launcher().toString(),
                        file.toString()))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(told.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertTrue(ended, "it did not end");
        String said = Files.readString(told, UTF_8);
        assertEquals(code, process.exitValue(), said);
        assertTrue(said.contains("phase crowd needs 1,500 connections at once"), said);
        assertTrue(said.contains("this process may open 1,000 files"), said);
        assertTrue(said.contains("set `ulimit -n 2048`"), said);
        RunInfo info =
                new RunStore(directory.resolve("runs")).latest().orElseThrow().info();
        assertEquals(RunInfo.Status.ABORTED, info.status());
        assertTrue(info.loadStarted().isEmpty(), info.toString());
    }
}
