package dev.plimsoll.reports.results;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Threshold;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * Whether the generator, not the target, may have shaped the numbers. Judged over the measured phases.
 *
 * @param sendLagP99Millis sent − scheduled of open-loop phases, p99 in ms; absent when there are none
 * @param eventLoopLagP99Millis how late timers fired, p99 in ms; absent when no agent told
 * @param cpuMax the busiest event-loop thread over {@value #CPU_SECONDS} s, as a share of a core; absent when no agent told
 * @param findings what speaks against it, a sentence each; empty for a fit one
 * @param lostAgents how many of the findings are about an agent that was lost
 */
public record GeneratorFitness(
        Optional<Double> sendLagP99Millis,
        Optional<Double> eventLoopLagP99Millis,
        Optional<Double> cpuMax,
        List<String> findings,
        int lostAgents) {
    /** How long a reading must stay above its limit to count, in seconds. */
    public static final int CPU_SECONDS = 5;

    private static final Statistic P99 = Statistic.percentile(99);
    private static final double PERCENT = 100;

    /** Copies the list. */
    public GeneratorFitness {
        findings = List.copyOf(findings);
    }

    /**
     * From where on the generator is a suspect.
     *
     * @param sendLagMillis p99 of the send lag of open-loop phases, in ms
     * @param loopLagMillis p99 of the event loops' lag, in ms: what a closed loop, which has no schedule to be late for,
     *     would have waited for its generator
     * @param loopCpu CPU of any event-loop thread over {@value #CPU_SECONDS} s, as a share of a core
     * @param sentShare sent / offered requests of an open-loop phase, at least
     * @param throttled share of time in which the agent's cgroup was throttled, over {@value #CPU_SECONDS} s
     * @param steal share of time stolen by the hypervisor on the agent's machine, over {@value #CPU_SECONDS} s
     * @param descriptors file descriptors in use / allowed
     */
    public record Limits(
            double sendLagMillis,
            double loopLagMillis,
            double loopCpu,
            double sentShare,
            double throttled,
            double steal,
            double descriptors) {
        /** 5 ms of send lag, 20 ms of event-loop lag, 90 % CPU, 99 % sent, 5 % throttled, 10 % stolen, 95 % of the descriptors. */
        public static final Limits DEFAULT = new Limits(5, 20, 0.9, 0.99, 0.05, 0.1, 0.95);

        private static final double SHARE_OF_LATENCY_LIMIT = 0.05;

        /**
         * The defaults, with 5 % of the smallest limit on {@code latency} or {@code ttft} for each lag where that is more.
         */
        public static Limits of(Gate gate) {
            double smallest = Double.POSITIVE_INFINITY;
            for (Threshold threshold : gate.thresholds()) {
                boolean countsFromSchedule = threshold.metric().equals(Metrics.LATENCY)
                        || threshold.metric().equals(Metrics.TTFT);
                if (countsFromSchedule && threshold.operator().isUpperLimit()) {
                    smallest = Math.min(smallest, threshold.limit());
                }
            }
            double lag = Double.isInfinite(smallest) ? 0 : SHARE_OF_LATENCY_LIMIT * smallest;
            return new Limits(
                    Math.max(DEFAULT.sendLagMillis, lag),
                    Math.max(DEFAULT.loopLagMillis, lag),
                    DEFAULT.loopCpu,
                    DEFAULT.sentShare,
                    DEFAULT.throttled,
                    DEFAULT.steal,
                    DEFAULT.descriptors);
        }
    }

    /** Whether nothing speaks against it. */
    public boolean fit() {
        return findings.isEmpty();
    }

    /**
     * Whether the numbers that are there may be the generator's making. A lost agent leaves some out; those that it had
     * reported are as good as any.
     */
    public boolean distorts() {
        return findings.size() > lostAgents;
    }

    /** The fitness of a run's generator. */
    public static GeneratorFitness of(RunResults results, Limits limits) {
        List<String> findings = new ArrayList<>();
        Optional<Double> sendLag = sendLag(results);
        Histogram lag = results.eventLoopLag();
        Optional<Double> loopLag = Histograms.statistic(lag, Metrics.LATENCY, P99);
        if (sendLag.isPresent() && sendLag.get() > limits.sendLagMillis()) {
            findings.add(text(
                    "the generator sent late: send lag p99 %.1f ms, limit %.1f ms; %s",
                    sendLag.get(),
                    limits.sendLagMillis(),
                    LagCause.of(results, limits.sendLagMillis()).sentence()));
        } else if (loopLag.isPresent() && loopLag.get() > limits.loopLagMillis()) {
            findings.add(text(
                    "the generator was late to send and to read: event-loop lag p99 %.1f ms, limit %.1f ms; %s",
                    loopLag.get(),
                    limits.loopLagMillis(),
                    LagCause.of(results, limits.loopLagMillis()).sentence()));
        }
        Optional<Double> loopCpu = sustained(results, "generator.loop.cpu");
        if (loopCpu.isPresent() && loopCpu.get() > limits.loopCpu() * PERCENT) {
            findings.add(text(
                    "an event loop of the generator was busy %.0f %% of the time over %d s, limit %.0f %%; use more agents",
                    loopCpu.get(), CPU_SECONDS, limits.loopCpu() * PERCENT));
        }
        requestFindings(results, limits, findings);
        sustained(results, "generator.throttled")
                .filter(share -> share > limits.throttled() * PERCENT)
                .ifPresent(share -> findings.add(text(
                        "the generator's cgroup was throttled %.0f %% of the time over %d s, limit %.0f %%; raise its CPU limit",
                        share, CPU_SECONDS, limits.throttled() * PERCENT)));
        sustained(results, "generator.steal")
                .filter(share -> share > limits.steal() * PERCENT)
                .ifPresent(share -> findings.add(text(
                        "the hypervisor took %.0f %% of the generator's CPU time over %d s, limit %.0f %%; use a quieter machine",
                        share, CPU_SECONDS, limits.steal() * PERCENT)));
        descriptorFinding(results, limits, findings);
        for (String agent : results.lostAgents()) {
            findings.add("agent " + agent
                    + " was lost during the run; what it had not reported is missing: see its log, and run again");
        }
        return new GeneratorFitness(
                sendLag,
                loopLag,
                loopCpu.map(percent -> percent / PERCENT),
                findings,
                results.lostAgents().size());
    }

    private static Optional<Double> sendLag(RunResults results) {
        Histogram histogram = Histograms.create(Metrics.SEND_LAG);
        for (Stratum stratum : results.strata(Optional.empty())) {
            if (stratum.window().openLoop()) {
                for (Batch batch : stratum.batches()) {
                    batch.values(Optional.empty(), Metrics.SEND_LAG).addTo(histogram);
                }
            }
        }
        return Histograms.statistic(histogram, Metrics.SEND_LAG, P99);
    }

    private static void requestFindings(RunResults results, Limits limits, List<String> findings) {
        long unsent = 0;
        for (String phase : results.phases()) {
            if (!results.strata(Optional.of(phase)).getFirst().window().measured()) {
                continue;
            }
            RequestCounts counts = results.total(Optional.of(phase)).counts(Optional.empty());
            unsent += counts.errors(ErrorClass.UNSENT);
            if (results.strata(Optional.of(phase)).getFirst().window().openLoop()) {
                sentFinding(phase, counts, limits, findings);
            }
        }
        if (unsent > 0) {
            findings.add(text(
                    "%,d requests could not be sent, limit 0; raise max_in_flight or target.connections.max, or use more agents",
                    unsent));
        }
    }

    /** Requests that failed to connect were tried in time: that is the target's part. One request may be on its way. */
    private static void sentFinding(String phase, RequestCounts counts, Limits limits, List<String> findings) {
        long tried = counts.windowSent() + counts.errors(ErrorClass.CONNECT) + counts.errors(ErrorClass.TLS);
        if (tried < limits.sentShare() * counts.scheduled() && tried < counts.scheduled() - 1) {
            findings.add(text(
                    "the generator fell behind in phase %s: it sent %,d of %,d offered requests (%.1f %%, limit %.0f %%); "
                            + "use more agents or connections",
                    phase,
                    tried,
                    counts.scheduled(),
                    tried * PERCENT / counts.scheduled(),
                    limits.sentShare() * PERCENT));
        }
    }

    private static void descriptorFinding(RunResults results, Limits limits, List<String> findings) {
        Optional<Double> used = largest(results, "generator.descriptors");
        Optional<Double> allowed = smallest(results, "generator.descriptors.limit");
        if (used.isPresent() && allowed.isPresent() && used.get() > limits.descriptors() * allowed.get()) {
            findings.add(text(
                    "the generator used %.0f of %.0f file descriptors, limit %.0f %%; raise the limit (ulimit -n)",
                    used.get(), allowed.get(), limits.descriptors() * PERCENT));
        }
    }

    /** The largest mean over stretches of {@value #CPU_SECONDS} s of a reading; absent when there is none so long. */
    private static Optional<Double> sustained(RunResults results, String metric) {
        NodeSeries series = results.seriesOf(metric).get(RunResults.GENERATOR);
        double largest = Double.NEGATIVE_INFINITY;
        if (series != null) {
            for (double[] values : series.within(results.stretches(Optional.empty()))) {
                for (int end = CPU_SECONDS; end <= values.length; end++) {
                    double mean = Arrays.stream(values, end - CPU_SECONDS, end).sum() / CPU_SECONDS;
                    largest = Math.max(largest, mean);
                }
            }
        }
        return Double.isInfinite(largest) ? Optional.empty() : Optional.of(largest);
    }

    /** The largest reading of the generator in the measured phases; absent when there is none. */
    static Optional<Double> largest(RunResults results, String metric) {
        return values(results, metric).map(values -> Arrays.stream(values).max().orElseThrow());
    }

    private static Optional<Double> smallest(RunResults results, String metric) {
        return values(results, metric).map(values -> Arrays.stream(values).min().orElseThrow());
    }

    /** The mean of a reading of the generator over the measured phases; absent when there is none. */
    static Optional<Double> mean(RunResults results, String metric) {
        return values(results, metric)
                .map(values -> Arrays.stream(values).average().orElseThrow());
    }

    private static Optional<double[]> values(RunResults results, String metric) {
        NodeSeries series = results.seriesOf(metric).get(RunResults.GENERATOR);
        if (series == null) {
            return Optional.empty();
        }
        double[] values = series.within(results.stretches(Optional.empty())).stream()
                .flatMapToDouble(Arrays::stream)
                .toArray();
        return values.length == 0 ? Optional.empty() : Optional.of(values);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
