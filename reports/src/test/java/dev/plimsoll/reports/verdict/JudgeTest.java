package dev.plimsoll.reports.verdict;

import static dev.plimsoll.reports.verdict.TestingGates.comparing;
import static dev.plimsoll.reports.verdict.TestingGates.constant;
import static dev.plimsoll.reports.verdict.TestingGates.failing;
import static dev.plimsoll.reports.verdict.TestingGates.gate;
import static dev.plimsoll.reports.verdict.TestingGates.grows;
import static dev.plimsoll.reports.verdict.TestingGates.interrupted;
import static dev.plimsoll.reports.verdict.TestingGates.judge;
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
import dev.plimsoll.reports.verdict.Verdict.Outcome;
import dev.plimsoll.scenarios.Gate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Runs have a mean of 100 ms, give or take 0.3 ms (10 ms / √1,200) times 1.96. */
class JudgeTest {
    private static final String SURE = "latency.mean < 110";
    private static final String BROKEN = "latency.mean < 90";
    private static final double NONE = Double.NaN;

    private static Verdict.Check smoke(CheckOutcome outcome, String sentence) {
        Optional<Double> none = Optional.empty();
        return new Verdict.Check("smoke", Verdict.Kind.SMOKE, outcome, none, "", none, none, none, none, 3, sentence);
    }

    private static RunResults sound() {
        return run("run", 60, normal(100, 1));
    }

    /* A limit that lies exactly on the estimate, so that nothing can tell on which side the truth is. */
    private static String undecided(RunResults results, int side) {
        double mean = judge(gate(SURE), results).checks().getFirst().measured().orElseThrow();
        return "latency.mean < " + (mean + side * 0.01);
    }

    @Test
    void promotesWhatSurelyKeepsItsLimits() {
        Verdict verdict = judge(gate(SURE, "errors.ratio < 0.01"), sound());
        assertEquals(Outcome.PROMOTE, verdict.verdict());
        assertEquals(List.of("all 2 checks keep their limits"), verdict.reasons());
    }

    @Test
    void rollsBackWhatSurelyBreaksItAndSaysWhy() {
        Verdict verdict = judge(gate(BROKEN), sound());
        assertEquals(Outcome.ROLLBACK, verdict.verdict());
        assertTrue(
                verdict.reasons().getFirst().matches("latency.mean [0-9.]+ ms, limit < 90 ms \\(95 % interval .*"),
                verdict.reasons()::toString);
    }

    @Test
    void neverPromotesWithoutData() {
        RunResults none = new RunResults("run", List.of(TestingLoad.steady("steady", 60)));
        for (Gate.OnUndecided rule : Gate.OnUndecided.values()) {
            Verdict verdict = judge(gate(rule, Optional.empty(), SURE), none);
            assertEquals(Outcome.INCONCLUSIVE, verdict.verdict(), rule.name());
            assertEquals(CheckOutcome.NO_DATA, verdict.checks().getFirst().outcome());
        }
    }

    @Test
    void failedSmokeTestRollsBackAndIsTheOnlyReason() {
        RunResults none = new RunResults("run", List.of(TestingLoad.steady("steady", 60)));
        Verdict verdict = new Judge(gate(SURE))
                .judge(new Evidence(
                        none, Optional.of(smoke(CheckOutcome.FAIL, "chat answered 500")), List.of(), "", List.of()));
        assertEquals(Outcome.ROLLBACK, verdict.verdict());
        assertEquals(List.of("chat answered 500"), verdict.reasons());
        assertEquals(2, verdict.checks().size());
    }

    @Test
    void smokeTestThatWasNotReachedIsInconclusive() {
        Verdict verdict = judge(gate(), sound());
        assertEquals(Outcome.INCONCLUSIVE, verdict.verdict());
        assertEquals(List.of("the smoke test was not reached; run the gate again"), verdict.reasons());
    }

    @Test
    void passedSmokeTestAloneIsEnoughForAGateThatAsksForNoMore() {
        Verdict verdict = new Judge(gate())
                .judge(new Evidence(
                        sound(), Optional.of(smoke(CheckOutcome.PASS, "3 of 3")), List.of(), "", List.of()));
        assertEquals(Outcome.PROMOTE, verdict.verdict());
    }

    @Test
    void undecidedCheckIsWhatTheGateMakesOfIt() {
        RunResults results = sound();
        String keeps = undecided(results, 1);
        String breaks = undecided(results, -1);
        assertEquals(Outcome.INCONCLUSIVE, judge(gate(keeps), results).verdict());
        assertEquals(
                Outcome.ROLLBACK,
                judge(gate(Gate.OnUndecided.ROLLBACK, Optional.empty(), keeps), results)
                        .verdict());
        Verdict promoted = judge(gate(Gate.OnUndecided.PROMOTE, Optional.empty(), SURE, keeps), results);
        assertEquals(Outcome.PROMOTE, promoted.verdict());
        assertEquals(
                List.of("all 2 checks keep their limits, 1 of them by the estimate alone (on_undecided: promote)"),
                promoted.reasons());
        assertEquals(
                Outcome.INCONCLUSIVE,
                judge(gate(Gate.OnUndecided.PROMOTE, Optional.empty(), breaks), results)
                        .verdict());
    }

    @Test
    void interruptedRunIsInconclusiveWhateverUndecidedChecksMakeOfIt() {
        RunResults results = sound();
        for (Gate.OnUndecided rule : Gate.OnUndecided.values()) {
            Verdict verdict = interrupted(gate(rule, Optional.empty(), SURE, undecided(results, 1)), results);
            assertEquals(Outcome.INCONCLUSIVE, verdict.verdict(), rule.name());
            assertEquals("the run was interrupted by SIGTERM", verdict.reasons().getFirst());
        }
    }

    /** Requests under way when a run is stopped end as timeouts: 20 of 1,220 are 1.6 %. */
    @Test
    void interruptedRunIsNotRolledBackForTheRequestsItBrokeOff() {
        RunResults results = failing(Map.of(ErrorClass.TIMEOUT, 20L), normal(100, 1));
        Gate gate = gate(SURE, "errors.ratio < 0.001", "throughput >= 25", "failed_latency.p50 < 1");
        assertEquals(Outcome.INCONCLUSIVE, interrupted(gate, results).verdict());
        assertEquals(Outcome.ROLLBACK, judge(gate, results).verdict());
    }

    @Test
    void incompleteRunIsStillRolledBackForWhatIsSure() {
        assertEquals(Outcome.ROLLBACK, interrupted(gate(BROKEN), sound()).verdict());
        RunResults errors = failing(Map.of(ErrorClass.HTTP_5XX, 100L), normal(100, 1));
        assertEquals(
                Outcome.ROLLBACK,
                interrupted(gate("errors.ratio < 0.001"), errors).verdict());
        RunResults lost = sound();
        lost.agentLost("agent-2");
        assertEquals(Outcome.ROLLBACK, judge(gate(BROKEN), lost).verdict());
    }

    @Test
    void lostAgentIsInconclusiveWhenAllIsWellAndForRatesThatItMayHaveCost() {
        RunResults lost = sound();
        lost.agentLost("agent-2");
        Verdict well = judge(gate(SURE), lost);
        assertEquals(Outcome.INCONCLUSIVE, well.verdict());
        assertTrue(well.reasons().getFirst().startsWith("agent agent-2 was lost"), well.reasons()::toString);
        assertEquals(Outcome.INCONCLUSIVE, judge(gate("throughput >= 30"), lost).verdict());
        assertEquals(Outcome.ROLLBACK, judge(gate("throughput >= 30"), sound()).verdict());
    }

    @Test
    void changeFromTheBaselineOfAnIncompleteRunRollsNothingBack() {
        RunResults before = run("before", 60, normal(50, 2));
        Gate gate = comparing(true, grows("latency.mean", 0.1, NONE));
        assertEquals(Outcome.ROLLBACK, judge(gate, sound(), before).verdict());
        Evidence broken = new Evidence(sound(), Optional.empty(), List.of(before), "", List.of("stopped"));
        assertEquals(Outcome.INCONCLUSIVE, new Judge(gate).judge(broken).verdict());
    }

    private static RunResults unfit() {
        return failing(Map.of(ErrorClass.UNSENT, 50L), normal(100, 1));
    }

    @Test
    void doesNotRollBackForWhatAnUnfitGeneratorMayHaveCaused() {
        Verdict verdict =
                judge(gate(Gate.OnUndecided.ROLLBACK, Optional.empty(), BROKEN, "errors.ratio < 0.001"), unfit());
        assertEquals(Outcome.INCONCLUSIVE, verdict.verdict());
        assertTrue(verdict.reasons().getFirst().startsWith("the generator fell behind"), verdict.reasons()::toString);
        assertTrue(verdict.checks().stream().anyMatch(c -> c.kind() == Verdict.Kind.GENERATOR));
    }

    @Test
    void rollsBackForWhatNoGeneratorCanHaveCaused() {
        Map<ErrorClass, Long> errors = Map.of(ErrorClass.UNSENT, 50L, ErrorClass.HTTP_5XX, 100L);
        assertEquals(
                Outcome.ROLLBACK,
                judge(gate("errors.ratio < 0.001"), failing(errors, normal(100, 1)))
                        .verdict());
        RunResults hot = unfit();
        for (int i = 0; i < 60; i++) {
            hot.add(new NodeSample("gpu", "dcgm", "a", 0, Map.of("gpu.temperature", Reading.of(90 + i % 2))), i);
        }
        assertEquals(
                Outcome.ROLLBACK, judge(gate("gpu.temperature.mean < 83"), hot).verdict());
        assertEquals(
                Outcome.INCONCLUSIVE,
                judge(gate("gpu.temperature.mean > 99"), hot).verdict());
    }

    @Test
    void missingBaselineIsInconclusiveWhenItIsRequiredAndANoteWhenNot() {
        Verdict required = judge(comparing(true, grows("latency.mean", 0.1, NONE)), sound());
        assertEquals(Outcome.INCONCLUSIVE, required.verdict());
        assertTrue(required.reasons().getFirst().endsWith("there is no baseline to compare with"));
        Gate gate = gate(
                Gate.OnUndecided.INCONCLUSIVE,
                Optional.of(new Gate.Baseline(
                        Optional.empty(), 1, false, Set.of(), List.of(grows("latency.mean", 0.1, NONE)))),
                SURE);
        Verdict optional = new Judge(gate)
                .judge(new Evidence(sound(), Optional.empty(), List.of(), "no run was promoted yet", List.of()));
        assertEquals(Outcome.PROMOTE, optional.verdict());
        assertEquals(
                List.of("the only check keeps its limit", "not compared with a baseline: no run was promoted yet"),
                optional.reasons());
    }

    @Test
    void gateOfWhichNothingIsLeftToCheckIsInconclusive() {
        Verdict verdict = judge(comparing(false, grows("latency.mean", 0.1, NONE)), sound());
        assertEquals(Outcome.INCONCLUSIVE, verdict.verdict());
        assertEquals("nothing was checked", verdict.reasons().getFirst());
    }

    @Test
    void reasonsComeInTheOrderOfTheirWeight() {
        RunResults results = sound();
        String open = undecided(results, 1);
        Gate gate = gate(open, "gpu.temperature.max < 83", BROKEN);
        List<String> reasons = interrupted(gate, results).reasons();
        assertEquals(4, reasons.size(), reasons::toString);
        assertTrue(reasons.get(0).contains("limit < 90 ms"), reasons::toString);
        assertEquals("the run was interrupted by SIGTERM", reasons.get(1));
        assertTrue(reasons.get(2).contains("no probe gave gpu.temperature"), reasons::toString);
        assertTrue(
                reasons.get(3).contains("no amount of load") || reasons.get(3).contains("would settle it"),
                reasons::toString);
    }

    @Test
    void strictGateNamesItsUndecidedCheckFirst() {
        RunResults results = sound();
        Gate gate =
                gate(Gate.OnUndecided.ROLLBACK, Optional.empty(), "gpu.temperature.max < 83", undecided(results, 1));
        Verdict verdict = judge(gate, results);
        assertEquals(Outcome.ROLLBACK, verdict.verdict());
        assertTrue(verdict.reasons().getFirst().startsWith("latency.mean"), verdict.reasons()::toString);
    }

    @Test
    void sameEvidenceGivesTheSameVerdict() {
        Gate gate = gate(SURE, "latency.p99 < 130", "throughput >= 15");
        assertEquals(judge(gate, sound()), judge(gate, run("run", 60, normal(100, 1))));
    }

    @Test
    void constantRunBeyondItsLimitIsAtRisk() {
        Judge judge = new Judge(gate(SURE, BROKEN));
        assertEquals(List.of(BROKEN), judge.atRisk(run("run", 10, constant(100, 20))));
    }
}
