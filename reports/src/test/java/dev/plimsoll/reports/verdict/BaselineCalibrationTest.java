package dev.plimsoll.reports.verdict;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.estimate.Estimate;
import dev.plimsoll.reports.verdict.estimate.Measured;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Operator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * 1,000 gates each of runs whose truth is known, with fixed seeds: how often do comparisons with a baseline err?
 *
 * <p>A run is two minutes of 20 requests a second. Latencies are lognormal (0.4); seconds that follow one another are
 * correlated by 0.6 and scatter by 5 %; and each run as a whole is slower or faster by what runs of the same code differ,
 * as restarts, placement and neighbours make them.
 */
class BaselineCalibrationTest {
    private static final int GATES = 1000;
    private static final int RUNS = 200;
    private static final int SECONDS = 120;
    private static final int GROUP = 5;
    private static final int PER_SECOND = 20;
    private static final double SIGMA = 0.4;
    private static final double OF_SECONDS = 0.05;
    private static final double CORRELATION = 0.6;
    private static final double CONFIDENCE = 0.95;
    private static final Map<String, List<Run>> MADE = new HashMap<>();

    /** As hard as it gets: the truth lies at each limit, and the slightest growth by chance is beyond it. */
    private static final List<BaselineCheck> NO_GROWTH = List.of(
            TestingGates.grows("latency.mean", 0, Double.NaN),
            TestingGates.grows("latency.p50", 0, Double.NaN),
            TestingGates.grows("latency.p99", 0, Double.NaN),
            falls("throughput", 0));

    /** As people write them. */
    private static final List<BaselineCheck> USUAL = List.of(
            TestingGates.grows("latency.mean", 0.1, Double.NaN),
            TestingGates.grows("latency.p50", 0.1, Double.NaN),
            TestingGates.grows("latency.p99", 0.25, Double.NaN),
            falls("throughput", 0.1));

    private static BaselineCheck falls(String metric, double share) {
        BaselineCheck grows = TestingGates.grows("latency.mean", 0, Double.NaN);
        return new BaselineCheck(
                metric + " >= -" + share,
                TestingGates.threshold(metric + " >= 0").metric(),
                Optional.empty(),
                grows.on(),
                grows.phase(),
                Operator.GREATER_OR_EQUAL,
                OptionalDouble.of(-share),
                OptionalDouble.empty());
    }

    /** What is measured of a run, once: a thousand gates use it again and again. */
    private record Run(String name, List<Measured> measured) {
        static Run of(RunResults results) {
            return new Run(
                    results.run(),
                    USUAL.stream()
                            .map(check -> BaselineComparison.worst(check, CONFIDENCE, results))
                            .toList());
        }
    }

    private static List<Run> runs(int count, double ofRuns, double factor, long seed) {
        return MADE.computeIfAbsent(
                count + "/" + ofRuns + "/" + factor + "/" + seed, key -> make(count, ofRuns, factor, seed));
    }

    private static List<Run> make(int count, double ofRuns, double factor, long seed) {
        Random random = new Random(seed);
        List<Run> runs = new ArrayList<>();
        for (int run = 0; run < count; run++) {
            double scale = 100 * factor * Math.exp(ofRuns * random.nextGaussian());
            runs.add(Run.of(TestingGates.run("run-" + run, SECONDS, latencies(scale, random))));
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
        static Shares of(List<BaselineCheck> checks, List<Run> runs, List<Run> pool, int earlier, int older) {
            Random random = new Random(17);
            int rollbacks = 0;
            int promotions = 0;
            int failures = 0;
            for (int gate = 0; gate < GATES; gate++) {
                Run now = runs.get(random.nextInt(runs.size()));
                List<Run> before = new ArrayList<>();
                while (before.size() < earlier + older) {
                    Run one = pool.get(random.nextInt(pool.size()));
                    if (one != now && !before.contains(one)) {
                        before.add(one);
                    }
                }
                List<Judged> judged = BaselineFamily.judge(comparisons(checks, now, before, earlier), CONFIDENCE);
                long failed = judged.stream()
                        .filter(c -> c.is(Verdict.CheckOutcome.FAIL))
                        .count();
                rollbacks += failed > 0 ? 1 : 0;
                failures += (int) failed;
                promotions += judged.stream().allMatch(c -> c.is(Verdict.CheckOutcome.PASS)) ? 1 : 0;
            }
            return new Shares(
                    (double) rollbacks / GATES, (double) promotions / GATES, (double) failures / GATES / checks.size());
        }

        /* The first of the runs before are compared with; the others are in groups of five. */
        private static List<BaselineComparison> comparisons(
                List<BaselineCheck> checks, Run now, List<Run> before, int compared) {
            List<BaselineComparison> comparisons = new ArrayList<>();
            for (int i = 0; i < checks.size(); i++) {
                List<BaselineComparison.Earlier> earlier = new ArrayList<>();
                List<List<Estimate>> older = new ArrayList<>();
                for (Run run : before.subList(0, compared)) {
                    earlier.add(new BaselineComparison.Earlier(
                            run.name(), run.measured().get(i)));
                }
                for (int from = compared; from < before.size(); from += GROUP) {
                    int check = i;
                    older.add(before.subList(from, from + GROUP).stream()
                            .map(run -> Estimate.of(run.measured().get(check)))
                            .toList());
                }
                comparisons.add(new BaselineComparison(
                        checks.get(i), CONFIDENCE, now.measured().get(i), earlier, older));
            }
            return comparisons;
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

    /**
     * Runs that differ by nothing and by 3 %. The share allowed is 5 %, and the design aims at 2.5 %; three standard errors
     * of that in 1,000 gates are 1.5 points.
     */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.03})
    void gatesOfTheSameCodeRollBackInAtMostFivePercent(double ofRuns) {
        List<Run> pool = runs(RUNS, ofRuns, 1, 5);
        for (int[] runs : new int[][] {{1, 0}, {1, 15}, {2, 0}, {3, 0}, {5, 0}, {5, 5}, {5, 15}, {10, 0}, {10, 10}}) {
            for (List<BaselineCheck> checks : List.of(NO_GROWTH, USUAL)) {
                Shares shares = Shares.of(checks, pool, pool, runs[0], runs[1]);
                shares.print(String.format(
                        Locale.ROOT,
                        "A/A, %d gates, runs differ by %.0f %%, %d earlier, %d older, %s",
                        GATES,
                        100 * ofRuns,
                        runs[0],
                        runs[1],
                        checks == NO_GROWTH ? "no growth allowed" : "usual limits"));
                assertTrue(shares.rollback() <= 0.05, shares::toString);
            }
        }
    }

    /** One earlier run tells less than five, and finds only what is larger. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 1.3, 0",
        "1, 0, 1.6, 0.9",
        "3, 0, 1.3, 0",
        "5, 0, 1.3, 0.6",
        "5, 15, 1.3, 0.95",
        "10, 0, 1.3, 0.95"
    })
    void gatesOfASlowerReleaseRollBackAndNeverPromote(int earlier, int older, double factor, double atLeast) {
        List<Run> pool = runs(RUNS, 0.03, 1, 5);
        List<Run> slower = runs(100, 0.03, factor, 7);
        Shares shares = Shares.of(USUAL, slower, pool, earlier, older);
        shares.print(String.format(
                Locale.ROOT,
                "%.0f %% slower, runs differ by 3 %%, %d earlier, %d older, usual limits",
                100 * factor - 100,
                earlier,
                older));
        assertTrue(shares.promote() == 0, shares::toString);
        assertTrue(shares.rollback() >= atLeast, shares::toString);
    }
}
