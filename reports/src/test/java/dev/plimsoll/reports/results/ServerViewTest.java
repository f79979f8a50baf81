package dev.plimsoll.reports.results;

import static dev.plimsoll.reports.results.TestingLoad.second;
import static dev.plimsoll.reports.results.TestingLoad.succeeded;
import static dev.plimsoll.reports.results.TestingLoad.withMetric;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestInterval;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two phases of one second; the server is sampled before, between and after. */
class ServerViewTest {
    private static final double TOLERANCE = 0.01;

    private static RunResults results() {
        RunResults results = new RunResults(
                "run",
                List.of(
                        new PhaseWindow(0, 0, "warm", false, true, true, 0, 1),
                        new PhaseWindow(0, 0, "steady", true, true, true, 1, 1)));
        results.legStarts(0, 0);
        results.add(second(0, timed("warm", 30)));
        results.add(second(1, timed("steady", 50, 70)));
        return results;
    }

    private static RequestInterval timed(String phase, double... ttft) {
        return withMetric(succeeded(phase, "chat", ttft), "ttft_service", ttft);
    }

    private static void sample(RunResults results, String node, double t, double count, double sumMillis) {
        results.add(
                new NodeSample(
                        node,
                        "vllm",
                        "a",
                        0,
                        Map.of("vllm.ttft.count", Reading.of(count), "vllm.ttft.sum", Reading.of(sumMillis))),
                t);
    }

    @Test
    void withoutAServerThereIsNothingToSay() {
        assertEquals(Optional.empty(), new ServerViewBuilder(results()).build());
        assertEquals(Optional.empty(), results().summary().server());
    }

    @Test
    void countsThatMatchLeaveTheTimeInBetween() {
        RunResults results = results();
        sample(results, "gpu-0", -0.5, 7, 1_000); // A smoke test, before the load.
        sample(results, "gpu-0", 0.5, 1, 28);
        sample(results, "gpu-0", 1.5, 1, 48);
        sample(results, "gpu-1", 2.5, 1, 62); // The last request ended after its phase.
        ServerView view = results.summary().server().orElseThrow();

        assertEquals(3, view.lines().size());
        ServerView.Line whole = view.lines().getFirst();
        assertEquals("ttft_service", whole.metric());
        assertEquals("", whole.phase());
        assertEquals(3, whole.serverCount());
        assertEquals(3, whole.clientCount());
        assertEquals((28 + 48 + 62) / 3.0, whole.serverMean().orElseThrow(), 1e-9);
        assertEquals((30 + 50 + 70) / 3.0, whole.clientMean().orElseThrow(), 50 * TOLERANCE);
        assertEquals(4, whole.between().orElseThrow(), 50 * TOLERANCE);
        ServerView.Line warm = view.lines().get(1);
        assertEquals("warm", warm.phase());
        assertEquals(28, warm.serverMean().orElseThrow());
        ServerView.Line steady = view.lines().get(2);
        assertEquals(1, steady.serverCount());
        assertEquals(2, steady.clientCount());

        assertEquals(
                "Server and clients count the same 3 first tokens.",
                view.findings().get(0));
        String between = view.findings().get(1);
        assertTrue(between.startsWith("ttft_service is 46"), between);
        assertTrue(between.contains("lie between, in the network"), between);
        assertEquals(2, view.findings().size());
    }

    @Test
    void countsThatDifferAreExplainedAndTheirMeansNotCompared() {
        RunResults more = results();
        sample(more, "gpu-0", 1.5, 8, 400);
        List<String> findings = more.summary().server().orElseThrow().findings();
        assertTrue(
                findings.get(0).startsWith("The server counts 8 first tokens, the clients 3: 5 more"), findings.get(0));
        assertTrue(findings.get(1).contains("do not tell what lies between"), findings.get(1));

        RunResults fewer = results();
        sample(fewer, "gpu-0", 1.5, 2, 100);
        fewer.add(
                new NodeSample("gpu-0", "vllm", "a", 0, Map.of("vllm.e2e.count", Reading.failed("counter was reset"))),
                1.7);
        findings = fewer.summary().server().orElseThrow().findings();
        assertTrue(findings.get(0).contains("1 fewer at the server"), findings.get(0));
        assertTrue(findings.getLast().startsWith("1 sample of the server's counters"), findings.getLast());
    }

    @Test
    void aServerThatIsSlowerThanItsClientsIsDoubted() {
        RunResults results = results();
        sample(results, "gpu-0", 1.5, 3, 300);
        String finding = results.summary().server().orElseThrow().findings().getLast();
        assertTrue(finding.contains("less than the server says"), finding);
    }
}
