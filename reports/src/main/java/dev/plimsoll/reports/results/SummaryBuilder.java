package dev.plimsoll.reports.results;

import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.Statistic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Makes the summary of results. */
final class SummaryBuilder {
    /** The statistics of a metric, in the order of the file. */
    private static final List<Statistic> STATISTICS = List.of(
            Statistic.MEAN,
            Statistic.STDDEV,
            Statistic.MIN,
            Statistic.percentile(50),
            Statistic.percentile(75),
            Statistic.percentile(90),
            Statistic.percentile(95),
            Statistic.percentile(99),
            Statistic.percentile(99.9),
            Statistic.percentile(99.99),
            Statistic.MAX);

    private final RunResults results;

    SummaryBuilder(RunResults results) {
        this.results = results;
    }

    Summary build(GeneratorFitness.Limits limits) {
        List<Summary.PhaseSummary> phases = new ArrayList<>();
        for (String phase : results.phases()) {
            phases.add(phase(phase));
        }
        GeneratorFitness fitness = GeneratorFitness.of(results, limits);
        return new Summary(
                Summary.FORMAT,
                results.run(),
                phases,
                figures(Optional.empty(), Optional.empty()),
                new Summary.GeneratorSummary(
                        fitness.sendLagP99Millis(),
                        fitness.eventLoopLagP99Millis(),
                        fitness.cpuMax(),
                        fitness.fit(),
                        fitness.findings()),
                results.nodes().stream().map(this::node).toList(),
                new ServerViewBuilder(results).build());
    }

    private Summary.PhaseSummary phase(String phase) {
        Optional<String> name = Optional.of(phase);
        Batch total = results.total(name);
        List<Summary.RequestSummary> requests = new ArrayList<>();
        for (String request : results.requests()) {
            if (total.requests().containsKey(request)) {
                requests.add(new Summary.RequestSummary(request, figures(name, Optional.of(request))));
            }
        }
        boolean measured = results.strata(name).getFirst().window().measured();
        return new Summary.PhaseSummary(phase, measured, total.seconds(), requests, figures(name, Optional.empty()));
    }

    private Summary.Figures figures(Optional<String> phase, Optional<String> request) {
        Batch total = results.total(phase);
        RequestCounts counts = total.counts(request);
        Map<String, Summary.MetricSummary> metrics = new LinkedHashMap<>();
        for (Metric metric : Metrics.all()) {
            if (metric.kind() == Metric.Kind.REQUEST) {
                Histogram histogram = results.histogram(phase, request, metric);
                if (histogram.getTotalCount() > 0) {
                    metrics.put(metric.name(), statistics(histogram, metric));
                }
            }
        }
        boolean countsTokens = metrics.containsKey(Metrics.OUTPUT_TOKENS.name()) || counts.windowOutputTokens() > 0;
        return new Summary.Figures(counts(counts), rates(counts, total.seconds(), countsTokens), metrics);
    }

    private static Summary.Counts counts(RequestCounts counts) {
        Map<String, Long> errors = new TreeMap<>();
        counts.errors().forEach((errorClass, count) -> {
            if (count > 0) {
                errors.put(errorClass.label(), count);
            }
        });
        return new Summary.Counts(
                counts.scheduled(),
                counts.sent(),
                counts.succeeded(),
                counts.failed(),
                counts.good(),
                counts.outOfRange(),
                errors);
    }

    private static Map<String, Double> rates(RequestCounts counts, double seconds, boolean countsTokens) {
        Map<String, Double> rates = new LinkedHashMap<>();
        for (Metric metric : Metrics.all()) {
            if (metric.kind() == Metric.Kind.WINDOW) {
                boolean isOfTokens = metric == Metrics.OUTPUT_THROUGHPUT || metric == Metrics.TOTAL_THROUGHPUT;
                if (!isOfTokens || countsTokens) {
                    WindowMetrics.value(metric, counts, seconds).ifPresent(value -> rates.put(metric.name(), value));
                }
            }
        }
        return rates;
    }

    private static Summary.MetricSummary statistics(Histogram histogram, Metric metric) {
        Map<String, Double> statistics = new LinkedHashMap<>();
        for (Statistic statistic : STATISTICS) {
            Histograms.statistic(histogram, metric, statistic)
                    .ifPresent(value -> statistics.put(statistic.toString(), value));
        }
        return new Summary.MetricSummary(metric.unit().symbol(), histogram.getTotalCount(), statistics);
    }

    private Summary.NodeSummary node(String node) {
        List<NodeSeries.Stretch> measured = results.stretches(Optional.empty());
        Map<String, Summary.MetricSummary> metrics = new TreeMap<>();
        Map<String, String> missing = new TreeMap<>();
        results.series(node).forEach((name, series) -> {
            double[] values = series.within(measured).stream()
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
            if (values.length == 0) {
                missing.put(name, series.missing().orElse("no sample fell into a measured phase"));
            } else {
                Metric metric = Metrics.find(name).orElseGet(() -> Metrics.custom(name));
                Map<String, Double> statistics = new LinkedHashMap<>();
                for (Statistic statistic : STATISTICS) {
                    statistics.put(statistic.toString(), SampleStatistics.of(values, statistic));
                }
                metrics.put(name, new Summary.MetricSummary(metric.unit().symbol(), values.length, statistics));
            }
        });
        return new Summary.NodeSummary(node, metrics, missing);
    }
}
