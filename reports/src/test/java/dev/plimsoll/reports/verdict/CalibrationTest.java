package dev.plimsoll.reports.verdict;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import dev.plimsoll.reports.verdict.estimate.Batches;
import dev.plimsoll.reports.verdict.estimate.Measured;
import dev.plimsoll.reports.verdict.estimate.RatioEstimate;
import dev.plimsoll.reports.verdict.estimate.ShareInterval;
import dev.plimsoll.reports.verdict.estimate.Subject;
import dev.plimsoll.scenarios.BaselineCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Simulations with fixed seeds: do intervals cover as often as they say, and do gates err as seldom? */
class CalibrationTest {
    private static final int RUNS = 4000;
    private static final double CONFIDENCE = 0.95;
    private static final double SIGMA = 0.5;
    private static final int PER_SECOND = 20;
    private static final List<RunResults> SAME_CODE = runs(200, 1, 0, 5);
    private static final List<RunResults> RESTLESS_CODE = runs(120, 1, 0.02, 6);
    private static final List<RunResults> SLOWER_CODE = runs(120, 1.1, 0, 7);

    /** Three standard errors of a coverage of 95 % in 4,000 runs are 1 point. */
    @ParameterizedTest
    @CsvSource({"0, 60, 0.94", "0, 120, 0.94", "0.5, 60, 0.935", "0.8, 60, 0.935", "0.8, 120, 0.94", "0.9, 120, 0.935"})
    void coversTheMeanOfBatches(double phi, int batches, double atLeast) {
        Random random = new Random(1);
        int covered = 0;
        double width = 0;
        for (int run = 0; run < RUNS; run++) {
            double[] ones = new double[batches];
            Arrays.fill(ones, 1);
            RatioEstimate estimate =
                    RatioEstimate.of(List.of(new Batches("steady", autoregressive(phi, batches, random), ones)));
            covered += Math.abs(estimate.value() - 100) <= estimate.halfWidth(CONFIDENCE) ? 1 : 0;
            width += estimate.halfWidth(CONFIDENCE) / RUNS;
        }
        double known = 1.96 / (1 - phi) / Math.sqrt(batches);
        double coverage = (double) covered / RUNS;
        System.out.printf(
                "coverage, mean of %d batches, AR(1) with %.1f: %.3f; interval %.2f times that of a known variance%n",
                batches, phi, coverage, width / known);
        assertTrue(coverage >= atLeast, () -> "coverage " + coverage);
    }

    private static double[] autoregressive(double phi, int n, Random random) {
        double[] x = new double[n];
        double state = random.nextGaussian() / Math.sqrt(1 - phi * phi);
        for (int i = 0; i < n; i++) {
            x[i] = 100 + state;
            state = phi * state + random.nextGaussian();
        }
        return x;
    }

    /** Failure rates that differ from batch to batch: 1 % on average, 0.2 % or 1.8 %. */
    @Test
    void coversARatioWhoseBatchesDiffer() {
        Random random = new Random(3);
        int covered = 0;
        for (int run = 0; run < RUNS; run++) {
            double[] x = new double[60];
            double[] y = new double[60];
            for (int i = 0; i < x.length; i++) {
                double rate = random.nextBoolean() ? 0.002 : 0.018;
                y[i] = 100;
                for (int k = 0; k < 100; k++) {
                    x[i] += random.nextDouble() < rate ? 1 : 0;
                }
            }
            RatioEstimate estimate = RatioEstimate.of(List.of(new Batches("steady", x, y)));
            double effective = ShareInterval.effective(estimate.value(), 6000, estimate, CONFIDENCE);
            ShareInterval interval = ShareInterval.of(estimate.value(), effective, CONFIDENCE);
            covered += interval.low() <= 0.01 && 0.01 <= interval.high() ? 1 : 0;
        }
        double coverage = (double) covered / RUNS;
        System.out.printf("coverage, overdispersed ratio: %.3f%n", coverage);
        assertTrue(coverage >= 0.94, () -> "coverage " + coverage);
    }

    /** ln latency is normal with a mean of ln 100 and a deviation of 0.5: its p99 is 100 e^(0.5 · 2.3263) = 320.0 ms. */
    @Test
    void coversThePercentileOfLognormalLatencies() {
        double truth = 100 * Math.exp(SIGMA * 2.326347874);
        Subject p99 = Subject.of(TestingGates.threshold("latency.p99 < 1"));
        int covered = 0;
        int open = 0;
        for (RunResults run : SAME_CODE) {
            Measured measured = p99.measure(run, CONFIDENCE).getFirst();
            boolean above = measured.high().orElse(Double.POSITIVE_INFINITY) >= truth;
            covered += above && measured.low().orElseThrow() <= truth ? 1 : 0;
            open += measured.high().isEmpty() ? 1 : 0;
        }
        double coverage = (double) covered / SAME_CODE.size();
        System.out.printf(
                "coverage, p99 of 1,200 lognormal values: %.3f; without an upper end: %d of %d%n",
                coverage, open, SAME_CODE.size());
        assertTrue(coverage >= 0.94, () -> "coverage " + coverage);
    }

    /* Runs of a minute with 20 requests a second; each is slower or faster than the last by what runs differ. */
    private static List<RunResults> runs(int count, double factor, double spread, long seed) {
        Random random = new Random(seed);
        List<RunResults> runs = new ArrayList<>();
        for (int run = 0; run < count; run++) {
            double scale = 100 * factor * Math.exp(spread * random.nextGaussian());
            runs.add(TestingGates.run("run-" + run, 60, lognormal(scale, PER_SECOND, random)));
        }
        return runs;
    }

    private static TestingGates.Latencies lognormal(double scale, int perSecond, Random random) {
        return second -> {
            double[] values = new double[perSecond];
            Arrays.setAll(values, i -> scale * Math.exp(SIGMA * random.nextGaussian()));
            return values;
        };
    }

    /** Which shares of comparisons came out as what. */
    private record Shares(double pass, double fail, double undecided) {
        /* Each run is compared with some of the earlier ones, another choice each time. */
        static Shares of(BaselineCheck check, List<RunResults> runs, List<RunResults> earlier, int baselines) {
            int[] found = new int[Verdict.CheckOutcome.values().length];
            for (int i = 0; i < runs.size(); i++) {
                List<RunResults> before = new ArrayList<>();
                for (int k = 1; k <= baselines; k++) {
                    before.add(earlier.get((i + k) % earlier.size()));
                }
                found[
                        new BaselineFamily(List.of(check), EarlierRuns.of(before))
                                .checks(runs.get(i), CONFIDENCE)
                                .getFirst()
                                .outcome()
                                .ordinal()]++;
            }
            double n = runs.size();
            return new Shares(found[0] / n, found[1] / n, found[2] / n);
        }
    }

    /** Any growth of the same code is chance; a two-sided interval of 95 % takes 2.5 % of it for real. */
    @ParameterizedTest
    @CsvSource({"latency.mean, 1", "latency.mean, 2", "latency.mean, 5", "latency.p99, 1"})
    void identicalCodeFailsInAtMostFivePercent(String metric, int baselines) {
        failsInAtMostFivePercent(SAME_CODE, metric, baselines, 0);
    }

    /** Runs of the same code that differ by 2 %, where the batches of one run tell of 1.5 % (mean) or 5 % (p99). */
    @ParameterizedTest
    @CsvSource({"latency.mean, 3", "latency.mean, 5", "latency.p99, 5"})
    void identicalCodeWhoseRunsDifferFailsInAtMostFivePercent(String metric, int baselines) {
        failsInAtMostFivePercent(RESTLESS_CODE, metric, baselines, 2);
    }

    private static void failsInAtMostFivePercent(List<RunResults> runs, String metric, int baselines, int differ) {
        Shares none = Shares.of(TestingGates.grows(metric, 0, Double.NaN), runs, runs, baselines);
        Shares ten = Shares.of(TestingGates.grows(metric, 0.1, Double.NaN), runs, runs, baselines);
        System.out.printf(
                "A/A, %s, %d earlier runs that differ by %d %%: <= +0%% fail %.3f undecided %.3f; "
                        + "<= +10%% fail %.3f undecided %.3f pass %.3f%n",
                metric, baselines, differ, none.fail(), none.undecided(), ten.fail(), ten.undecided(), ten.pass());
        assertTrue(none.fail() <= 0.05, none::toString);
        assertTrue(ten.fail() <= 0.05, ten::toString);
    }

    /**
     * The mean of 1,200 lognormal values has a standard error of 0.533 / √1,200 = 1.54 %; against one earlier run, which
     * is as uncertain, a growth of 10 % beyond a limit of 2 % is 8 / (1.54 · √(1 + 1.1²)) = 3.5 standard errors, and
     * would fail beyond 2.0. But one earlier run does not tell how much runs differ, and with 5 % for each it is
     * 8 / √((1.54² + 5²) · (1 + 1.1²)) = 1.0 standard errors: undecided.
     */
    @ParameterizedTest
    @CsvSource({"1, 0.02, 0", "3, 0.02, 0.7", "5, 0.02, 0.95", "5, 0.05, 0.6"})
    void findsAReleaseThatIsTenPercentSlower(int baselines, double limit, double atLeast) {
        Shares shares =
                Shares.of(TestingGates.grows("latency.mean", limit, Double.NaN), SLOWER_CODE, SAME_CODE, baselines);
        System.out.printf(
                "power, latency.mean 10 %% slower, limit +%.0f %%, n = 1,200 a run, %d earlier runs: "
                        + "fail %.3f undecided %.3f%n",
                limit * 100, baselines, shares.fail(), shares.undecided());
        assertTrue(shares.fail() >= atLeast, shares::toString);
        assertTrue(shares.pass() <= 0.025, shares::toString);
    }

    /** The limits are the true mean and the true p90: as hard as it gets without being broken. */
    @Test
    void looksThatGoOnForTwoMinutesGiveUpNoSoundRunMoreOftenThanTheGateMayErr() {
        double mean = 100 * Math.exp(SIGMA * SIGMA / 2);
        double p90 = 100 * Math.exp(SIGMA * 1.281551566);
        Judge judge = new Judge(TestingGates.gate("latency.mean <= " + mean, "latency.p90 <= " + p90));
        int runs = 25;
        int alarms = 0;
        Random random = new Random(11);
        for (int run = 0; run < runs; run++) {
            TestingGates.Latencies latencies = lognormal(100, 5, random);
            RunResults results = new RunResults("run", List.of(TestingLoad.steady("steady", 120)));
            results.legStarts(0, 0);
            boolean hopeless = false;
            for (int second = 0; second < 120 && !hopeless; second++) {
                results.add(TestingLoad.second(second, TestingLoad.succeeded("steady", "chat", latencies.of(second))));
                hopeless = judge.hopeless(results).isPresent();
            }
            alarms += hopeless ? 1 : 0;
        }
        double share = (double) alarms / runs;
        System.out.printf("false alarms in 120 looks at two thresholds: %.3f of %d runs%n", share, runs);
        assertTrue(share <= 0.05, () -> "share " + share);
    }

    /** Clopper and Pearson for 0 of 100 at 95 %: 1 − 0.025^(1/100) = 0.0362. */
    @Test
    void givesTheExactIntervalOfIndependentRequests() {
        ShareInterval interval = ShareInterval.of(0, 100, CONFIDENCE);
        assertTrue(interval.low() == 0 && Math.abs(interval.high() - 0.0362) < 1e-4, interval::toString);
    }
}
