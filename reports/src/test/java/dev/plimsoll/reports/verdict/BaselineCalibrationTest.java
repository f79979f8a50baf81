package dev.plimsoll.reports.verdict;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Operator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * 1,000 gates each of runs whose truth is known, with fixed seeds: how often do comparisons with a baseline err?
 *
 * <p>A run is a minute of 15 requests a second. Latencies are lognormal (0.4); seconds that follow one another are
 * correlated by 0.6 and scatter by 5 %; and each run as a whole is slower or faster by what runs of the same code differ,
 * as restarts, placement and neighbours make them.
 */
class BaselineCalibrationTest {
    private static final int GATES = 1000;
    private static final int RUNS = 400;
    private static final int SECONDS = 60;
    private static final int PER_SECOND = 15;
    private static final double SIGMA = 0.4;
    private static final double OF_SECONDS = 0.05;
    private static final double CORRELATION = 0.6;
    private static final double CONFIDENCE = 0.95;

    /** As hard as it gets: the truth lies at each limit, and the slightest growth by chance is beyond it. */
    private static final List<BaselineCheck> NO_GROWTH = List.of(
            TestingGates.grows("latency.mean", 0, Double.NaN),
            TestingGates.grows("latency.p50", 0, Double.NaN),
            TestingGates.grows("latency.p99", 0, Double.NaN),
            falls("throughput", 0));

    /** As people write them. */
    private static final List<BaselineCheck> USUAL = List.of(
            TestingGates.grows("latency.mean", 0.05, Double.NaN),
            TestingGates.grows("latency.p50", 0.05, Double.NaN),
            TestingGates.grows("latency.p99", 0.1, Double.NaN),
            falls("throughput", 0.05));

    private static BaselineCheck falls(String metric, double share) {
        BaselineCheck grows = TestingGates.grows("latency.mean", 0, Double.NaN);
        return new BaselineCheck(
                metric + " >= -" + share,
                TestingGates.threshold(metric + " >= 0").metric(),
                java.util.Optional.empty(),
                grows.on(),
                grows.phase(),
                Operator.GREATER_OR_EQUAL,
                OptionalDouble.of(-share),
                OptionalDouble.empty());
    }

    private static List<RunResults> runs(int count, double ofRuns, double factor, long seed) {
        Random random = new Random(seed);
        List<RunResults> runs = new ArrayList<>();
        for (int run = 0; run < count; run++) {
            double scale = 100 * factor * Math.exp(ofRuns * random.nextGaussian());
            runs.add(TestingGates.run("run-" + run, SECONDS, latencies(scale, random)));
        }
        return runs;
    }

    private static TestingGates.Latencies latencies(double scale, Random random) {
        double[] state = {random.nextGaussian()};
        return second -> {
            state[0] = CORRELATION * state[0] + Math.sqrt(1 - CORRELATION * CORRELATION) * random.nextGaussian();
            double ofSecond = scale * Math.exp(OF_SECONDS * state[0]);
            double[] values = new double[poisson(random)];
            Arrays.setAll(values, i -> ofSecond * Math.exp(SIGMA * random.nextGaussian()));
            return values;
        };
    }

    /* Knuth's product of uniform numbers. */
    private static int poisson(Random random) {
        double end = Math.exp(-PER_SECOND);
        int count = 0;
        for (double product = random.nextDouble(); product > end; product *= random.nextDouble()) {
            count++;
        }
        return count;
    }

    /** What became of the gates: a gate rolls back when one check fails, and promotes when all pass. */
    private record Shares(double rollback, double promote, double byCheck) {
        static Shares of(List<BaselineCheck> checks, List<RunResults> runs, List<RunResults> pool, int earlier) {
            Random random = new Random(17);
            int rollbacks = 0;
            int promotions = 0;
            int failures = 0;
            for (int gate = 0; gate < GATES; gate++) {
                RunResults now = runs.get(random.nextInt(runs.size()));
                List<RunResults> before = new ArrayList<>();
                while (before.size() < earlier) {
                    RunResults one = pool.get(random.nextInt(pool.size()));
                    if (one != now && !before.contains(one)) {
                        before.add(one);
                    }
                }
                List<Verdict.Check> judged = new BaselineFamily(checks, CONFIDENCE).checks(now, before);
                long failed = judged.stream()
                        .filter(c -> c.outcome() == Verdict.CheckOutcome.FAIL)
                        .count();
                rollbacks += failed > 0 ? 1 : 0;
                failures += (int) failed;
                promotions += judged.stream().allMatch(c -> c.outcome() == Verdict.CheckOutcome.PASS) ? 1 : 0;
            }
            return new Shares(
                    (double) rollbacks / GATES, (double) promotions / GATES, (double) failures / GATES / checks.size());
        }

        void print(String what) {
            System.out.printf(
                    Locale.ROOT,
                    "%s: rolled back %.1f %%, promoted %.1f %%, undecided %.1f %%; of single checks %.2f %% failed%n",
                    what,
                    100 * rollback,
                    100 * promote,
                    100 * (1 - rollback - promote),
                    100 * byCheck);
        }
    }

    /** The share allowed is 5 %; three standard errors of it in 1,000 gates are 2 points, and the design aims at 2.5 %. */
    @ParameterizedTest
    @CsvSource({"0.00, 1", "0.00, 5", "0.03, 1", "0.03, 3", "0.03, 5"})
    void gatesOfTheSameCodeRollBackInAtMostFivePercent(double ofRuns, int earlier) {
        List<RunResults> pool = runs(RUNS, ofRuns, 1, 5);
        for (List<BaselineCheck> checks : List.of(NO_GROWTH, USUAL)) {
            Shares shares = Shares.of(checks, pool, pool, earlier);
            shares.print(String.format(
                    Locale.ROOT,
                    "A/A, %d gates of 4 comparisons (%s), runs differ by %.0f %%, %d earlier",
                    GATES,
                    checks == NO_GROWTH ? "no growth" : "+5 %, +10 % of p99, -5 %",
                    100 * ofRuns,
                    earlier));
            assertTrue(shares.rollback() <= 0.05, shares::toString);
        }
    }

    /** A release that is 30 % slower, beyond limits of 5 and 10 %. */
    @Test
    void gatesOfASlowerReleaseRollBack() {
        List<RunResults> pool = runs(100, 0.03, 1, 6);
        List<RunResults> slower = runs(100, 0.03, 1.3, 7);
        for (int earlier : new int[] {1, 3, 5}) {
            Shares shares = Shares.of(USUAL, slower, pool, earlier);
            shares.print("30 % slower, runs differ by 3 %, " + earlier + " earlier");
            assertTrue(shares.promote() == 0, shares::toString);
            assertTrue(earlier == 3 || shares.rollback() >= 0.9, shares::toString);
        }
    }
}
