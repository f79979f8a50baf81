package dev.plimsoll.reports.results;

import static dev.plimsoll.reports.results.TestingLoad.millis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.reports.results.GeneratorFitness.Limits;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.ScenarioReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** When the generator is a suspect, and the sentence that says so: the figure, its limit, what to do. */
class GeneratorFitnessTest {
    private static final int SECONDS = 10;

    /** A run of ten seconds, all alike, with these generator readings and event-loop lags. */
    private static RunResults run(
            boolean openLoop, RequestInterval second, Histogram lag, Map<String, Double> readings) {
        PhaseWindow window = new PhaseWindow(0, 0, "steady", true, openLoop, true, 0, SECONDS);
        RunResults results = new RunResults("run", List.of(window));
        results.legStarts(0, 0);
        for (int i = 0; i < SECONDS; i++) {
            add(results, i, second, lag, readings);
        }
        return results;
    }

    private static void add(
            RunResults results, int second, RequestInterval requests, Histogram lag, Map<String, Double> readings) {
        Map<String, Reading> generator = new HashMap<>();
        readings.forEach((name, value) -> generator.put(name, Reading.of(value)));
        results.add(new MergedInterval(0, second, second, 1, 1, List.of(requests), lag, generator));
    }

    private static RequestInterval sentLate(double... lags) {
        double[] latencies = DoubleStream.of(lags).map(lag -> lag + 10).toArray();
        return TestingLoad.withMetric(
                TestingLoad.succeeded("steady", "chat", latencies), Metrics.SEND_LAG.name(), lags);
    }

    private static RequestInterval inTime() {
        return sentLate(0.1, 0.2, 0.1);
    }

    private static List<String> findings(RunResults results) {
        return GeneratorFitness.of(results, Limits.DEFAULT).findings();
    }

    private static List<String> findings(Map<String, Double> readings) {
        return findings(run(true, inTime(), millis(0.1), readings));
    }

    @Test
    void aQuietGeneratorIsFit() {
        GeneratorFitness fitness = GeneratorFitness.of(
                run(
                        true,
                        inTime(),
                        millis(0.1),
                        Map.of(
                                "generator.loop.cpu", 89.0,
                                "generator.throttled", 4.9,
                                "generator.steal", 9.9,
                                "generator.descriptors", 950.0,
                                "generator.descriptors.limit", 1000.0)),
                Limits.DEFAULT);
        assertTrue(fitness.fit(), fitness.findings()::toString);
        assertFalse(fitness.distorts());
        assertEquals(0.89, fitness.cpuMax().orElseThrow(), 1e-9);
    }

    @Test
    void aLateSenderIsSaidWithItsLagAndTheLimit() {
        List<String> findings = findings(run(true, sentLate(1, 1, 8), millis(0.1), Map.of()));
        assertEquals(
                List.of("the generator sent late: send lag p99 8.0 ms, limit 5.0 ms; use more agents or cores"),
                findings);
    }

    @Test
    void theLimitIsFivePerCentOfTheJudgedLatencyWhereThatIsMore() throws Exception {
        Gate gate = ScenarioReader.read("test", """
                        name: t
                        target: {url: "http://127.0.0.1:1", api: http}
                        workload: [{name: get, request: {method: GET, path: /}}]
                        phases: [{name: load, duration: 10s, rate: 5/s}]
                        gate: {thresholds: ["latency.p99 < 2s", "latency.p50 < 400ms", "throughput > 1/s"]}
                        """, Path.of(""), List.of(), Map.of())
                .scenario()
                .gate()
                .orElseThrow();
        // 5 % of 400 ms, the smaller of the two.
        Limits limits = Limits.of(gate);
        assertEquals(20, limits.sendLagMillis(), 1e-9);
        assertEquals(20, limits.loopLagMillis(), 1e-9);
        RunResults late = run(true, sentLate(1, 1, 19), millis(0.1), Map.of());
        assertTrue(GeneratorFitness.of(late, limits).fit());
        RunResults later = run(true, sentLate(1, 1, 21), millis(0.1), Map.of());
        assertFalse(GeneratorFitness.of(later, limits).fit());
    }

    @Test
    void theCauseOfALagIsNamedWithItsOwnFigureAndRemedy() {
        assertEquals(
                "the generator sent late: send lag p99 80.0 ms, limit 5.0 ms; garbage collections stopped it 22 % of the "
                        + "time, for 61 ms at most: give it more memory (PLIMSOLL_JVM_OPTIONS=-Xmx…)",
                late(Map.of("generator.gc.time", 22.0, "generator.gc.pause", 61.0, "generator.loop.wait", 2.0)));
        assertEquals(
                "the generator sent late: send lag p99 80.0 ms, limit 5.0 ms; an event loop was ready and waited for a "
                        + "core 47 % of the time: end what runs beside it, or use more agents or cores",
                late(Map.of("generator.gc.time", 0.2, "generator.loop.wait", 47.0)));
        assertEquals(
                "the generator sent late: send lag p99 80.0 ms, limit 5.0 ms; its cgroup held it back 4 % of the time: "
                        + "raise its CPU limit",
                late(Map.of("generator.throttled", 4.0, "generator.loop.wait", 5.0)));
        assertEquals(
                "the generator sent late: send lag p99 80.0 ms, limit 5.0 ms; the hypervisor took 7 % of its CPU time: use "
                        + "a quieter machine",
                late(Map.of("generator.steal", 7.0, "generator.loop.wait", 5.0)));
        assertEquals(
                "the generator sent late: send lag p99 80.0 ms, limit 5.0 ms; an event loop was busy 64 % of the time: use "
                        + "more agents or cores",
                late(Map.of("generator.event_loop_lag", 210.0, "generator.loop.cpu", 64.0)));
    }

    /** Half of the time late, and a twentieth explained: the rest is the cause. */
    @Test
    void whatExplainsLittleOfTheLatenessIsNotItsCause() {
        Map<String, Double> readings =
                Map.of("generator.loop.wait", 6.0, "generator.event_loop_lag", 150.0, "generator.loop.cpu", 9.0);
        assertEquals(
                List.of(
                        "the generator sent late: send lag p99 80.0 ms, limit 5.0 ms; an event loop stood still for up to "
                                + "150 ms: look for what blocks it or suspends the process"),
                findings(run(true, sentLate(1, 1, 80), millis(0.1, 150), readings)));
        assertTrue(findings(run(
                        true, sentLate(1, 1, 80), millis(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 150), readings))
                .getFirst()
                .contains("waited for a core 6 %"));
    }

    private static String late(Map<String, Double> readings) {
        return findings(run(true, sentLate(1, 1, 80), millis(0.1), readings)).getFirst();
    }

    @Test
    void aClosedLoopHasNoScheduleToBeLateForButItsEventLoopsHave() {
        RunResults late = run(false, sentLate(1, 1, 80), millis(0.1), Map.of());
        assertTrue(findings(late).isEmpty(), "its send lag is the load model's");
        assertTrue(GeneratorFitness.of(late, Limits.DEFAULT).sendLagP99Millis().isEmpty());
        List<String> blocked = findings(run(
                false,
                inTime(),
                millis(0.1, 0.1, 40),
                Map.of("generator.event_loop_lag", 40.0, "generator.loop.cpu", 3.0)));
        assertEquals(
                List.of(
                        "the generator was late to send and to read: event-loop lag p99 40.0 ms, limit 20.0 ms; an event "
                                + "loop stood still for up to 40 ms: look for what blocks it or suspends the process"),
                blocked);
        assertTrue(
                findings(run(false, inTime(), millis(0.1, 0.1, 19), Map.of())).isEmpty(), "up to 20 ms");
    }

    @Test
    void whatHappenedBeforeTheMeasuredPhasesIsNoFinding() {
        PhaseWindow warm = new PhaseWindow(0, 0, "warm", false, true, true, 0, 5);
        PhaseWindow steady = new PhaseWindow(0, 0, "steady", true, true, true, 5, 5);
        RunResults results = new RunResults("run", List.of(warm, steady));
        results.legStarts(0, 0);
        for (int i = 0; i < 10; i++) {
            boolean warming = i < 5;
            RequestInterval requests = TestingLoad.succeeded(warming ? "warm" : "steady", "chat", 10);
            add(results, i, requests, millis(warming ? 90 : 0.1), Map.of("generator.loop.cpu", warming ? 100.0 : 10.0));
        }
        assertTrue(findings(results).isEmpty(), () -> findings(results).toString());
        assertEquals(
                0.1,
                GeneratorFitness.of(results, Limits.DEFAULT)
                        .eventLoopLagP99Millis()
                        .orElseThrow(),
                0.01);
    }

    @Test
    void aBusyEventLoopCountsWhenItIsBusyForFiveSeconds() {
        assertEquals(
                List.of(
                        "an event loop of the generator was busy 97 % of the time over 5 s, limit 90 %; use more agents"),
                findings(Map.of("generator.loop.cpu", 97.0)));
        PhaseWindow window = TestingLoad.steady("steady", SECONDS);
        RunResults peaks = new RunResults("run", List.of(window));
        peaks.legStarts(0, 0);
        for (int i = 0; i < SECONDS; i++) {
            // Four seconds of five at 100, one at 30: 86 % over any five.
            add(peaks, i, inTime(), millis(0.1), Map.of("generator.loop.cpu", i % 5 == 0 ? 30.0 : 100.0));
        }
        assertTrue(findings(peaks).isEmpty(), () -> findings(peaks).toString());
    }

    @Test
    void throttlingAndStealAreSaid() {
        assertEquals(
                List.of(
                        "the generator's cgroup was throttled 31 % of the time over 5 s, limit 5 %; raise its CPU limit"),
                findings(Map.of("generator.throttled", 31.0)));
        assertEquals(
                List.of("the hypervisor took 18 % of the generator's CPU time over 5 s, limit 10 %; use a quieter "
                        + "machine"),
                findings(Map.of("generator.steal", 18.0)));
    }

    @Test
    void fewDescriptorsAreSaidWithTheLimitOfTheSystemAndOurs() {
        assertEquals(
                List.of("the generator used 62 of 64 file descriptors, limit 95 %; raise the limit (ulimit -n)"),
                findings(Map.of("generator.descriptors", 62.0, "generator.descriptors.limit", 64.0)));
    }

    @Test
    void unsentRequestsAreTheGenerators() {
        RequestInterval second =
                TestingLoad.requests("steady", "chat", new double[] {10, 11}, Map.of(ErrorClass.UNSENT, 1L));
        List<String> findings = findings(run(true, second, millis(0.1), Map.of()));
        assertTrue(
                findings.contains("10 requests could not be sent, limit 0; raise max_in_flight or "
                        + "target.connections.max, or use more agents"),
                findings::toString);
    }

    @Test
    void aGeneratorThatFallsBehindItsScheduleIsSaid() {
        // 100 a second are scheduled and 98 sent in the window.
        RequestCounts counts = new RequestCounts(100, 98, 98, 0, 98, Map.of(), 0, 98, 98, 0, 0, 0);
        RequestInterval second = inTime();
        RequestInterval behind = new RequestInterval(second.key(), counts, 2, second.histograms());
        List<String> findings = findings(run(true, behind, millis(0.1), Map.of()));
        assertEquals(
                List.of(
                        "the generator fell behind in phase steady: it sent 980 of 1,000 offered requests (98.0 %, limit "
                                + "99 %); use more agents or connections"),
                findings);
        assertTrue(findings(run(false, behind, millis(0.1), Map.of())).isEmpty(), "a closed loop offers nothing");
    }

    @Test
    void aLostAgentIsAFindingButDistortsNothing() {
        RunResults results = run(true, inTime(), millis(0.1), Map.of());
        results.agentLost("west");
        GeneratorFitness fitness = GeneratorFitness.of(results, Limits.DEFAULT);
        assertFalse(fitness.fit());
        assertFalse(fitness.distorts());
        assertEquals(1, fitness.lostAgents());
        assertTrue(fitness.findings().getFirst().startsWith("agent west was lost during the run"));
        assertTrue(fitness.findings().getFirst().endsWith("see its log, and run again"));
    }

    @Test
    void readingsThatNobodyGaveAreNoZeroAndNoFinding() {
        RunResults results = run(true, inTime(), millis(), Map.of());
        GeneratorFitness fitness = GeneratorFitness.of(results, Limits.DEFAULT);
        assertEquals(Optional.empty(), fitness.cpuMax());
        assertEquals(Optional.empty(), fitness.eventLoopLagP99Millis());
        assertTrue(fitness.fit());
    }
}
