package dev.plimsoll.reports.verdict;

import static dev.plimsoll.reports.verdict.TestingGates.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.OpenEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WatchTest {
    private static final Duration PLANNED = Duration.ofSeconds(60);
    private static final OpenEnd SHRINKING = new OpenEnd("steady", PLANNED, PLANNED);
    private static final OpenEnd GROWING = new OpenEnd("steady", PLANNED, Duration.ofSeconds(90));

    private static Gate gate(OpenEnd end, boolean stop, List<BaselineCheck> checks, String... thresholds) {
        return new Gate(
                Optional.empty(),
                List.of(thresholds).stream().map(TestingGates::threshold).toList(),
                0.95,
                Gate.OnUndecided.INCONCLUSIVE,
                true,
                stop,
                end.isExtendable() ? Optional.of(end.longest()) : Optional.empty(),
                checks.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Gate.Baseline(Optional.empty(), 5, true, Set.of(), checks)),
                List.of(),
                List.of(),
                List.of());
    }

    /** A gate that was played second by second as a controller does. */
    private record Played(List<Watch.Step> steps, int seconds, Watched watched, Verdict verdict) {
        static Played of(
                Gate gate,
                OpenEnd end,
                List<RunResults> baseline,
                TestingGates.Latencies latencies,
                int underWayPerSecond) {
            int longest = (int) end.longest().toSeconds();
            RunResults results = new RunResults("run", List.of(TestingLoad.steady("steady", longest)));
            results.legStarts(0, 0);
            Watch watch = new Watch(gate, Optional.of(end), EarlierRuns.of(baseline));
            List<Watch.Step> steps = new ArrayList<>();
            int until = longest;
            int second = 0;
            while (second < until) {
                results.add(TestingLoad.second(
                        second,
                        TestingLoad.withUnderWay(
                                TestingLoad.succeeded("steady", "chat", latencies.of(second)), underWayPerSecond)));
                second++;
                Optional<Watch.Step> step = watch.look(results).map(Watch.Advice::step);
                step.ifPresent(steps::add);
                if (step.isPresent() && step.get() != Watch.Step.EXTEND) {
                    until = switch (step.get()) {
                        case STOP -> second;
                        case END -> Math.min(longest, second + 1);
                        default -> (int) end.planned().toSeconds();
                    };
                    results.legStopped(0, until);
                }
            }
            Watched watched = watch.finish(results, true);
            Verdict verdict = new Judge(gate)
                    .judge(new Evidence(
                            results,
                            Optional.empty(),
                            EarlierRuns.of(baseline),
                            "",
                            List.of(),
                            List.of(),
                            Optional.of(watched)));
            return new Played(steps, second, watched, verdict);
        }
    }

    private static Played play(OpenEnd end, boolean stop, double mean, String... thresholds) {
        return Played.of(gate(end, stop, List.of(), thresholds), end, List.of(), normal(mean, 1), 0);
    }

    /** A deviation of 10 ms in 20 values a second; the limit is 20 ms away, 63 standard errors of the first look. */
    @Test
    void aLimitFarAwayIsDecidedWithinAThirdOfThePlannedLength() {
        Played kept = play(SHRINKING, true, 100, "latency.mean < 120");
        assertEquals(List.of(Watch.Step.END), kept.steps());
        assertTrue(kept.seconds() <= 20, kept::toString);
        assertEquals(Verdict.Outcome.PROMOTE, kept.verdict().verdict(), kept.verdict()::toString);
        assertEquals(Ending.DECIDED, kept.watched().ending());
        assertEquals(kept.seconds(), kept.watched().seconds());
        assertEquals(60, kept.watched().planned());

        Played broken = play(SHRINKING, true, 140, "latency.mean < 120");
        assertEquals(List.of(Watch.Step.STOP), broken.steps());
        assertTrue(broken.seconds() <= 20, broken::toString);
        assertEquals(Verdict.Outcome.ROLLBACK, broken.verdict().verdict(), broken.verdict()::toString);
        assertEquals(Ending.BROKEN, broken.watched().ending());
    }

    @Test
    void aKeptLimitEndsNothingUnlessTheGateAsksForIt() {
        Played kept = play(GROWING, false, 100, "latency.mean < 120");
        assertEquals(List.of(Watch.Step.END_AS_PLANNED), kept.steps());
        assertEquals(60, kept.seconds());
        assertEquals(Ending.AS_PLANNED, kept.watched().ending());
        assertEquals(Verdict.Outcome.PROMOTE, kept.verdict().verdict(), kept.verdict()::toString);
    }

    /** 20 errorless requests a second: 0.07 % is settled by 1,429 of them, after 71.4 s and not within 60. */
    @Test
    void anUndecidedCheckExtendsTheLoadUntilItIsDecided() {
        Played extended = play(GROWING, false, 100, "errors.ratio < 0.0007", "latency.mean < 120");
        assertEquals(List.of(Watch.Step.EXTEND, Watch.Step.END), extended.steps());
        assertEquals(73, extended.seconds(), "decided at 72 s, and the next whole second is the end");
        assertEquals(Ending.DECIDED, extended.watched().ending());
        assertEquals(Verdict.Outcome.PROMOTE, extended.verdict().verdict(), extended.verdict()::toString);
        Watched.Decision first = extended.watched()
                .decision(Verdict.Kind.THRESHOLD, "latency.mean < 120")
                .orElseThrow();
        assertEquals(Verdict.CheckOutcome.PASS, first.outcome());
        assertEquals(58, first.seconds(), "the look for the planned end comes 2 s before it");
    }

    /** The mean of these 1,800 values, with a deviation of 10 ms, is 100.548 ms. */
    @Test
    void whatMoreLoadCannotDecideEndsAtTheLongest() {
        Played close = play(GROWING, true, 100, "latency.mean < 100.55");
        assertEquals(List.of(Watch.Step.EXTEND), close.steps());
        assertEquals(90, close.seconds());
        assertEquals(Ending.AT_LONGEST, close.watched().ending());
        assertEquals(Verdict.Outcome.INCONCLUSIVE, close.verdict().verdict(), close.verdict()::toString);
        assertTrue(close.verdict().reasons().getLast().contains("the longest that gate.extend_until allows"));
    }

    @Test
    void aLargestValueOrMissingDataExtendsNothing() {
        Played fact = play(GROWING, true, 100, "latency.max < 500", "gpu.temperature.max < 83");
        assertEquals(List.of(Watch.Step.END_AS_PLANNED), fact.steps());
        assertEquals(60, fact.seconds());
    }

    /** 5 of 25 requests of each second are under way: what has ended tells too little of them. */
    @Test
    void anUpperLimitIsNotKeptWhileManyRequestsAreUnderWay() {
        Gate gate = gate(SHRINKING, true, List.of(), "latency.mean < 120");
        Played slow = Played.of(gate, SHRINKING, List.of(), normal(100, 1), 5);
        assertEquals(List.of(), slow.steps());
    }

    @Test
    void aComparisonIsWatchedToo() {
        BaselineCheck check = TestingGates.grows("latency.mean", 0.1, Double.NaN);
        List<RunResults> earlier = List.of(
                TestingGates.run("a", 60, normal(100, 2)),
                TestingGates.run("b", 60, normal(100.2, 3)),
                TestingGates.run("c", 60, normal(99.8, 4)),
                TestingGates.run("d", 60, normal(100.1, 7)),
                TestingGates.run("e", 60, normal(99.9, 8)));
        Gate gate = gate(SHRINKING, true, List.of(check));
        Played same = Played.of(gate, SHRINKING, earlier, normal(100, 5), 0);
        assertEquals(Verdict.Outcome.PROMOTE, same.verdict().verdict(), same.verdict()::toString);
        assertTrue(same.seconds() <= 20, same::toString);
        Played slower = Played.of(gate, SHRINKING, earlier, normal(130, 6), 0);
        assertEquals(Verdict.Outcome.ROLLBACK, slower.verdict().verdict(), slower.verdict()::toString);
        assertTrue(slower.seconds() <= 20, slower::toString);
    }

    @Test
    void withoutAnOpenEndTheVerdictIsThatOfOneLook() {
        Gate gate = TestingGates.gate("latency.mean < 120");
        RunResults results = TestingGates.run("run", 60, normal(100, 1));
        Watch watch = new Watch(gate, Optional.empty(), EarlierRuns.NONE);
        assertEquals(Optional.empty(), watch.look(results));
        Watched watched = watch.finish(results, true);
        assertEquals(Ending.AS_PLANNED, watched.ending());
        Verdict verdict = new Judge(gate)
                .judge(new Evidence(
                        results, Optional.empty(), EarlierRuns.NONE, "", List.of(), List.of(), Optional.of(watched)));
        assertEquals(TestingGates.judge(gate, results).checks(), verdict.checks());
        assertEquals(Optional.of(0.95), verdict.checks().getFirst().confidence());
    }

    @Test
    void aBrokenLimitSaysHowLongTheLoadWasPlanned() {
        Gate gate = TestingGates.gate("latency.mean < 120");
        RunResults results = new RunResults("run", List.of(TestingLoad.steady("steady", 60)));
        results.legStarts(0, 0);
        TestingGates.Latencies slow = normal(140, 1);
        for (int second = 0; second < 12; second++) {
            results.add(TestingLoad.second(second, TestingLoad.succeeded("steady", "chat", slow.of(second))));
        }
        Watch watch = new Watch(gate, Optional.empty(), EarlierRuns.NONE);
        assertEquals(Optional.of(Watch.Step.STOP), watch.look(results).map(Watch.Advice::step));
        results.legStopped(0, 12);
        Watched watched = watch.finish(results, false);
        assertEquals(Ending.BROKEN, watched.ending());
        assertEquals(60, watched.planned());
        assertEquals(12, watched.seconds());
        assertEquals(1, watched.decisions().size());
    }
}
