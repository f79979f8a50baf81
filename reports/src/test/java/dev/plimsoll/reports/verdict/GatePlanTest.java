package dev.plimsoll.reports.verdict;

import static dev.plimsoll.reports.verdict.TestingGates.normal;
import static dev.plimsoll.reports.verdict.TestingGates.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GatePlanTest {
    private static final List<RunResults> EVEN =
            List.of(run("c", 60, normal(100, 1)), run("b", 60, normal(100, 2)), run("a", 60, normal(100, 3)));
    private static final List<RunResults> UNEVEN =
            List.of(run("c", 60, normal(90, 1)), run("b", 60, normal(100, 2)), run("a", 60, normal(110, 3)));

    private static GatePlan plan(String gate, List<RunResults> earlier, Double... changes) throws ScenarioException {
        String yaml = """
            name: planned
            target: { url: "http://127.0.0.1:1", api: http }
            workload: [ { name: chat, request: { path: / } }, { name: other, request: { path: /other } } ]
            phases: [ { name: steady, duration: 60s, rate: 20/s } ]
            gate: { """ + gate + " }\n";
        Scenario scenario = ScenarioReader.read("planned", yaml, Path.of(""), List.of(), Map.of())
                .scenario();
        return GatePlan.of(scenario, EarlierRuns.of(earlier), List.of(changes));
    }

    private static GatePlan.Line only(GatePlan plan) {
        assertEquals(1, plan.checks().size());
        return plan.checks().getFirst();
    }

    /**
     * 20 values a second with a deviation of 10 ms: the standard error after T seconds is 10 / √(20 T) ms. A change of
     * 0.2 ms of 100 is told when it is 1.96 + 2.326 of them: T = (4.286 · 10 / 0.2)² / 20 = 2,296 s. One of 5 ms takes
     * 3.7 s, and less than half an earlier run is never planned.
     */
    @Test
    void theLengthFollowsFromTheVarianceOfEarlierRuns() throws ScenarioException {
        GatePlan plan = plan("thresholds: [ \"latency.mean < 110ms\" ]", EVEN, 0.05, 0.002);
        GatePlan.Line line = only(plan);
        assertEquals(100, line.measured().orElseThrow(), 1);
        assertEquals(0.0029, line.within().orElseThrow(), 0.0006);
        assertEquals(30, line.lengths().get(0).seconds().orElseThrow());
        assertEquals(2296, line.lengths().get(1).seconds().orElseThrow(), 700);
        assertEquals(line.lengths(), plan.lengths());
        assertEquals(60, plan.planned());
        assertEquals(List.of("c", "b", "a"), plan.runs());
    }

    /** Three equal runs add a third to the variance: two runs differ by more than one strays. */
    @Test
    void aComparisonTakesLongerThanALimit() throws ScenarioException {
        double limit = only(plan("thresholds: [ \"latency.mean < 110ms\" ]", EVEN, 0.05))
                .lengths()
                .getFirst()
                .seconds()
                .orElseThrow();
        double compared = only(plan("baseline: { checks: [ \"latency.mean <= +5%\" ] }", EVEN, 0.05))
                .lengths()
                .getFirst()
                .seconds()
                .orElseThrow();
        assertTrue(compared >= limit, () -> compared + " and " + limit);
    }

    /** The runs' means differ by 10 of 100 ms; t of 2 degrees of freedom is 4.3, so 5 % lies far inside. */
    @Test
    void whatRunsDifferByIsToldByNoLength() throws ScenarioException {
        GatePlan plan = plan("baseline: { checks: [ \"latency.mean <= +5%\" ] }", UNEVEN, 0.05);
        GatePlan.Line line = only(plan);
        assertEquals(Optional.empty(), line.lengths().getFirst().seconds());
        assertEquals(0.1, line.between().orElseThrow(), 0.01);
        assertTrue(
                line.note().startsWith("runs differ by too much, as far as 3 earlier runs tell; the least"),
                line.note());
        assertTrue(line.note().contains("; promote more runs, of which up to 20 tell"), line.note());
        assertEquals(Optional.empty(), plan.lengths().getFirst().seconds());
    }

    /** 5 % is assumed of each of two runs: t · 5 % · √2 and what the value strays by, 3.6 · 7.1 % · 1.5 = 38 % in all. */
    @Test
    void oneEarlierRunSaysThatItTellsNothingOfOthers() throws ScenarioException {
        GatePlan.Line line =
                only(plan("baseline: { checks: [ \"latency.mean <= +5%\" ] }", EVEN.subList(0, 1), 0.05, 0.5));
        assertEquals(Optional.empty(), line.lengths().getFirst().seconds());
        assertTrue(line.lengths().getLast().seconds().isPresent());
        assertEquals(Optional.empty(), line.between());
        assertTrue(
                line.note()
                        .startsWith(
                                "one earlier run does not tell how much runs differ, and 5 % is assumed; the least"),
                line.note());
    }

    /** 1 / 0.01 % is 10,000 requests, which take 500 s at 20 a second. */
    @Test
    void aShareWithoutAHitIsPlannedByItsCount() throws ScenarioException {
        GatePlan.Line line = only(plan("thresholds: [ \"errors.ratio < 0.01%\" ]", EVEN, 0.05));
        assertEquals(Optional.of(0.0), line.measured());
        assertTrue(line.note().contains("after 8:20"), line.note());
    }

    /** A p99.9 takes 3,688 values for an upper end, of which 60 s have 1,200. */
    @Test
    void aPercentileThatTheEarlierRunsCannotBoundTakesLongerThanThey() throws ScenarioException {
        GatePlan.Line line = only(plan("thresholds: [ \"latency.p99.9 < 300ms\" ]", EVEN, 0.5));
        double seconds = line.lengths().getFirst().seconds().orElseThrow();
        assertTrue(seconds > 60 && seconds < 600, () -> "" + seconds);
    }

    @Test
    void aLargestValueAndAMissingOneSaySo() throws ScenarioException {
        assertTrue(only(plan("thresholds: [ \"latency.max < 300ms\" ]", EVEN, 0.05))
                .note()
                .contains("as observed"));
        assertTrue(only(plan("thresholds: [ \"latency.p99 on other < 300ms\" ]", EVEN, 0.05))
                .note()
                .contains("no value of latency"));
    }

    @Test
    void refusesToPlanFromNothing() {
        assertThrows(
                IllegalArgumentException.class, () -> plan("thresholds: [ \"errors.ratio < 1%\" ]", List.of(), 0.05));
        assertThrows(IllegalArgumentException.class, () -> plan("thresholds: [ \"errors.ratio < 1%\" ]", EVEN, -0.05));
    }
}
