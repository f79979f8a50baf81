package dev.plimsoll.reports.verdict;

import static dev.plimsoll.reports.verdict.TestingGates.constant;
import static dev.plimsoll.reports.verdict.TestingGates.grows;
import static dev.plimsoll.reports.verdict.TestingGates.normal;
import static dev.plimsoll.reports.verdict.TestingGates.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import dev.plimsoll.reports.verdict.Verdict.CheckOutcome;
import dev.plimsoll.scenarios.BaselineCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BaselineComparisonTest {
    private static final double NONE = Double.NaN;

    private static Verdict.Check check(BaselineCheck check, RunResults now, RunResults... before) {
        return new BaselineFamily(List.of(check), EarlierRuns.of(List.of(before)))
                .checks(now, 0.95)
                .getFirst();
    }

    private static RunResults mean(double millis, long seed) {
        return run("run-" + seed, 60, normal(millis, seed));
    }

    private static RunResults[] around(double millis) {
        return new RunResults[] {mean(millis, 2), mean(millis, 12), mean(millis, 22)};
    }

    @Test
    void findsASlowerReleaseAndSparesTheSameOne() {
        BaselineCheck five = grows("latency.mean", 0.05, NONE);
        Verdict.Check slower = check(five, mean(110, 3), around(100));
        assertEquals(CheckOutcome.FAIL, slower.outcome());
        assertEquals(10, slower.measured().orElseThrow(), 1);
        assertTrue(slower.sentence().contains(" in 3 earlier runs, a change of +"), slower::sentence);
        assertTrue(slower.sentence().contains(", n = 1,200)"), slower::sentence);
        assertEquals(CheckOutcome.PASS, check(five, mean(100, 4), around(100)).outcome());
        assertEquals(
                CheckOutcome.UNDECIDED, check(five, mean(105, 5), around(100)).outcome());
    }

    /**
     * The mean of each run is known to 0.3 ms, so that the interval of these two runs is about 0.8 points wide. Runs of the
     * same code may differ, though; with 5 % for each, a change beyond the limit is sure from 1.96 · 5 % · √2 = 13.9 % on,
     * times 1 + the change.
     */
    @Test
    void oneEarlierRunDoesNotTellHowMuchRunsOfTheSameCodeDiffer() {
        BaselineCheck five = grows("latency.mean", 0.05, NONE);
        Verdict.Check some = check(five, mean(115, 3), mean(100, 2));
        assertEquals(CheckOutcome.UNDECIDED, some.outcome());
        assertTrue(some.low().orElseThrow() > 5, some::toString);
        assertTrue(
                some.sentence()
                        .contains("how much runs of the same code differ is unknown after one earlier run, and 5 % is"
                                + " assumed; three earlier runs (gate.baseline.runs) would tell"),
                some::sentence);
        assertEquals(
                CheckOutcome.UNDECIDED,
                check(five, mean(115, 3), mean(100, 2), mean(100, 12)).outcome(),
                "two tell no better");
        Verdict.Check much = check(five, mean(130, 3), mean(100, 2));
        assertEquals(CheckOutcome.FAIL, much.outcome());
        assertTrue(much.sentence().contains("is unknown after one earlier run"), much::sentence);
        Verdict.Check same = check(five, mean(100, 3), mean(100, 2));
        assertEquals(CheckOutcome.PASS, same.outcome());
        assertTrue(same.sentence().contains("is unknown after one earlier run"), same::sentence);
    }

    /** With +10 % and +15 ms, a change fails beyond both and passes within one. */
    @Test
    void changeWithinOneOfTwoLimitsPasses() {
        BaselineCheck both = grows("latency.mean", 0.1, 15);
        assertEquals(CheckOutcome.PASS, check(both, mean(60, 1), around(50)).outcome(), "+20 %, +10 ms");
        assertEquals(CheckOutcome.PASS, check(both, mean(420, 1), around(400)).outcome(), "+5 %, +20 ms");
        assertEquals(CheckOutcome.FAIL, check(both, mean(120, 1), around(100)).outcome(), "+20 %, +20 ms");
    }

    @Test
    void absoluteLimitAloneIsInTheMetricsUnit() {
        Verdict.Check check = check(grows("latency.mean", NONE, 5), mean(120, 1), around(100));
        assertEquals(CheckOutcome.FAIL, check.outcome());
        assertEquals("ms", check.unit());
        assertEquals(20, check.measured().orElseThrow(), 1.5);
    }

    @Test
    void aFailureAmongSeveralComparisonsIsSaidToBeSureAmongAllOfThem() {
        List<Verdict.Check> checks = new BaselineFamily(
                        List.of(grows("latency.mean", 0.05, NONE), grows("latency.p50", 0.5, NONE)),
                        EarlierRuns.of(List.of(around(100))))
                .checks(mean(110, 3), 0.95);
        assertEquals(CheckOutcome.FAIL, checks.getFirst().outcome());
        assertTrue(checks.getFirst().sentence().contains("; sure among all 2 comparisons (Holm)"));
        assertEquals(CheckOutcome.PASS, checks.getLast().outcome());
    }

    /**
     * A mean that is just beyond the limit, by about 2.3 standard errors: 2.5 % is enough for one comparison (2.0), and not
     * for one of five (2.6). The limit is put there from the check's own interval.
     */
    @Test
    void whatIsSureAloneIsNotSureAmongManyComparisons() {
        Verdict.Check none = check(grows("latency.mean", 0, NONE), mean(110, 3), around(100));
        double half = none.measured().orElseThrow() - none.low().orElseThrow();
        double limit = (none.measured().orElseThrow() - 1.15 * half) / 100;
        BaselineCheck close = grows("latency.mean", limit, NONE);
        assertEquals(CheckOutcome.FAIL, check(close, mean(110, 3), around(100)).outcome());
        BaselineCheck wide = grows("latency.p50", 0.5, NONE);
        Verdict.Check among = new BaselineFamily(
                        List.of(close, wide, wide, wide, wide), EarlierRuns.of(List.of(around(100))))
                .checks(mean(110, 3), 0.95)
                .getFirst();
        assertEquals(CheckOutcome.UNDECIDED, among.outcome());
        assertTrue(among.sentence().contains("of 5 comparisons one is so by chance too often (Holm)"), among::sentence);
    }

    /**
     * Five earlier runs from 80 to 120 ms: a standard deviation of 15.8 ms that no batch knows of, so 25 ms more is
     * within t(4) · 15.8 · √(1 + 1/5) = 48 ms of no change.
     */
    @Test
    void earlierRunsThatDifferTellHowMuchThisOneMay() {
        RunResults[] before = {mean(80, 1), mean(90, 2), mean(100, 3), mean(110, 4), mean(120, 5)};
        BaselineCheck none = grows("latency.mean", NONE, 0);
        Verdict.Check check = check(none, mean(125, 6), before);
        assertEquals(CheckOutcome.UNDECIDED, check.outcome());
        assertTrue(check.sentence().endsWith("would settle it, and longer ones would not"), check::sentence);
        assertEquals(48, check.high().orElseThrow() - check.measured().orElseThrow(), 2);
        assertEquals(CheckOutcome.FAIL, check(none, mean(160, 6), before).outcome());
        assertEquals(CheckOutcome.FAIL, check(none, mean(125, 6), before[2]).outcome(), "one run tells of no spread");
    }

    /**
     * Two compared runs do not tell how much runs differ; ten older ones of 98 and 102 ms do, in groups of five that have
     * levels of their own: √(38.4 / 9) = 2.1 ms for this run and for the mean of two, times t(9) of 2.26 is 5.7 ms.
     */
    @Test
    void olderRunsTellHowMuchRunsDiffer() {
        BaselineCheck check = grows("latency.mean", NONE, 0);
        List<RunResults> runs = new ArrayList<>(List.of(mean(100, 1), mean(100, 2)));
        for (int i = 0; i < 10; i++) {
            runs.add(mean((i < 5 ? 1 : 2) * (i % 2 == 0 ? 98 : 102), 10 + i));
        }
        EarlierRuns earlier = EarlierRuns.of(runs, 2, List.of(check), 0.95);
        assertEquals(10, earlier.older());
        Verdict.Check slower = new BaselineFamily(List.of(check), earlier)
                .checks(mean(108, 6), 0.95)
                .getFirst();
        assertEquals(CheckOutcome.FAIL, slower.outcome(), slower::sentence);
        assertEquals(5.7, slower.measured().orElseThrow() - slower.low().orElseThrow(), 0.7);
        assertTrue(slower.sentence().contains(" in 2 earlier runs, "), slower::sentence);
        EarlierRuns alone = EarlierRuns.of(runs.subList(0, 2));
        assertEquals(
                CheckOutcome.UNDECIDED,
                new BaselineFamily(List.of(check), alone)
                        .checks(mean(108, 6), 0.95)
                        .getFirst()
                        .outcome());
    }

    /**
     * The variance of this run and of the mean of n others is (1 + 1/5) and (1 + 1) times that of a run; what chance may
     * hide of a difference between runs, 1/2 · √(2 / 4) of it for each, is known of five only: √(1.35 · 1.2 / 2) = 0.90.
     */
    @Test
    void severalEarlierRunsThatDoNotDifferNarrowTheInterval() {
        BaselineCheck none = grows("latency.mean", 0, NONE);
        RunResults same = mean(100, 1);
        Verdict.Check one = check(none, mean(100, 6), same);
        Verdict.Check five = check(none, mean(100, 6), same, same, same, same, same);
        assertEquals(0.90, width(five) / width(one), 0.06);
    }

    private static double width(Verdict.Check check) {
        return check.high().orElseThrow() - check.low().orElseThrow();
    }

    /**
     * Three equal runs leave a variance of 1/3 for their mean and 1/2 · (1 + 1/3) for what chance may hide, besides that of
     * this run, 1: without the last, half of the variance is left, and fewer degrees of freedom. So a limit at 0.95 of the
     * half-width is left out by twice the load, and one at a third of it by none.
     */
    @Test
    void saysHowMuchMoreLoadWouldSettleIt() {
        RunResults same = mean(100, 1);
        Verdict.Check none = check(grows("latency.mean", 0, NONE), mean(100, 6), same, same, same);
        double half = none.high().orElseThrow() - none.measured().orElseThrow();
        double value = none.measured().orElseThrow();
        String close = sentence((value + 0.95 * half) / 100, same);
        assertTrue(close.matches(".*; about 2 times the load, or more earlier runs .*"), close);
        String open = sentence((value + half / 3) / 100, same);
        assertTrue(open.endsWith("would settle it, and longer ones would not"), open);
        String met = sentence((value + half / 30) / 100, same);
        assertTrue(met.endsWith("the limit is as good as met; no amount of load would settle it"), met);
    }

    private static String sentence(double limit, RunResults same) {
        Verdict.Check check = check(grows("latency.mean", limit, NONE), mean(100, 6), same, same, same);
        assertEquals(CheckOutcome.UNDECIDED, check.outcome());
        return check.sentence();
    }

    @Test
    void sameConstantsDoNotChange() {
        Verdict.Check check = check(
                grows("latency.mean", 0, NONE),
                run("now", 60, constant(100, 20)),
                run("before", 60, constant(100, 20)));
        assertEquals(CheckOutcome.PASS, check.outcome());
    }

    @Test
    void nothingCanBeToldRelativeToZero() {
        BaselineCheck errors = grows("errors.ratio", 0.1, NONE);
        assertEquals(
                CheckOutcome.PASS, check(errors, mean(100, 1), mean(100, 2)).outcome());
        RunResults failing = TestingGates.failing(Map.of(ErrorClass.HTTP_5XX, 10L), normal(100, 1));
        Verdict.Check check = check(errors, failing, mean(100, 2));
        assertEquals(CheckOutcome.UNDECIDED, check.outcome());
        assertTrue(check.sentence().contains("give the check an absolute limit too"), check::sentence);
    }

    @Test
    void earlierRunWithoutTheMetricIsLeftOutAndNamed() {
        RunResults empty = new RunResults("empty", List.of(TestingLoad.steady("steady", 60)));
        BaselineCheck ten = grows("latency.mean", 0.1, NONE);
        Verdict.Check check = check(ten, mean(100, 1), empty, mean(100, 2));
        assertEquals(CheckOutcome.PASS, check.outcome());
        assertTrue(check.sentence().contains("in one earlier run"), check::sentence);
        assertTrue(check.sentence().contains("run empty was left out: no value of latency"), check::sentence);
        Verdict.Check alone = check(ten, mean(100, 1), empty);
        assertEquals(CheckOutcome.NO_DATA, alone.outcome());
        assertTrue(alone.sentence().contains("run empty was left out"), alone::sentence);
        assertEquals(CheckOutcome.NO_DATA, check(ten, empty, mean(100, 1)).outcome());
    }

    @Test
    void earlierRunWhoseReadingsFailedIsLeftOutAndNamed() {
        BaselineCheck ten = grows("gpu.temperature.mean", 0.1, NONE);
        RunResults failed = hot("failed", 20);
        Verdict.Check check = check(ten, hot("now", 0), failed, hot("good", 0));
        assertEquals(CheckOutcome.PASS, check.outcome());
        assertTrue(
                check.sentence().contains("run failed was left out: 20 of 60 readings failed on gpu"), check::sentence);
        assertEquals(CheckOutcome.UNDECIDED, check(ten, failed, hot("good", 0)).outcome());
    }

    private static RunResults hot(String name, int failed) {
        RunResults results = run(name, 60, constant(100, 20));
        for (int i = 0; i < 60; i++) {
            Reading reading = i < failed ? Reading.failed("connection refused") : Reading.of(60 + i % 2);
            results.add(new NodeSample("gpu", "dcgm", "a", 0, Map.of("gpu.temperature", reading)), i);
        }
        return results;
    }
}
