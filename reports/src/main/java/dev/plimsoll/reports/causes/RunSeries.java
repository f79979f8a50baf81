package dev.plimsoll.reports.causes;

import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.results.MergedInterval;
import dev.plimsoll.reports.results.PhaseWindow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A run's client series, a {@link Moment} an interval. Every figure comes from the interval's merged histograms. An
 * interval takes some hundred bytes, whatever was sent in it. One thread.
 */
public final class RunSeries {
    private static final List<Metric> MEANS = List.of(Metrics.LATENCY, Metrics.TTFT, Metrics.ITL, Metrics.SEND_LAG);
    private static final double TAIL = 99;

    private final Map<Part, List<Moment>> phases = new HashMap<>();

    private record Part(int leg, int round, String phase) {}

    /** The series of a bundle, read interval by interval. */
    public static RunSeries of(RunBundle bundle) {
        RunSeries series = new RunSeries();
        bundle.forEachInterval(series::add);
        return series;
    }

    /** Adds an interval; those of a leg come in order. */
    public void add(MergedInterval interval) {
        Map<Part, List<RequestInterval>> parts = new LinkedHashMap<>();
        for (RequestInterval request : interval.requests()) {
            Part part = new Part(
                    interval.leg(), request.key().round(), request.key().phase());
            parts.computeIfAbsent(part, none -> new ArrayList<>()).add(request);
        }
        parts.forEach((part, requests) -> add(part, moment(interval, requests)));
    }

    /** Adds what was seen of a phase in an interval. */
    void add(PhaseWindow window, Moment moment) {
        add(new Part(window.leg(), window.round(), window.phase()), moment);
    }

    private void add(Part part, Moment moment) {
        phases.computeIfAbsent(part, none -> new ArrayList<>()).add(moment);
    }

    /** What was seen of a phase, in order of time. */
    List<Moment> of(PhaseWindow window) {
        return List.copyOf(phases.getOrDefault(new Part(window.leg(), window.round(), window.phase()), List.of()));
    }

    private static Moment moment(MergedInterval interval, List<RequestInterval> requests) {
        Map<String, Moment.Sum> sums = new HashMap<>();
        Histogram gaps = null;
        long scheduled = 0;
        long sent = 0;
        long ended = 0;
        long failed = 0;
        long tokens = 0;
        for (RequestInterval request : requests) {
            for (Metric metric : MEANS) {
                Histogram histogram = request.histograms().get(metric.name());
                if (histogram != null && histogram.getTotalCount() > 0) {
                    long count = histogram.getTotalCount();
                    double total = histogram.getMean() * count / Histograms.scale(metric);
                    sums.merge(metric.name(), new Moment.Sum(total, count), Moment.Sum::plus);
                }
            }
            gaps = both(gaps, request.histograms().get(Metrics.ITL.name()));
            scheduled += request.counts().scheduled();
            sent += request.counts().windowSent();
            ended += request.counts().windowEnded();
            failed += request.counts().failed();
            tokens += request.counts().windowOutputTokens();
        }
        Optional<Double> tail = gaps == null || gaps.getTotalCount() == 0
                ? Optional.empty()
                : Optional.of(gaps.getValueAtPercentile(TAIL) / Histograms.scale(Metrics.ITL));
        return new Moment(interval.t(), interval.seconds(), sums, tail, scheduled, sent, ended, failed, tokens);
    }

    /** Both added; the first one is not changed. */
    private static @Nullable Histogram both(@Nullable Histogram one, @Nullable Histogram other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        Histogram sum = one.copy();
        sum.add(other);
        return sum;
    }
}
