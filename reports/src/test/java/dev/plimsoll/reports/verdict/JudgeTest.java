package dev.plimsoll.reports.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Operator;
import dev.plimsoll.scenarios.Threshold;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JudgeTest {
    private static final Metric ERRORS = Metrics.find("errors.ratio").orElseThrow();
    private static final Threshold MEAN = latency(Statistic.MEAN, 110);

    private static Threshold latency(Statistic statistic, double limit) {
        return threshold(Metrics.LATENCY, Optional.of(statistic), limit);
    }

    private static Threshold threshold(Metric metric, Optional<Statistic> statistic, double limit) {
        return new Threshold(
                metric.name() + statistic.map(s -> "." + s).orElse("") + " < " + limit,
                metric,
                statistic,
                Optional.empty(),
                Optional.empty(),
                Operator.LESS,
                limit);
    }

    private static Gate gate(Optional<Gate.Baseline> baseline, Threshold... thresholds) {
        return new Gate(
                Optional.empty(),
                List.of(thresholds),
                0.95,
                Gate.OnUndecided.INCONCLUSIVE,
                true,
                Optional.empty(),
                baseline,
                List.of(),
                List.of(),
                List.of());
    }

    /** A minute of 20 requests a second, normal with a deviation of 10 ms. */
    private static RunResults run(double mean, long seed, Map<ErrorClass, Long> errorsInFirst) {
        Random random = new Random(seed);
        RunResults results = new RunResults("run", List.of(TestingLoad.steady("steady", 60)));
        results.legStarts(0, 0);
        for (int second = 0; second < 60; second++) {
            double[] values = random.doubles(20)
                    .map(v -> mean + 10 * random.nextGaussian())
                    .toArray();
            results.add(TestingLoad.second(
                    second, TestingLoad.requests("steady", "chat", values, second == 0 ? errorsInFirst : Map.of())));
        }
        return results;
    }

    private static Verdict judge(Gate gate, RunResults results, RunResults... baseline) {
        return new Judge(gate).judge(new Evidence(results, Optional.empty(), List.of(baseline), "", List.of()));
    }

    @Test
    void promotesWhatSurelyKeepsItsLimit() {
        assertEquals(
                Verdict.Outcome.PROMOTE,
                judge(gate(Optional.empty(), MEAN), run(100, 1, Map.of())).verdict());
    }

    @Test
    void rollsBackWhatSurelyBreaksItAndSaysWhy() {
        Verdict verdict = judge(gate(Optional.empty(), MEAN), run(120, 1, Map.of()));
        assertEquals(Verdict.Outcome.ROLLBACK, verdict.verdict());
        assertTrue(verdict.reasons().getFirst().startsWith("latency.mean "), verdict.reasons()::toString);
    }

    @Test
    void neverPromotesWithoutData() {
        RunResults none = new RunResults("run", List.of(TestingLoad.steady("steady", 60)));
        Verdict verdict = judge(gate(Optional.empty(), MEAN), none);
        assertEquals(Verdict.Outcome.INCONCLUSIVE, verdict.verdict());
        assertEquals(Verdict.CheckOutcome.NO_DATA, verdict.checks().getFirst().outcome());
    }

    /** 1,200 requests: 1 / 0.1 % = 1,000 are enough, 1 / 0.05 % = 2,000 are not. */
    @Test
    void passesNoErrorsOnceOneWouldNotHaveGoneBeyondTheLimit() {
        RunResults results = run(100, 1, Map.of());
        assertEquals(
                Verdict.Outcome.PROMOTE,
                judge(gate(Optional.empty(), threshold(ERRORS, Optional.empty(), 0.001)), results)
                        .verdict());
        Verdict strict = judge(gate(Optional.empty(), threshold(ERRORS, Optional.empty(), 0.0005)), results);
        assertEquals(Verdict.Outcome.INCONCLUSIVE, strict.verdict());
        assertTrue(strict.reasons().getFirst().contains("about 2,000 requests"), strict.reasons()::toString);
    }

    @Test
    void doesNotRollBackForWhatAnUnfitGeneratorMayHaveCaused() {
        RunResults unsent = run(120, 1, Map.of(ErrorClass.UNSENT, 50L));
        assertEquals(
                Verdict.Outcome.INCONCLUSIVE,
                judge(gate(Optional.empty(), MEAN), unsent).verdict());
    }

    @Test
    void findsASlowerReleaseAndSparesTheSameOne() {
        BaselineCheck check = new BaselineCheck(
                "latency.mean <= +5%",
                Metrics.LATENCY,
                Optional.of(Statistic.MEAN),
                Optional.empty(),
                Optional.empty(),
                Operator.LESS_OR_EQUAL,
                OptionalDouble.of(0.05),
                OptionalDouble.empty());
        Gate gate = gate(Optional.of(new Gate.Baseline(Optional.empty(), 1, true, List.of(check))));
        RunResults before = run(100, 2, Map.of());
        assertEquals(
                Verdict.Outcome.ROLLBACK,
                judge(gate, run(110, 3, Map.of()), before).verdict());
        assertEquals(
                Verdict.Outcome.PROMOTE,
                judge(gate, run(100, 4, Map.of()), before).verdict());
        assertEquals(
                Verdict.Outcome.INCONCLUSIVE, judge(gate, run(100, 4, Map.of())).verdict());
    }

    @Test
    void givesUpOnlyWhatIsSurelyBroken() {
        Judge judge = new Judge(gate(Optional.empty(), MEAN));
        assertTrue(judge.hopeless(run(130, 1, Map.of())).isPresent());
        assertTrue(judge.hopeless(run(100, 1, Map.of())).isEmpty());
        assertEquals(List.of(MEAN.expression()), judge.atRisk(run(130, 1, Map.of())));
    }
}
