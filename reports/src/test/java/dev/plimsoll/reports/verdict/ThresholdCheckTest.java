package dev.plimsoll.reports.verdict;

import static dev.plimsoll.reports.verdict.TestingGates.constant;
import static dev.plimsoll.reports.verdict.TestingGates.failing;
import static dev.plimsoll.reports.verdict.TestingGates.run;
import static dev.plimsoll.reports.verdict.TestingGates.threshold;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import dev.plimsoll.reports.verdict.Verdict.CheckOutcome;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class ThresholdCheckTest {
    private static Verdict.Check check(String threshold, RunResults results) {
        return new ThresholdCheck(threshold(threshold), 0.95).judge(results).check();
    }

    private static void assertSays(String part, Verdict.Check check) {
        assertTrue(check.sentence().contains(part), check::sentence);
    }

    /** 1,200 requests: an error budget of 0.1 % is 1.2 of them, so one failure would keep it. */
    @Test
    void noErrorPassesOnceOneErrorWouldHavePassed() {
        Verdict.Check check = check("errors.ratio < 0.001", failing(Map.of(), constant(100, 20)));
        assertEquals(CheckOutcome.PASS, check.outcome());
        assertSays("0 %, limit < 0.10 %", check);
        assertSays("judged as observed, for no request counts against it", check);
    }

    /** A budget of 0.05 % is 0.6 of 1,200 requests: one failure in 2,000 would be its first that keeps it. */
    @Test
    void noErrorIsUndecidedWhileOneErrorWouldBreakTheLimit() {
        Verdict.Check check = check("errors.ratio < 0.0005", failing(Map.of(), constant(100, 20)));
        assertEquals(CheckOutcome.UNDECIDED, check.outcome());
        assertSays("about 2,000 requests would settle it if it stays so", check);
    }

    /** 1 of 1,200 is 0.083 %; Clopper and Pearson's 95 % interval goes from 0.0021 % to 0.463 %. */
    @Test
    void oneErrorJustBelowTheLimitIsUndecidedAndTellsHowMuchLoadWouldDo() {
        RunResults results = failing(Map.of(ErrorClass.HTTP_5XX, 1L), second -> new double[second == 0 ? 19 : 20]);
        Verdict.Check check = check("errors.ratio < 0.001", results);
        assertEquals(CheckOutcome.UNDECIDED, check.outcome());
        assertEquals(1.0 / 1200, check.measured().orElseThrow(), 1e-12);
        assertEquals(0.00463, check.high().orElseThrow(), 0.00001);
        assertTrue(
                check.sentence().matches(".*; about 1[0-9]{2},000 requests would settle it if it stays so"),
                check::sentence);
    }

    /** 100 of 1,300 in one second: no interval between seconds tells how often that happens, but it did. */
    @Test
    void errorsThatCameAllAtOnceFailAsObserved() {
        RunResults burst = failing(Map.of(ErrorClass.HTTP_5XX, 100L), constant(100, 20));
        Verdict.Check check = check("errors.ratio < 0.01", burst);
        assertEquals(CheckOutcome.FAIL, check.outcome());
        assertSays("judged as observed, for errors that come all at once are errors", check);
    }

    @Test
    void constantThroughputPassesItsLimit() {
        Verdict.Check check = check("throughput >= 15", run("run", 60, constant(100, 20)));
        assertEquals(CheckOutcome.PASS, check.outcome());
        assertEquals(20, check.measured().orElseThrow(), 1e-9);
        assertEquals(
                CheckOutcome.PASS,
                check("throughput >= 20", run("run", 60, constant(100, 20))).outcome());
    }

    /** 0.99^n falls to 2.5 %, the half of 1 − 95 % that belongs to the upper end, at n = 367.04. */
    @Test
    void fewValuesDoNotBoundAPercentileHoweverFarTheyAreFromTheLimit() {
        Verdict.Check few = check("ttft.p99 < 500", ttft(10, 20));
        assertEquals(CheckOutcome.UNDECIDED, few.outcome());
        assertTrue(few.high().isEmpty());
        assertSays("200 requests are too few to bound a p99; about 368 requests would settle it if it stays so", few);
        assertEquals(
                CheckOutcome.UNDECIDED, check("ttft.p99 < 500", ttft(1, 367)).outcome());
        assertEquals(CheckOutcome.PASS, check("ttft.p99 < 500", ttft(1, 368)).outcome());
        assertEquals(CheckOutcome.FAIL, check("ttft.p99 < 50", ttft(1, 368)).outcome());
    }

    /** All 12 of 1,200 values beyond the p99 came in one second: too few effective values for an upper end. */
    @Test
    void percentileWhoseLimitNoRequestCameToPassesHoweverMuchSlowOnesComeTogether() {
        Verdict.Check far = check("latency.p99 < 500", slowSecond(219));
        assertTrue(far.high().isEmpty(), far::sentence);
        assertEquals(CheckOutcome.PASS, far.outcome(), far::sentence);
        assertSays("judged as observed, for no request counts against it", far);
        Verdict.Check oneBeyond = check("latency.p99 < 500", slowSecond(600));
        assertEquals(CheckOutcome.UNDECIDED, oneBeyond.outcome(), oneBeyond::sentence);
    }

    /** A minute of 20 requests a second of 100 ms, with 200, 201, … ms in one second, the last of which is given. */
    private static RunResults slowSecond(double last) {
        return run("run", 60, second -> {
            double[] values = new double[20];
            for (int i = 0; i < values.length; i++) {
                values[i] = second == 30 ? 200 + i : 100;
            }
            values[19] = second == 30 ? last : 100;
            return values;
        });
    }

    private static RunResults ttft(int seconds, int perSecond) {
        RunResults results = new RunResults("run", List.of(TestingLoad.steady("steady", seconds)));
        results.legStarts(0, 0);
        double[] values = new double[perSecond];
        Arrays.fill(values, 100);
        for (int second = 0; second < seconds; second++) {
            results.add(TestingLoad.second(
                    second, TestingLoad.withMetric(TestingLoad.succeeded("steady", "chat", values), "ttft", values)));
        }
        return results;
    }

    /**
     * Independent values, so the binomial law decides: the limit is kept when so many values keep it that a p-quantile
     * above it would give as many in at most 2.5 % of runs, and broken the other way round.
     */
    @Property(tries = 300, seed = "1")
    void percentileIsDecidedAtTheLimitAsItsIntervalSays(
            @ForAll @IntRange(min = 5, max = 600) int n,
            @ForAll @IntRange(min = 1, max = 99) int percentile,
            @ForAll @IntRange(min = 0, max = 100) int place,
            @ForAll long seed) {
        double[] values = new Random(seed).ints(n, 1, 200).asDoubleStream().toArray();
        double limit = Math.max(1, place * 2) + 0.5;
        RunResults results = run("run", 1, second -> values);
        Verdict.Check check = check("latency.p" + percentile + " <= " + limit, results);
        long keep = Arrays.stream(values).filter(v -> v <= limit).count();
        double p = percentile / 100.0;
        CheckOutcome expected = atLeast(keep, n, p) <= 0.025
                ? CheckOutcome.PASS
                : 1 - atLeast(keep + 1, n, p) <= 0.025 ? CheckOutcome.FAIL : CheckOutcome.UNDECIDED;
        assertEquals(expected, check.outcome(), check::sentence);
        boolean highKeeps = check.high().filter(high -> high <= limit).isPresent();
        boolean lowBreaks = check.low().filter(low -> low > limit).isPresent();
        assertEquals(highKeeps, check.outcome() == CheckOutcome.PASS, check::sentence);
        assertEquals(lowBreaks, check.outcome() == CheckOutcome.FAIL, check::sentence);
    }

    /* P(at least so many hits in n) by adding up the binomial law in logarithms. */
    private static double atLeast(long hits, int n, double p) {
        double sum = 0;
        double logChoose = 0;
        for (int k = 0; k <= n; k++) {
            if (k > 0) {
                logChoose += Math.log(n - k + 1.0) - Math.log(k);
            }
            if (k >= hits) {
                sum += Math.exp(logChoose + k * Math.log(p) + (n - k) * Math.log1p(-p));
            }
        }
        return Math.min(1, sum);
    }

    /** A round of 100 ms and one of 120 ms: two observations, so t with one degree of freedom, 110 ± 12.7 · 10 ms. */
    @Test
    void roundsThatDifferCountAsOneObservationEach() {
        PhaseWindow first = new PhaseWindow(0, 0, "steady", true, true, true, 0, 30);
        PhaseWindow second = new PhaseWindow(1, 1, "steady", true, true, true, 0, 30);
        RunResults results = new RunResults("run", List.of(first, second));
        Random random = new Random(1);
        for (int leg = 0; leg < 2; leg++) {
            results.legStarts(leg, leg * 40);
            for (int i = 0; i < 30; i++) {
                double mean = leg == 0 ? 100 : 120;
                double[] values = random.doubles(20)
                        .map(v -> mean + random.nextGaussian())
                        .toArray();
                results.add(TestingLoad.secondOfRound(leg, i, leg * 40 + i, "steady", "chat", values));
            }
        }
        Verdict.Check check = check("latency.mean < 150", results);
        assertEquals(CheckOutcome.UNDECIDED, check.outcome());
        assertEquals(110, check.measured().orElseThrow(), 0.5);
        assertEquals(127, check.high().orElseThrow() - check.measured().orElseThrow(), 5);
    }

    private static RunResults watched(Map<String, Reading[]> nodes) {
        RunResults results = run("run", 60, constant(100, 20));
        nodes.forEach((node, readings) -> {
            for (int i = 0; i < readings.length; i++) {
                results.add(
                        new NodeSample(node, "dcgm", "agent", i * 1_000_000L, Map.of("gpu.temperature", readings[i])),
                        i);
            }
        });
        return results;
    }

    private static Reading[] readings(int count, double value) {
        Reading[] readings = new Reading[count];
        Arrays.fill(readings, Reading.of(value));
        return readings;
    }

    private static Reading[] failingReadings(int count, int failed, double value) {
        Reading[] readings = readings(count, value);
        Arrays.fill(readings, 0, failed, Reading.failed("connection refused"));
        return readings;
    }

    @Test
    void worstNodeDecides() {
        Map<String, Reading[]> nodes = Map.of("cool", readings(60, 60), "hot", readings(60, 90));
        Verdict.Check check = check("gpu.temperature.max < 83", watched(nodes));
        assertEquals(CheckOutcome.FAIL, check.outcome());
        assertSays("gpu.temperature.max on hot 90 °C, limit < 83 °C", check);
        assertEquals(
                CheckOutcome.PASS,
                check("gpu.temperature.max on cool < 83", watched(nodes)).outcome());
        assertEquals(
                CheckOutcome.FAIL,
                check("gpu.temperature.min > 70", watched(nodes)).outcome());
    }

    @Test
    void nodeWithoutAValueIsNoDataAndSaysWhy() {
        Map<String, Reading[]> nodes = Map.of("cool", readings(60, 60), "dead", failingReadings(60, 60, 0));
        Verdict.Check check = check("gpu.temperature.max < 83", watched(nodes));
        assertEquals(CheckOutcome.NO_DATA, check.outcome());
        assertSays("on dead in the measured phases: connection refused", check);
        Verdict.Check absent = check("gpu.temperature.max on other < 83", watched(nodes));
        assertEquals(CheckOutcome.NO_DATA, absent.outcome());
        assertSays("no probe gave gpu.temperature on other", absent);
    }

    /** 12 of 60 are 20 %, 13 are more. */
    @Test
    void nodeIsUndecidedWhenMoreThanAFifthOfItsReadingsFailed() {
        assertEquals(
                CheckOutcome.PASS,
                check("gpu.temperature.max < 83", watched(Map.of("gpu", failingReadings(60, 12, 60))))
                        .outcome());
        Verdict.Check check = check("gpu.temperature.max < 83", watched(Map.of("gpu", failingReadings(60, 13, 60))));
        assertEquals(CheckOutcome.UNDECIDED, check.outcome());
        assertSays("13 of 60 readings failed on gpu: connection refused", check);
    }

    @Test
    void noLoadIsNoData() {
        RunResults none = new RunResults("run", List.of(TestingLoad.steady("steady", 60)));
        for (String limit :
                List.of("latency.mean < 1", "throughput >= 0", "errors.ratio < 1", "cpu.utilization.mean < 1")) {
            assertEquals(CheckOutcome.NO_DATA, check(limit, none).outcome(), limit);
        }
    }

    @Test
    void limitOnTheEstimateIsNotSettledByAnyLoad() {
        Random random = new Random(3);
        RunResults results = run(
                "run", 60, second -> random.doubles(20).map(v -> 100 + 10 * v).toArray());
        double mean = check("latency.mean < 1", results).measured().orElseThrow();
        assertSays("no amount of load would settle it", check("latency.mean < " + mean, results));
    }

    /** Half the interval against twice the distance: a limit at half of the half width takes four times the values. */
    @Test
    void undecidedMeanTellsHowManyValuesWouldDo() {
        Random random = new Random(4);
        RunResults results = run(
                "run", 60, second -> random.doubles(20).map(v -> 100 + 10 * v).toArray());
        Verdict.Check far = check("latency.mean < 1", results);
        double half = far.high().orElseThrow() - far.measured().orElseThrow();
        Verdict.Check check = check("latency.mean < " + (far.measured().orElseThrow() + half / 2), results);
        assertEquals(CheckOutcome.UNDECIDED, check.outcome());
        assertTrue(
                check.sentence().matches(".*; about 4,[567][0-9]0 requests would settle it if it stays so"),
                check::sentence);
    }
}
