package dev.plimsoll.reports.verdict;

import static dev.plimsoll.reports.verdict.TestingGates.constant;
import static dev.plimsoll.reports.verdict.TestingGates.failing;
import static dev.plimsoll.reports.verdict.TestingGates.gate;
import static dev.plimsoll.reports.verdict.TestingGates.normal;
import static dev.plimsoll.reports.verdict.TestingGates.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EarlyStopTest {
    private static final String MEAN = "latency.mean < 110";

    private static boolean gaveUp(RunResults soFar, String... thresholds) {
        return new Judge(gate(thresholds)).hopeless(soFar).isPresent();
    }

    @Test
    void givesUpOnlyWhatIsSurelyBroken() {
        assertTrue(gaveUp(run("run", 60, normal(130, 1)), MEAN));
        assertFalse(gaveUp(run("run", 60, normal(100, 1)), MEAN));
        assertFalse(gaveUp(run("run", 60, normal(110.1, 1)), MEAN));
    }

    @Test
    void looksForTheFirstTimeAfterTenSeconds() {
        assertFalse(gaveUp(run("run", 9, normal(130, 1)), MEAN));
        assertTrue(gaveUp(run("run", 10, normal(130, 1)), MEAN));
    }

    @Test
    void largestValueAboveItsLimitStaysAndIsGivenUpAtOnce() {
        assertTrue(gaveUp(run("run", 1, constant(200, 20)), "latency.max < 110"));
        assertFalse(gaveUp(run("run", 1, constant(200, 20)), "latency.min < 110"), "a smaller one may come");
    }

    @Test
    void unfitGeneratorIsNoReasonToGiveUp() {
        RunResults unsent = failing(Map.of(ErrorClass.UNSENT, 50L), normal(130, 1));
        assertFalse(gaveUp(unsent, MEAN));
        assertFalse(gaveUp(unsent, "latency.max < 110"));
        assertFalse(gaveUp(unsent, "errors.ratio < 0.001"));
    }

    @Test
    void whatTheTargetDidIsAReasonHoweverUnfitTheGenerator() {
        RunResults errors = failing(Map.of(ErrorClass.UNSENT, 50L, ErrorClass.HTTP_5XX, 200L), normal(130, 1));
        assertTrue(gaveUp(errors, "errors.ratio < 0.001"));
        errors.add(new NodeSample("gpu", "dcgm", "a", 0, Map.of("gpu.temperature", Reading.of(90))), 1);
        assertTrue(gaveUp(errors, "gpu.temperature.max < 83"));
    }

    /**
     * 10 s of a phase of 60 s scheduled 230 requests, at most 50 in a second; so at most 230 + 50 · 50 = 2,730 will have
     * been scheduled in the end, and 30 failures are at least 1.1 % of them.
     */
    @Test
    void errorsStayWhenAllThatComesEndsWell() {
        RunResults soFar = new RunResults("run", List.of(TestingLoad.steady("steady", 60)));
        soFar.legStarts(0, 0);
        double[] values = new double[20];
        for (int i = 0; i < 10; i++) {
            Map<ErrorClass, Long> errors = i == 0 ? Map.of(ErrorClass.CONNECT, 30L) : Map.of();
            soFar.add(TestingLoad.second(i, TestingLoad.requests("steady", "chat", values, errors)));
        }
        assertTrue(gaveUp(soFar, "errors.ratio < 0.005"), "0.5 % is 13.7 of 2,730");
        assertFalse(gaveUp(soFar, "errors.ratio < 0.01"), "1.1 % of 2,730 may be chance where 1 % is meant");
    }

    @Test
    void loadThatChangesTellsNothingOfItsEnd() {
        RunResults climbing = new RunResults("run", List.of(new PhaseWindow(0, 0, "steady", true, true, false, 0, 60)));
        climbing.legStarts(0, 0);
        TestingGates.Latencies slow = normal(130, 1);
        for (int i = 0; i < 60; i++) {
            climbing.add(TestingLoad.second(i, TestingLoad.succeeded("steady", "chat", slow.of(i))));
        }
        assertFalse(gaveUp(climbing, MEAN));
    }

    @Test
    void firstOfSeveralRoundsTellsNothingOfTheOthers() {
        RunResults rounds = new RunResults(
                "run",
                List.of(TestingLoad.steady("steady", 60), new PhaseWindow(1, 1, "steady", true, true, true, 0, 60)));
        rounds.legStarts(0, 0);
        TestingGates.Latencies slow = normal(130, 1);
        for (int i = 0; i < 60; i++) {
            rounds.add(TestingLoad.second(i, TestingLoad.succeeded("steady", "chat", slow.of(i))));
        }
        assertFalse(gaveUp(rounds, MEAN));
    }

    /** 40 s: 20 requests a second are scheduled, and until the last second each one takes its time: 1 of 20 has ended. */
    private static RunResults slow(int endedPerSecond) {
        RunResults results = new RunResults("run", List.of(TestingLoad.steady("steady", 60)));
        results.legStarts(0, 0);
        double[] ended = new double[endedPerSecond];
        for (int i = 0; i < 40; i++) {
            results.add(TestingLoad.second(
                    i, TestingLoad.withUnderWay(TestingLoad.succeeded("steady", "chat", ended), 20 - endedPerSecond)));
        }
        return results;
    }

    @Test
    void requestsUnderWayMayYetMeetALowerLimit() {
        for (String limit : List.of("throughput >= 15", "goodput >= 15", "goodput.ratio >= 0.95")) {
            assertFalse(gaveUp(slow(1), limit), limit);
            assertEquals(List.of(), new Judge(gate(limit)).atRisk(slow(1)), limit);
        }
        String beyond = "throughput >= 25";
        assertTrue(gaveUp(slow(1), beyond));
        assertEquals(List.of(beyond), new Judge(gate(beyond)).atRisk(slow(1)));
    }
}
