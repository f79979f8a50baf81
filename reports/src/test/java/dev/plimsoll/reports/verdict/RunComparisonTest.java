package dev.plimsoll.reports.verdict;

import static dev.plimsoll.reports.verdict.TestingGates.grows;
import static dev.plimsoll.reports.verdict.TestingGates.normal;
import static dev.plimsoll.reports.verdict.TestingGates.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import dev.plimsoll.reports.verdict.ComparedRun.Figure;
import dev.plimsoll.reports.verdict.ComparedRun.Point;
import dev.plimsoll.reports.verdict.Comparison.Word;
import dev.plimsoll.reports.verdict.baseline.Circumstances;
import dev.plimsoll.scenarios.Difference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunComparisonTest {
    private static ComparedRun measured(String version, RunResults results) {
        return new ComparedRun(
                results.run(),
                "Plimsoll",
                Circumstances.of("h", "m", version, Map.of(), results, List.of()),
                Optional.of(results),
                Set.of(),
                Map.of(),
                Map.of(),
                List.of());
    }

    private static ComparedRun of(double millis, long seed) {
        return measured("1", run("run-" + seed, 60, normal(millis, seed)));
    }

    private static ComparedRun figures(String name, double p99) {
        return new ComparedRun(
                name,
                "a tool",
                Circumstances.ofFile("a tool", "", ""),
                Optional.empty(),
                Set.of(),
                Map.of(new Figure(Metrics.LATENCY, Optional.of(Statistic.percentile(99))), new Point(p99, 100)),
                Map.of("latency", "it is another latency"),
                List.of());
    }

    private static Comparison.Row row(Comparison comparison, String label) {
        return comparison.rows().stream()
                .filter(row -> row.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    private static Comparison compare(List<ComparedRun> before, List<ComparedRun> after) {
        return RunComparison.compare(before, after, Set.of(), 0.95);
    }

    @Test
    void findsASlowerRunAndSaysThatItMayBeTheRunAndNotTheRelease() {
        Comparison comparison = compare(List.of(of(100, 1)), List.of(of(110, 2)));
        Comparison.Row mean = row(comparison, "latency.mean");
        assertEquals(Word.SLOWER, mean.word());
        assertEquals(10, mean.change().orElseThrow(), 1);
        assertEquals(1200, mean.afterCount());
        assertFalse(mean.sure(), "10 % may lie between two runs of the same code");
        assertFalse(comparison.spreadKnown());
        assertTrue(row(compare(List.of(of(100, 1)), List.of(of(140, 2))), "latency.mean")
                .sure());
        assertEquals(
                Word.FASTER,
                row(compare(List.of(of(110, 1)), List.of(of(100, 2))), "latency.p99")
                        .word());
    }

    @Test
    void groupsOfRunsTellHowMuchRunsDiffer() {
        Comparison comparison = compare(List.of(of(90, 1), of(100, 2), of(110, 3)), List.of(of(105, 4), of(112, 5)));
        assertTrue(comparison.spreadKnown());
        /* Between runs the standard deviation is about 9 ms, within them 0.3 ms. */
        assertEquals(Word.NO_DIFFERENCE_SEEN, row(comparison, "latency.mean").word());
        Comparison closer = compare(List.of(of(100, 1), of(100, 2), of(100, 3)), List.of(of(110, 4), of(110, 5)));
        assertEquals(Word.SLOWER, row(closer, "latency.mean").word());
        assertTrue(row(closer, "latency.mean").sure());
    }

    /** 20 requests a second and one in ten of them is left out: a throughput of 18. */
    @Test
    void ratesFallAndAreSlower() {
        ComparedRun fewer = measured("1", run("fewer", 60, second -> new double[18]));
        ComparedRun all = measured("1", run("all", 60, second -> new double[20]));
        Comparison comparison = compare(List.of(all), List.of(fewer));
        assertEquals(Word.SLOWER, row(comparison, "throughput").word());
        assertEquals(-10, row(comparison, "throughput").change().orElseThrow(), 1e-9);
        assertEquals(Word.LOWER, row(comparison, "request_rate.offered").word());
        assertEquals(Word.NO_DIFFERENCE_SEEN, row(comparison, "errors.ratio").word());
    }

    /** One of 20 fails in each second: from 0 there is no share to tell, and the difference is plain all the same. */
    @Test
    void errorsThatComeUpAreSeenThoughThereWereNone() {
        RunResults failing = new RunResults("failing", List.of(TestingLoad.steady("steady", 60)));
        failing.legStarts(0, 0);
        for (int second = 0; second < 60; second++) {
            failing.add(TestingLoad.second(
                    second, TestingLoad.requests("steady", "chat", new double[19], Map.of(ErrorClass.HTTP_5XX, 1L))));
        }
        Comparison.Row errors = row(compare(List.of(of(100, 1)), List.of(measured("1", failing))), "errors.ratio");
        assertEquals(Word.HIGHER, errors.word());
        assertEquals(0.05, errors.after().orElseThrow(), 1e-9);
        assertEquals(Optional.empty(), errors.change());
    }

    @Test
    void figuresAloneAreComparedWithoutAnInterval() {
        Comparison comparison = compare(List.of(figures("a", 100)), List.of(figures("b", 120)));
        Comparison.Row p99 = row(comparison, "latency.p99");
        assertEquals(Word.NO_INTERVAL, p99.word());
        assertEquals(20, p99.change().orElseThrow(), 1e-9);
        assertEquals(Optional.empty(), p99.low());
        assertEquals(0, comparison.family());
        assertTrue(comparison.notes().stream().anyMatch(note -> note.contains("there is no interval")));
        assertEquals("", p99.caution(), "both tools mean the same");
        Comparison mixed = compare(List.of(figures("a", 100)), List.of(of(100, 1)));
        assertEquals("it is another latency", row(mixed, "latency.p99").caution());
        assertEquals(Word.NOT_COMPARABLE, row(mixed, "latency.mean").word());
        assertEquals("only the later side has it", row(mixed, "latency.mean").caution());
    }

    /** Three figures on either side tell how much they scatter: none of them has an interval of its own. */
    @Test
    void severalFiguresHaveAnIntervalFromTheirScatter() {
        Comparison comparison = compare(
                List.of(figures("a", 100), figures("b", 101), figures("c", 99)),
                List.of(figures("d", 120), figures("e", 121)));
        assertEquals(Word.SLOWER, row(comparison, "latency.p99").word());
        /* s² = (1 + 0 + 1 + 0.25 + 0.25) / 3; t(3) = 3.18 and √(s² (1/3 + 1/2)) = 0.83 on 100. */
        assertEquals(20.5 - 2.65, row(comparison, "latency.p99").low().orElseThrow(), 0.4);
    }

    @Test
    void runsOfDifferentServersAreNotComparable() {
        ComparedRun before = of(100, 1);
        ComparedRun after = measured("2", run("after", 60, normal(100, 2)));
        Comparison comparison = compare(List.of(before), List.of(after));
        assertFalse(comparison.comparable());
        assertTrue(comparison.differences().getFirst().startsWith("vLLM version 1, now 2; "), comparison::toString);
        assertTrue(comparison.rows().stream().allMatch(row -> row.word() == Word.NOT_COMPARABLE));
        assertTrue(RunComparison.compare(List.of(before), List.of(after), Set.of(Difference.VLLM_VERSION), 0.95)
                .comparable());
    }

    @Test
    void ranksAreShownAndSayNothing() {
        Comparison comparison = compare(List.of(of(100, 1)), List.of(of(110, 2)));
        Comparison.Rank rank = comparison.ranks().getFirst();
        assertEquals("latency", rank.metric());
        /* Normal with a deviation of 10: Φ(1 / √2) = 0.760, less 0.240. */
        assertEquals(0.52, rank.delta(), 0.04);
    }

    @Test
    void limitsAreJudgedAsAGateJudgesThem() {
        List<Verdict.Check> checks = RunComparison.judge(
                List.of(grows("latency.mean", 0.05, Double.NaN)), List.of(of(100, 1)), of(140, 2), 0.95);
        assertEquals(Verdict.CheckOutcome.FAIL, checks.getFirst().outcome());
        List<Verdict.Check> points = RunComparison.judge(
                List.of(grows("latency.p99", 0.05, Double.NaN)), List.of(figures("a", 1)), figures("b", 9), 0.95);
        assertEquals(Verdict.CheckOutcome.UNDECIDED, points.getFirst().outcome());
        assertTrue(points.getFirst().sentence().contains("there is no interval"));
    }
}
