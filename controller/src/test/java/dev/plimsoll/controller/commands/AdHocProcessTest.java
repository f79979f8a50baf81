package dev.plimsoll.controller.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.simulator.FaultPlan;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code wrk} and {@code chat} of the built program, through its launcher. */
class AdHocProcessTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @AutoClose
    private static TestingSimulator simulator;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startSimulator() throws Exception {
        simulator = TestingSimulator.start();
    }

    private static double figure(String text, String expression) {
        Matcher matcher = Pattern.compile(expression).matcher(text);
        assertTrue(matcher.find(), () -> expression + " is not in\n" + text);
        return Double.parseDouble(matcher.group(1));
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isDirectory).toList();
        }
    }

    @Test
    void wrkPrintsWhatWrkPrintsAndLeavesNothing() throws Exception {
        try (Launched wrk =
                Launched.run(directory, "wrk", "-t1", "-c4", "-d1s", "--latency", simulator.url() + "/health")) {
            assertEquals(0, wrk.await(), wrk.err());
            List<String> lines = wrk.out().lines().toList();
            assertEquals("Running 1s test @ " + simulator.url() + "/health", lines.get(0));
            assertEquals("  1 threads and 4 connections", lines.get(1));
            assertEquals("  Thread Stats   Avg      Stdev     Max   +/- Stdev", lines.get(2));
            assertTrue(lines.get(3).matches("    Latency +[\\d.]+(us|ms|s) .*%"), wrk.out());
            assertTrue(lines.get(4).matches("    Req/Sec +[\\d.]+k? .*%"), wrk.out());
            assertEquals("  Latency Distribution", lines.get(5));
            assertTrue(lines.get(9).startsWith("     99% "), wrk.out());
            double requests = figure(wrk.out(), "(\\d+) requests in 1\\.00s");
            assertTrue(requests > 10, wrk.out());
            assertEquals(requests, figure(wrk.out(), "Requests/sec: +([\\d.]+)"), 0.01, "of one second");
            assertFalse(wrk.out().contains("Socket errors"), wrk.out());
            assertEquals("", wrk.err());
            assertEquals(List.of(), left());
        }
    }

    @Test
    void wrkWithARatePrintsTheSpectrumOfWrk2() throws Exception {
        try (Launched wrk =
                Launched.run(directory, "wrk", "-t2", "-c8", "-d2s", "-R100", "-U", simulator.url() + "/health")) {
            assertEquals(0, wrk.await(), wrk.err());
            assertTrue(
                    wrk.out().contains("  Latency Distribution (HdrHistogram - Recorded Latency)\n 50.000% "),
                    wrk.out());
            assertTrue(wrk.out().contains("HdrHistogram - Uncorrected Latency"), wrk.out());
            assertTrue(wrk.out().contains("       Value   Percentile   TotalCount 1/(1-Percentile)\n"), wrk.out());
            // 100/s for 2 s are 200 arrivals, each answered in the end.
            assertEquals(200, figure(wrk.out(), "Total count    = +(\\d+)"), 1, wrk.out());
        }
    }

    @Test
    void answersWithABadStatusAreAnswers() throws Exception {
        try (Launched wrk = Launched.run(directory, "wrk", "-t1", "-c2", "-d1s", simulator.url() + "/no/such/page")) {
            assertEquals(0, wrk.await(), wrk.err());
            double requests = figure(wrk.out(), "(\\d+) requests in");
            assertTrue(requests > 0, wrk.out());
            assertEquals(requests, figure(wrk.out(), "Non-2xx or 3xx responses: (\\d+)"), wrk.out());
            assertFalse(wrk.out().contains("Latency     0.00us"), wrk.out());
        }
    }

    @Test
    void aTargetThatRefusesConnectionsIsToldInOneSentence() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        for (String command : List.of("wrk", "chat")) {
            try (Launched launched = Launched.run(directory, command, "http://127.0.0.1:" + free + "/")) {
                assertEquals(4, launched.await(), launched.err());
                assertEquals("", launched.out());
                assertTrue(
                        launched.err()
                                .startsWith(
                                        "plimsoll: unable to connect to 127.0.0.1:" + free + ": Connection refused"),
                        launched.err());
                assertEquals(1, launched.err().lines().count(), launched.err());
            }
        }
    }

    @Test
    void aScriptIsRefusedBeforeAnythingIsSent() throws Exception {
        try (Launched wrk = Launched.run(directory, "wrk", "-s", "post.lua", simulator.url())) {
            assertEquals(2, wrk.await());
            assertTrue(wrk.err().contains("`workload:`"), wrk.err());
        }
    }

    @Test
    void wrkThatIsTerminatedPrintsWhatItHas() throws Exception {
        try (Launched wrk = Launched.start(
                directory, Map.of(), "wrk", "-t1", "-c2", "-d120s", "--out", "runs", simulator.url() + "/health")) {
            wrk.until(() -> new RunStore(directory.resolve("runs"))
                    .latest()
                    .map(bundle -> !bundle.intervals().isEmpty())
                    .orElse(false));
            wrk.terminate();
            assertEquals(4, wrk.await(), wrk.err());
            assertTrue(wrk.err().contains("SIGTERM"), wrk.err());
            assertTrue(figure(wrk.out(), "(\\d+) requests in") > 0, wrk.out());
            assertFalse(wrk.out().contains("Socket errors"), wrk.out());
            RunBundle bundle = new RunStore(directory.resolve("runs")).latest().orElseThrow();
            assertEquals(RunInfo.Status.ABORTED, bundle.info().status());
            assertTrue(Files.exists(bundle.directory().resolve("report.html")));
        }
    }

    @Test
    void wrkGivesItsFiguresAsJson() throws Exception {
        try (Launched wrk =
                Launched.run(directory, "wrk", "-t1", "-c2", "-d1s", "--format", "json", simulator.url() + "/health")) {
            assertEquals(0, wrk.await(), wrk.err());
            JsonNode all = JSON.readTree(wrk.out()).path("all");
            assertTrue(all.path("counts").path("succeeded").asLong() > 0, wrk.out());
            assertTrue(all.path("metrics").path("latency").path("p99").asDouble() > 0, wrk.out());
        }
    }

    @Test
    void chatFindsTheModelAndPrintsATable() throws Exception {
        try (Launched chat = Launched.run(
                directory,
                "chat",
                simulator.url(),
                "--rate=20/s",
                "--duration=2s",
                "--input-tokens=32",
                "--output-tokens=8",
                "--objective=ttft=10s",
                "--quiet")) {
            assertEquals(0, chat.await(), chat.err());
            assertTrue(
                    chat.out()
                            .lines()
                            .findFirst()
                            .orElseThrow()
                            .contains(simulator.options().models().getFirst()),
                    chat.out());
            for (String row : List.of("TTFT", "ITL", "TPOT", "latency")) {
                assertTrue(
                        chat.out().lines().anyMatch(line -> line.matches(row + " +[1-9][\\d,]* .* ms.*")), chat.out());
            }
            assertTrue(chat.out().contains(" 0 failed; "), chat.out());
            assertTrue(chat.out().contains("100 % of all requests met ttft ≤ 10s"), chat.out());
            assertEquals(List.of(), left());
        }
    }

    @Test
    void chatTellsWhatFailed() throws Exception {
        simulator.faults().set(FaultPlan.builder().errors(1, 500).build());
        try (Launched chat = Launched.run(
                directory,
                "chat",
                simulator.url(),
                "--concurrency=1",
                "--duration=1s",
                "--format",
                "text",
                "--quiet")) {
            assertEquals(0, chat.await(), chat.err());
            assertTrue(chat.out().contains("http_5xx, for example: "), chat.out());
        } finally {
            simulator.faults().clear();
        }
    }
}
