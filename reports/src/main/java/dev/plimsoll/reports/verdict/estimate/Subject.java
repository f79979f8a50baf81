package dev.plimsoll.reports.verdict.estimate;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.results.Batch;
import dev.plimsoll.reports.results.NodeSeries;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.SampleStatistics;
import dev.plimsoll.reports.results.Stratum;
import dev.plimsoll.reports.results.ValueCounts;
import dev.plimsoll.reports.results.WindowMetrics;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Threshold;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/**
 * What a check looks at, and how it is measured in a run.
 *
 * <p>Means, rates and gauges are {@link RatioEstimate}s over batches. Percentiles lie between order statistics
 * ({@link PercentileRanks}). Ratios have a {@link ShareInterval}.
 * {@code min}, {@code max} and {@code stddev} are judged as observed.
 *
 * @param metric what
 * @param statistic of which statistic; present when the metric has statistics
 * @param on one request or node
 * @param phase one phase; absent: all measured ones
 */
public record Subject(Metric metric, Optional<Statistic> statistic, Optional<String> on, Optional<String> phase) {
    private static final double MOST_FAILED_READINGS = 0.2;
    private static final double ROUNDING = 1e-9;
    private static final Set<ErrorClass> OF_THE_TARGET = Set.of(
            ErrorClass.HTTP_4XX,
            ErrorClass.HTTP_5XX,
            ErrorClass.PROTOCOL,
            ErrorClass.STREAM_ERROR,
            ErrorClass.TRUNCATED,
            ErrorClass.CONTENT);

    /** What a check of a gate looks at. */
    public static Subject of(Threshold threshold) {
        return new Subject(threshold.metric(), threshold.statistic(), threshold.on(), threshold.phase());
    }

    /** What a check of a gate looks at. */
    public static Subject of(BaselineCheck check) {
        return new Subject(check.metric(), check.statistic(), check.on(), check.phase());
    }

    /** Whether it is judged as observed, without an interval. */
    public boolean isFact() {
        return statistic
                .filter(s -> s.kind() != Statistic.Kind.MEAN && s.kind() != Statistic.Kind.PERCENTILE)
                .isPresent();
    }

    /** The same at one time that was fixed beforehand. */
    public List<Measured> measure(RunResults results, double confidence) {
        return measure(results, Level.fixed(confidence));
    }

    /** By node, or one for all; never empty. */
    public List<Measured> measure(RunResults results, Level level) {
        return switch (metric.kind()) {
            case REQUEST -> List.of(requests(results, level));
            case WINDOW -> List.of(window(results, level));
            case NODE -> nodes(results, level);
        };
    }

    /** The largest value of any request, whichever statistic is wanted; absent without values. */
    public Optional<Double> largest(RunResults results) {
        return Histograms.statistic(results.histogram(phase, on, metric), metric, Statistic.MAX);
    }

    /** The share of requests that failed by the target's answer, which no generator can have caused. */
    public Measured targetErrors(RunResults results, Level level) {
        return share(results, batch -> targetErrors(batch.counts(on)), level);
    }

    /** How many of them failed by the target's answer. */
    public static long targetErrors(RequestCounts counts) {
        return counts.errors().entrySet().stream()
                .filter(e -> OF_THE_TARGET.contains(e.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /**
     * The value that a metric of a window could still reach if everything that is under way ended well, and token rates
     * as they were.
     */
    public double withInFlight(RunResults soFar, double value) {
        if (metric.kind() != Metric.Kind.WINDOW) {
            return value;
        }
        Batch total = soFar.total(phase);
        RequestCounts counts = total.counts(on);
        double ended = (double) counts.succeeded() + counts.failed();
        double underWay = counts.scheduled() - ended;
        return switch (metric.name()) {
            case "throughput", "goodput" -> value + underWay / total.seconds();
            case "goodput.ratio" -> value + underWay / counts.scheduled();
            case "output_throughput", "total_throughput" ->
                ended > 0 ? value * counts.scheduled() / ended : Double.POSITIVE_INFINITY;
            default -> value;
        };
    }

    private Measured window(RunResults results, Level level) {
        if (WindowMetrics.isRatio(metric)) {
            return share(results, batch -> WindowMetrics.numerator(metric, batch.counts(on)), level);
        }
        List<Batches> blocks =
                blocks(results, batch -> WindowMetrics.numerator(metric, batch.counts(on)), Batch::seconds);
        RequestCounts counts = results.total(phase).counts(on);
        if (counts.scheduled() == 0 || total(blocks) <= 0) {
            return Measured.nothing("", noRequests());
        }
        return Measured.of(RatioEstimate.of(blocks), 1, level, counts.scheduled());
    }

    private Measured share(RunResults results, ToDoubleFunction<Batch> hits, Level level) {
        List<Batches> blocks = blocks(results, hits, batch -> batch.counts(on).scheduled());
        double count = total(blocks);
        if (count <= 0) {
            return Measured.nothing("", noRequests());
        }
        RatioEstimate estimate = RatioEstimate.of(blocks);
        double share = Math.max(0, Math.min(1, estimate.value()));
        // One hit tells nothing of whether hits come together.
        boolean independent = Math.min(share, 1 - share) * count < 2 - ROUNDING;
        Measured.Outlook outlook = times -> {
            double effective = independent
                    ? count * times
                    : ShareInterval.effective(share, count * times, estimate.longer(times), level.confidence());
            ShareInterval interval = ShareInterval.of(share, effective, level);
            return Interval.of(interval.low(), interval.high());
        };
        return Measured.of(
                estimate.value(), outlook, Math.sqrt(estimate.variance()), estimate.freedom(), Math.round(count));
    }

    private Measured requests(RunResults results, Level level) {
        Statistic wanted = statistic.orElseThrow();
        ValueCounts all = results.total(phase).values(on, metric);
        double scale = Histograms.scale(metric);
        if (all.total() == 0) {
            return Measured.nothing("", "no value of " + metric.name() + where() + "; it takes requests that have one");
        }
        double value = wanted.kind() == Statistic.Kind.MEAN
                ? all.sum() / all.total() / scale
                : Histograms.statistic(results.histogram(phase, on, metric), metric, wanted)
                        .orElseThrow();
        return switch (wanted.kind()) {
            case MEAN ->
                Measured.of(
                        RatioEstimate.of(blocks(
                                results,
                                b -> b.values(on, metric).sum(),
                                b -> b.values(on, metric).total())),
                        scale,
                        level,
                        all.total());
            case MIN, MAX, STDDEV -> Measured.fact(value, all.total());
            case PERCENTILE -> {
                double share = wanted.percentile() / 100;
                double at = all.quantile(share);
                RatioEstimate batches = RatioEstimate.of(blocks(
                        results,
                        b -> b.values(on, metric).countAbove(at),
                        b -> b.values(on, metric).total()));
                yield percentile(share, value, batches, all.total(), level, q -> all.quantile(q) / scale);
            }
        };
    }

    private interface Quantile {
        /* The smallest value at or below which that share of the values lies. */
        double at(double share);
    }

    private static Measured percentile(
            double share, double value, RatioEstimate batches, long count, Level level, Quantile quantile) {
        boolean independent = ShareInterval.isNoMoreThanChance(share, count, batches);
        Measured.Outlook outlook = times -> {
            double values = count * times;
            double effective = independent
                    ? values
                    : ShareInterval.effective(share, values, batches.longer(times), level.confidence());
            PercentileRanks ranks = PercentileRanks.of(share, effective, level);
            return new Interval(
                    ranks.low().map(s -> quantile.at(Math.max(1, Math.floor(s * count)) / count)),
                    ranks.high().map(s -> quantile.at(Math.min(1, Math.ceil(s * count) / count))));
        };
        Interval now = outlook.after(1);
        boolean usable = now.low().isPresent() && now.high().isPresent() && batches.freedom() >= 1;
        double deviation =
                usable ? (now.high().get() - now.low().get()) / (2 * batches.quantile(level.confidence())) : Double.NaN;
        return Measured.of(value, outlook, deviation, batches.freedom(), count);
    }

    private List<Measured> nodes(RunResults results, Level level) {
        Map<String, NodeSeries> series = results.seriesOf(metric.name());
        List<Measured> found = new ArrayList<>();
        series.forEach((name, one) -> {
            boolean wanted = metric.name().equals(RunResults.IN_FLIGHT)
                    ? name.equals(on.orElse(""))
                    : on.map(name::equals).orElse(true);
            if (wanted) {
                found.add(node(results, name, one, level));
            }
        });
        if (found.isEmpty()) {
            String missing = "no probe gave " + metric.name()
                    + on.map(name -> " on " + name).orElse("") + "; add one to nodes";
            found.add(Measured.nothing("", missing));
        }
        return found;
    }

    private Measured node(RunResults results, String name, NodeSeries series, Level level) {
        List<NodeSeries.Stretch> stretches = results.stretches(phase);
        List<double[]> parts = series.within(stretches);
        double[] all = parts.stream().flatMapToDouble(Arrays::stream).toArray();
        int failed = series.failuresWithin(stretches);
        String reason = series.missing().map(text -> ": " + text).orElse("");
        if (all.length == 0) {
            return Measured.nothing(
                    name, "no value of " + metric.name() + (name.isEmpty() ? "" : " on " + name) + where() + reason);
        }
        String problem = failed > MOST_FAILED_READINGS * (failed + all.length)
                ? failed + " of " + (failed + all.length) + " readings failed on " + name + reason
                : "";
        Statistic wanted = statistic.orElseThrow();
        double value = SampleStatistics.of(all, wanted);
        Measured measured = switch (wanted.kind()) {
            case MEAN -> Measured.of(RatioEstimate.of(gauges(parts, v -> v)), 1, level, all.length);
            case MIN, MAX, STDDEV -> Measured.fact(value, all.length);
            case PERCENTILE ->
                percentile(
                        wanted.percentile() / 100,
                        value,
                        RatioEstimate.of(gauges(parts, v -> v > value ? 1 : 0)),
                        all.length,
                        level,
                        q -> SampleStatistics.quantile(all, q));
        };
        return measured.at(name, problem);
    }

    /* A stretch is a stratum of its own: its windows may carry different loads. */
    private static List<Batches> gauges(List<double[]> parts, DoubleUnaryOperator of) {
        List<Batches> blocks = new ArrayList<>();
        for (double[] part : parts) {
            double[] ones = new double[part.length];
            Arrays.fill(ones, 1);
            blocks.add(new Batches(
                    "stretch " + blocks.size(), Arrays.stream(part).map(of).toArray(), ones));
        }
        return blocks;
    }

    private List<Batches> blocks(RunResults results, ToDoubleFunction<Batch> x, ToDoubleFunction<Batch> y) {
        List<Batches> blocks = new ArrayList<>();
        for (Stratum stratum : results.strata(phase)) {
            List<Batch> batches = stratum.batches();
            blocks.add(new Batches(
                    stratum.window().phase(),
                    batches.stream().mapToDouble(x).toArray(),
                    batches.stream().mapToDouble(y).toArray()));
        }
        return blocks;
    }

    private static double total(List<Batches> blocks) {
        return blocks.stream().mapToDouble(Batches::sumY).sum();
    }

    private String noRequests() {
        return "no request was scheduled" + where() + "; it takes load to tell";
    }

    private String where() {
        return phase.map(name -> " in phase " + name).orElse(" in the measured phases");
    }
}
