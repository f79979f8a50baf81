package dev.plimsoll.reports.verdict;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.TestingLoad;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Gate;
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
        double truth = 100 * Math.exp(0.5 * 2.326347874);
        Subject p99 = Subject.of(TestingGates.threshold("latency.p99 < 1"));
        int runs = 1000;
        int covered = 0;
        for (int run = 0; run < runs; run++) {
            Measured measured =
                    p99.measure(lognormal("run", 1, 0, run), CONFIDENCE).getFirst();
            covered += measured.low().orElseThrow() <= truth
                            && truth <= measured.high().orElseThrow()
                    ? 1
                    : 0;
        }
        double coverage = (double) covered / runs;
        System.out.printf("coverage, p99 of 1,200 lognormal values: %.3f%n", coverage);
        assertTrue(coverage >= 0.94, () -> "coverage " + coverage);
    }

    /** A minute of 20 requests a second; {@code spread} is how much runs of the same code differ. */
    private static RunResults lognormal(String name, double factor, double spread, long seed) {
        Random random = new Random(seed * 7919 + 17);
        double scale = 100 * factor * Math.exp(spread * random.nextGaussian());
        return TestingGates.run(name, 60, second -> {
            double[] values = new double[20];
            Arrays.setAll(values, i -> scale * Math.exp(0.5 * random.nextGaussian()));
            return values;
        });
    }

    /** How many of a hundred comparisons came out as what. */
    private record Shares(double pass, double fail, double undecided) {
        static Shares of(BaselineCheck check, int baselines, double factor, double spread, int runs) {
            int[] found = new int[Verdict.CheckOutcome.values().length];
            for (int run = 0; run < runs; run++) {
                List<RunResults> before = new ArrayList<>();
                for (int i = 0; i < baselines; i++) {
                    before.add(lognormal("before-" + i, 1, spread, run * 10L + i + 1));
                }
                found[
                        new BaselineComparison(check, CONFIDENCE)
                                .judge(lognormal("run", factor, spread, run * 10L), before)
                                .check()
                                .outcome()
                                .ordinal()]++;
            }
            return new Shares((double) found[0] / runs, (double) found[1] / runs, (double) found[2] / runs);
        }
    }

    /** Any growth of the same code is chance; a two-sided interval of 95 % takes 2.5 % of it for real. */
    @ParameterizedTest
    @CsvSource({
        "latency.mean, 1, 0, 400",
        "latency.p99, 1, 0, 400",
        "latency.mean, 2, 0, 300",
        "latency.mean, 5, 0, 200",
        "latency.mean, 5, 0.01, 200",
        "latency.mean, 5, 0.05, 200",
        "latency.p99, 5, 0.02, 200"
    })
    void identicalCodeFailsInAtMostFivePercent(String metric, int baselines, double spread, int runs) {
        Shares none = Shares.of(TestingGates.grows(metric, 0, Double.NaN), baselines, 1, spread, runs);
        Shares ten = Shares.of(TestingGates.grows(metric, 0.1, Double.NaN), baselines, 1, spread, runs);
        System.out.printf(
                "A/A, %s, %d earlier runs that differ by %.0f %%: <= +0%% fail %.3f undecided %.3f; "
                        + "<= +10%% fail %.3f undecided %.3f pass %.3f%n",
                metric,
                baselines,
                spread * 100,
                none.fail(),
                none.undecided(),
                ten.fail(),
                ten.undecided(),
                ten.pass());
        assertTrue(none.fail() <= 0.05, () -> "" + none);
        assertTrue(ten.fail() <= 0.05, () -> "" + ten);
    }

    /**
     * The mean of 1,200 lognormal values has a standard error of 0.533 / √1,200 = 1.54 %, a difference of two one of
     * 2.3 %: a growth of 10 % against a limit of 2 % is 3.5 of them, and fails beyond 1.98.
     */
    @ParameterizedTest
    @CsvSource({"latency.mean, 1, 0.02, 0.85", "latency.mean, 5, 0.05, 0.5"})
    void findsAReleaseThatIsTenPercentSlower(String metric, int baselines, double limit, double atLeast) {
        Shares shares = Shares.of(TestingGates.grows(metric, limit, Double.NaN), baselines, 1.1, 0, 200);
        System.out.printf(
                "power, %s 10 %% slower, limit +%.0f %%, n = 1,200 a run, %d earlier runs: fail %.3f undecided %.3f%n",
                metric, limit * 100, baselines, shares.fail(), shares.undecided());
        assertTrue(shares.fail() >= atLeast, () -> "" + shares);
        assertTrue(shares.pass() <= 0.025, () -> "" + shares);
    }

    /** The limit is the true mean and the true p90: as hard as it gets without being broken. */
    @Test
    void looksThatGoOnForTwoMinutesGiveUpNoSoundRunMoreOftenThanTheGateMayErr() {
        double mean = 100 * Math.exp(0.125);
        double p90 = 100 * Math.exp(0.5 * 1.281551566);
        Gate gate = TestingGates.gate("latency.mean <= " + mean, "latency.p90 <= " + p90);
        Judge judge = new Judge(gate);
        int runs = 150;
        int given = 0;
        for (int run = 0; run < runs; run++) {
            Random random = new Random(run + 1000L);
            RunResults results = new RunResults("run", List.of(TestingLoad.steady("steady", 120)));
            results.legStarts(0, 0);
            boolean hopeless = false;
            for (int second = 0; second < 120 && !hopeless; second++) {
                double[] values = new double[20];
                Arrays.setAll(values, i -> 100 * Math.exp(0.5 * random.nextGaussian()));
                results.add(TestingLoad.second(second, TestingLoad.succeeded("steady", "chat", values)));
                hopeless = judge.hopeless(results).isPresent();
            }
            given += hopeless ? 1 : 0;
        }
        double share = (double) given / runs;
        System.out.printf("false alarms of 120 looks at two thresholds: %.3f of runs%n", share);
        assertTrue(share <= 0.05, () -> "share " + share);
    }

    /** Clopper and Pearson for 0 of 100 at 95 %: 1 − 0.025^(1/100) = 0.0362. */
    @Test
    void givesTheExactIntervalOfIndependentRequests() {
        ShareInterval interval = ShareInterval.of(0, 100, CONFIDENCE);
        assertTrue(interval.low() == 0 && Math.abs(interval.high() - 0.0362) < 1e-4, interval::toString);
    }
}
