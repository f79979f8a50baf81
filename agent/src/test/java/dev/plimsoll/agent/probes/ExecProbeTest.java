package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Reading;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecProbeTest {
    @TempDir
    private Path folder;

    private final Workers workers = new Workers();

    @AfterEach
    void stop() {
        workers.close();
    }

    private ExecProbe shell(String script, Duration timeout) {
        return new ExecProbe(List.of("/bin/sh", "-c", script), timeout, workers);
    }

    private String problem(ExecProbe probe) {
        var e = assertThrows(ExecutionException.class, () -> await(probe.sample()));
        return String.valueOf(e.getCause().getMessage());
    }

    @Test
    void readsPairsAndPrometheusText() {
        String output = """
                # HELP queue length
                queue.length 3
                cpu.utilization\t12.5
                App:Requests_total{code="200"} 7
                a word too many
                broken x
                endless +Inf
                twice 1
                twice 2
                """;
        Map<String, Reading> readings = ExecProbe.parse(output);
        assertEquals(Reading.of(3), readings.get("queue.length"));
        assertEquals(Reading.of(12.5), readings.get("cpu.utilization"));
        assertEquals(Reading.of(7), readings.get("app_requests_total"));
        assertInstanceOf(Reading.Failed.class, readings.get("broken"));
        assertInstanceOf(Reading.Failed.class, readings.get("endless"));
        assertInstanceOf(Reading.Failed.class, readings.get("twice"));
        assertEquals(6, readings.size(), readings.toString());
    }

    @Test
    void runsTheCommandAnewForEachSampleAndWithoutAShell() throws Exception {
        Path count = folder.resolve("count");
        ExecProbe probe = shell("echo x >> " + count + "; echo n $(wc -l < " + count + ")", Duration.ofSeconds(20));
        assertEquals(Map.of("n", Reading.of(1)), await(probe.sample()));
        assertEquals(Map.of("n", Reading.of(2)), await(probe.sample()));
        ExecProbe echo = new ExecProbe(List.of("/bin/echo", "n", "7;", "id"), Duration.ofSeconds(20), workers);
        assertTrue(problem(echo).contains("printed no line"), "a shell would run id");
    }

    @Test
    void saysWhyACommandFailed() {
        String status =
                problem(shell("echo n 1; echo first >&2; echo no such device >&2; exit 3", Duration.ofSeconds(20)));
        assertEquals("/bin/sh ended with status 3: no such device", status);
        String nothing = problem(new ExecProbe(List.of("/nonexistent/probe"), Duration.ofSeconds(20), workers));
        assertTrue(nothing.contains("/nonexistent/probe"), nothing);
        assertTrue(problem(shell("exit 0", Duration.ofSeconds(20))).contains("printed no line"));
    }

    @Test
    void endsACommandThatHangsWithItsChildren() throws Exception {
        Path pid = folder.resolve("pid");
        String problem = problem(shell("sleep 600 & echo $! > " + pid + "; wait", Duration.ofMillis(1500)));
        assertTrue(problem.contains("took longer than 1500 ms"), problem);
        long child = Long.parseLong(Files.readString(pid).strip());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (ProcessHandle.of(child).map(ExecProbeTest::runs).orElse(false)) {
            assertTrue(System.nanoTime() < deadline, "the child " + child + " still runs");
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** A child that was ended but not yet collected by its parent has no command any more. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    @Test
    void endsACommandThatPrintsTooMuch() {
        String problem = problem(shell("while :; do echo abcdefghijklmnopqrstuvwxyz 1; done", Duration.ofSeconds(25)));
        assertTrue(problem.contains("more than 1024 KiB"), problem);
    }
}
