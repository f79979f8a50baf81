package dev.plimsoll.reports.verdict;

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
import java.util.function.ToDoubleFunction;

/**
 * What a check looks at, and how it is measured in a run.
 *
 * <p>Means, rates and gauges are {@link RatioEstimate}s over batches. Percentiles have the interval of Woodruff (1952):
 * that of the share of values at or below the estimate, read off the values. Ratios have a {@link ShareInterval}.
 * {@code min}, {@code max} and {@code stddev} are judged as observed.
 *
 * @param metric what
 * @param statistic of which statistic; present when the metric has statistics
 * @param on one request or node
 * @param phase one phase; absent: all measured ones
 */
record Subject(Metric metric, Optional<Statistic> statistic, Optional<String> on, Optional<String> phase) {
    private static final double MOST_FAILED_READINGS = 0.2;
    private static final Set<ErrorClass> OF_THE_TARGET = Set.of(
            ErrorClass.HTTP_4XX,
            ErrorClass.HTTP_5XX,
            ErrorClass.PROTOCOL,
            ErrorClass.STREAM_ERROR,
            ErrorClass.TRUNCATED,
            ErrorClass.CONTENT);

    static Subject of(Threshold threshold) {
        return new Subject(threshold.metric(), threshold.statistic(), threshold.on(), threshold.phase());
    }

    static Subject of(BaselineCheck check) {
        return new Subject(check.metric(), check.statistic(), check.on(), check.phase());
    }

    /** By node, or one for all; never empty. */
    List<Measured> measure(RunResults results, double confidence) {
        return switch (metric.kind()) {
            case REQUEST -> List.of(requests(results, confidence));
            case WINDOW -> List.of(window(results, confidence));
            case NODE -> nodes(results, confidence);
        };
    }

    /** The share of requests that failed by the target's answer, which no generator can have caused. */
    Measured targetErrors(RunResults results, double confidence) {
        return share(
                results,
                batch -> batch.counts(on).errors().entrySet().stream()
                        .filter(e -> OF_THE_TARGET.contains(e.getKey()))
                        .mapToLong(Map.Entry::getValue)
                        .sum(),
                confidence);
    }

    private Measured window(RunResults results, double confidence) {
        if (WindowMetrics.isRatio(metric)) {
            return share(results, batch -> WindowMetrics.numerator(metric, batch.counts(on)), confidence);
        }
        List<RatioEstimate.Block> blocks =
                blocks(results, batch -> WindowMetrics.numerator(metric, batch.counts(on)), Batch::seconds);
        RequestCounts counts = results.total(phase).counts(on);
        if (counts.scheduled() == 0 || total(blocks) <= 0) {
            return Measured.nothing("", noRequests());
        }
        return Measured.of(RatioEstimate.of(blocks), 1, confidence, counts.scheduled());
    }

    private Measured share(RunResults results, ToDoubleFunction<Batch> hits, double confidence) {
        List<RatioEstimate.Block> blocks =
                blocks(results, hits, batch -> batch.counts(on).scheduled());
        double count = total(blocks);
        if (count <= 0) {
            return Measured.nothing("", noRequests());
        }
        RatioEstimate estimate = RatioEstimate.of(blocks);
        ShareInterval interval =
                ShareInterval.of(Math.max(0, Math.min(1, estimate.value())), count, estimate, confidence);
        return new Measured(
                "",
                Optional.of(estimate.value()),
                Optional.of(interval.low()),
                Optional.of(interval.high()),
                Math.sqrt(estimate.variance()),
                estimate.freedom(),
                Math.round(count),
                false,
                "");
    }

    private Measured requests(RunResults results, double confidence) {
        Statistic wanted = statistic.orElseThrow();
        ValueCounts all = results.total(phase).values(on, metric);
        double scale = Histograms.scale(metric);
        if (all.total() == 0) {
            return Measured.nothing("", "no value of " + metric.name() + where() + "; it takes requests that have one");
        }
        double value = Histograms.statistic(results.histogram(phase, on, metric), metric, wanted)
                .orElseThrow();
        return switch (wanted.kind()) {
            case MEAN ->
                Measured.of(
                        RatioEstimate.of(blocks(
                                results,
                                b -> b.values(on, metric).sum(),
                                b -> b.values(on, metric).total())),
                        scale,
                        confidence,
                        all.total());
            case MIN, MAX, STDDEV -> Measured.fact("", value, all.total(), "");
            case PERCENTILE -> {
                double share = wanted.percentile() / 100;
                double at = all.quantile(share);
                RatioEstimate batches = RatioEstimate.of(blocks(
                        results,
                        b -> b.values(on, metric).countAbove(at),
                        b -> b.values(on, metric).total()));
                yield percentile(share, value, batches, all.total(), confidence, q -> all.quantile(q) / scale);
            }
        };
    }

    private interface Quantile {
        double at(double share);
    }

    private static Measured percentile(
            double share, double value, RatioEstimate batches, long count, double confidence, Quantile quantile) {
        ShareInterval interval = ShareInterval.of(share, count, batches, confidence);
        double alpha = (1 - confidence) / 2;
        boolean hasHigh = Math.pow(share, interval.effective()) <= alpha;
        boolean hasLow = Math.pow(1 - share, interval.effective()) <= alpha;
        Optional<Double> low = hasLow ? Optional.of(Math.min(value, quantile.at(interval.low()))) : Optional.empty();
        Optional<Double> high =
                hasHigh ? Optional.of(Math.max(value, quantile.at(Math.min(1, interval.high())))) : Optional.empty();
        boolean usable = low.isPresent() && high.isPresent() && batches.freedom() >= 1;
        double deviation = usable ? (high.get() - low.get()) / (2 * batches.quantile(confidence)) : Double.NaN;
        return new Measured("", Optional.of(value), low, high, deviation, batches.freedom(), count, false, "");
    }

    private List<Measured> nodes(RunResults results, double confidence) {
        Map<String, NodeSeries> series = results.seriesOf(metric.name());
        List<Measured> found = new ArrayList<>();
        series.forEach((name, one) -> {
            boolean wanted = metric.name().equals(RunResults.IN_FLIGHT)
                    ? name.equals(on.orElse(""))
                    : on.map(name::equals).orElse(true);
            if (wanted) {
                found.add(node(results, name, one, confidence));
            }
        });
        if (found.isEmpty()) {
            String missing = "no probe gave " + metric.name()
                    + on.map(name -> " on " + name).orElse("") + "; add one to nodes";
            found.add(Measured.nothing("", missing));
        }
        return found;
    }

    private Measured node(RunResults results, String name, NodeSeries series, double confidence) {
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
            case MEAN -> Measured.of(RatioEstimate.of(gauges(parts, v -> v)), 1, confidence, all.length);
            case MIN, MAX, STDDEV -> Measured.fact(name, value, all.length, problem);
            case PERCENTILE ->
                percentile(
                        wanted.percentile() / 100,
                        value,
                        RatioEstimate.of(gauges(parts, v -> v > value ? 1 : 0)),
                        all.length,
                        confidence,
                        q -> SampleStatistics.of(
                                all, Statistic.percentile(Math.max(1e-9, Math.min(1 - 1e-12, q) * 100))));
        };
        return measured.at(name, problem);
    }

    /* A stretch is a stratum of its own: its windows may carry different loads. */
    private static List<RatioEstimate.Block> gauges(List<double[]> parts, java.util.function.DoubleUnaryOperator of) {
        List<RatioEstimate.Block> blocks = new ArrayList<>();
        for (double[] part : parts) {
            double[] ones = new double[part.length];
            Arrays.fill(ones, 1);
            blocks.add(new RatioEstimate.Block(
                    "stretch " + blocks.size(), Arrays.stream(part).map(of).toArray(), ones));
        }
        return blocks;
    }

    private List<RatioEstimate.Block> blocks(RunResults results, ToDoubleFunction<Batch> x, ToDoubleFunction<Batch> y) {
        List<RatioEstimate.Block> blocks = new ArrayList<>();
        for (Stratum stratum : results.strata(phase)) {
            List<Batch> batches = stratum.batches();
            blocks.add(new RatioEstimate.Block(
                    stratum.window().phase(),
                    batches.stream().mapToDouble(x).toArray(),
                    batches.stream().mapToDouble(y).toArray()));
        }
        return blocks;
    }

    private static double total(List<RatioEstimate.Block> blocks) {
        return blocks.stream().flatMapToDouble(b -> Arrays.stream(b.y())).sum();
    }

    private String noRequests() {
        return "no request was scheduled" + where() + "; it takes load to tell";
    }

    private String where() {
        return phase.map(name -> " in phase " + name).orElse(" in the measured phases");
    }
}
