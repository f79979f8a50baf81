package dev.plimsoll.benchmarks;

import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.measurements.SeriesKey;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/**
 * Results of runs that never ran: a server whose latencies are lognormal, whose seconds depend on one another, and whose
 * runs differ.
 *
 * <p>The level of a second is the run's own, times an autoregression of order 1 on the logarithm; so is the number of
 * requests. From a seed, the same runs. Latencies are kept as precisely as those of a real run, in histograms that have
 * room for 8 s and not for a day, and are used again each second.
 */
final class SimulatedRuns {
    private static final double SIGMA = 0.5;
    private static final double CORRELATION = 0.6;
    private static final double SECONDS_DIFFER = 0.03;
    private static final double PER_SECOND = 40;
    private static final double MEAN_MILLIS = 100;

    /* Their own unit, 2^15 ns, is that of three digits at 34 to 67 ms; above, the digits count. */
    private static final long LOWEST_NANOS = 1 << 15;
    private static final long HIGHEST_NANOS = 1L << 33;
    private static final int DIGITS = 3;
    private static final Histogram NO_LOOP_LAG = new Histogram(1000, 2000, 0);

    private SimulatedRuns() {}

    /**
     * A release.
     *
     * @param slower factor on all latencies
     * @param tail what is added to the deviation of the logarithm: 0.0784 makes the p99 20 % larger
     * @param faster factor on requests per second
     * @param runsDiffer deviation of the logarithm of latencies between runs; a fifth of it in the rate
     */
    record Release(double slower, double tail, double faster, double runsDiffer) {
        static Release same(double runsDiffer) {
            return new Release(1, 0, 1, runsDiffer);
        }

        /** The mean latency over all runs' seconds, without what runs differ by, in ms. */
        double meanMillis() {
            double sigma = SIGMA + tail;
            return MEAN_MILLIS * slower * Math.exp(sigma * sigma / 2 + SECONDS_DIFFER * SECONDS_DIFFER / 2);
        }
    }

    /** A run that goes on, second by second. */
    static final class Run {
        private final Release release;
        private final SplittableRandom random;
        private final RunResults results;
        private final double level;
        private final double rate;
        private final Histogram latencies = new Histogram(LOWEST_NANOS, HIGHEST_NANOS, DIGITS);
        private final Histogram none = new Histogram(1000, 2000, 0);
        private double latencyState;
        private double rateState;
        private int second;

        /** Of one steady phase that is planned for so many seconds. */
        Run(String name, Release release, double plannedSeconds, SplittableRandom random) {
            this.release = release;
            this.random = random;
            results =
                    new RunResults(name, List.of(new PhaseWindow(0, 0, "steady", true, true, true, 0, plannedSeconds)));
            results.legStarts(0, 0);
            level = Math.exp(release.runsDiffer() * random.nextGaussian());
            rate = Math.exp(release.runsDiffer() / 5 * random.nextGaussian());
            double stationary = 1 / Math.sqrt(1 - CORRELATION * CORRELATION);
            latencyState = stationary * random.nextGaussian();
            rateState = stationary * random.nextGaussian();
        }

        RunResults results() {
            return results;
        }

        int seconds() {
            return second;
        }

        /** Adds so many seconds. */
        Run play(int seconds) {
            for (int i = 0; i < seconds; i++) {
                results.add(next());
            }
            return this;
        }

        private MergedInterval next() {
            double scale = Math.sqrt(1 - CORRELATION * CORRELATION);
            latencyState = CORRELATION * latencyState + random.nextGaussian();
            rateState = CORRELATION * rateState + random.nextGaussian();
            double now = MEAN_MILLIS * release.slower() * level * Math.exp(SECONDS_DIFFER * scale * latencyState);
            int count =
                    (int) Math.round(PER_SECOND * release.faster() * rate * Math.exp(SECONDS_DIFFER * scale * rateState)
                            + random.nextDouble()
                            - 0.5);
            latencies.reset();
            for (int i = 0; i < count; i++) {
                double millis = now * Math.exp((SIGMA + release.tail()) * random.nextGaussian());
                latencies.recordValue(Math.round(millis * 1e6));
            }
            none.reset();
            none.recordValueWithCount(0, count);
            RequestCounts counts = new RequestCounts(count, count, count, 0, count, Map.of(), 0, count, count, 0, 0, 0);
            RequestInterval requests = new RequestInterval(
                    new SeriesKey(0, "steady", "chat"),
                    counts,
                    1,
                    Map.of(Metrics.LATENCY.name(), latencies, Metrics.SEND_LAG.name(), none));
            int index = second++;
            return new MergedInterval(
                    0,
                    index,
                    index,
                    1,
                    1,
                    List.of(requests),
                    NO_LOOP_LAG,
                    Map.of("generator.loop.cpu", Reading.of(20)));
        }
    }
}
