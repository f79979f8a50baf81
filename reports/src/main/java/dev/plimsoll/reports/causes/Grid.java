package dev.plimsoll.reports.causes;

import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.reports.results.NodeSeries;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One phase in equal intervals, without its beginning: until the first requests have ended, only the quick ones have.
 *
 * @param window the phase
 * @param start the first interval's start, in seconds since the load began
 * @param step the intervals' length in seconds
 * @param moments one an interval; null where nothing was reported
 * @param held requests that waited when the first interval began
 */
record Grid(PhaseWindow window, double start, double step, List<@Nullable Moment> moments, double held) {
    private static final int LEAST_SKIPPED = 2;
    private static final double SKIPPED_LATENCIES = 2;
    private static final double MILLIS_PER_SECOND = 1e3;

    /** The grid of a phase; absent when too little of it was measured. */
    static Optional<Grid> of(PhaseWindow window, double legStart, RunSeries series) {
        double from = legStart + window.start();
        double to = legStart + window.end();
        List<Moment> inside = series.of(window).stream()
                .filter(m -> m.t() >= from - 1e-6 && m.t() + m.seconds() <= to + 1e-6)
                .toList();
        if (inside.size() < ShiftScan.FEWEST) {
            return Optional.empty();
        }
        double step = Noise.median(inside.stream().mapToDouble(Moment::seconds).toArray());
        if (!(step > 0)) {
            return Optional.empty();
        }
        double latency = Noise.median(inside.stream()
                .mapToDouble(m -> m.mean(Metrics.LATENCY.name()))
                .filter(Double::isFinite)
                .toArray());
        int skipped = Math.max(LEAST_SKIPPED, (int) Math.ceil(SKIPPED_LATENCIES * latency / MILLIS_PER_SECOND / step));
        double first = inside.getFirst().t() + skipped * step;
        int size = (int) Math.round((inside.getLast().t() - first) / step) + 1;
        if (size < ShiftScan.FEWEST) {
            return Optional.empty();
        }
        @Nullable Moment[] moments = new Moment[size];
        for (Moment moment : inside) {
            int i = (int) Math.round((moment.t() - first) / step);
            if (i >= 0 && i < size) {
                moments[i] = moment;
            }
        }
        boolean streams = streams(inside);
        double held = 0;
        for (Moment moment : inside) {
            held = moment.t() < first - step / 2 ? held(held, moment, streams) : held;
        }
        return Optional.of(new Grid(window, first, step, Arrays.asList(moments), held));
    }

    /**
     * Requests that wait at the end of each interval: for their first token, or for their end where none stream. Those
     * that came are added and those that were answered taken away, as Lindley (1952) has a queue's length. Unlike a
     * latency, which is seen when a request ends, it tells when requests were held up.
     */
    double[] waiting() {
        boolean streams = streams(moments);
        double[] waiting = new double[moments.size()];
        double now = held;
        for (int i = 0; i < waiting.length; i++) {
            Moment moment = moments.get(i);
            now = moment == null ? now : held(now, moment, streams);
            waiting[i] = now;
        }
        return waiting;
    }

    private static boolean streams(List<? extends @Nullable Moment> moments) {
        return moments.stream().anyMatch(m -> m != null && m.count(Metrics.TTFT.name()) > 0);
    }

    private static double held(double before, Moment moment, boolean streams) {
        long answered = streams ? moment.count(Metrics.TTFT.name()) : moment.ended();
        return Math.max(0, before + moment.scheduled() - answered - moment.failed());
    }

    int size() {
        return moments.size();
    }

    /** The end of the last interval, in seconds since the load began. */
    double end() {
        return start + size() * step;
    }

    /** The start of an interval, in seconds since the load began. */
    double t(int interval) {
        return start + interval * step;
    }

    /** A figure of each interval; not a number where there is none. */
    double[] values(ToDoubleFunction<Moment> figure) {
        return moments.stream()
                .mapToDouble(moment -> moment == null ? Double.NaN : figure.applyAsDouble(moment))
                .toArray();
    }

    /** The mean of a metric's values in these intervals, each value counted once; not a number without any. */
    double mean(String metric, int from, int to) {
        Moment.Sum sum = new Moment.Sum(0, 0);
        for (Moment moment : moments.subList(from, to)) {
            Moment.Sum one = moment == null ? null : moment.sums().get(metric);
            sum = one == null ? sum : sum.plus(one);
        }
        return sum.total() / sum.count();
    }

    /** Everything that could explain an anomaly of this phase and has values enough. */
    List<Signal> signals(RunResults results) {
        List<Signal> signals = new ArrayList<>();
        for (Suspect suspect : Suspect.all()) {
            results.seriesOf(suspect.metric()).forEach((node, series) -> add(signals, suspect, node, series));
            ofClients(suspect.metric())
                    .ifPresent(values -> signals.add(new Signal(suspect, RunResults.GENERATOR, values)));
        }
        for (String node : results.nodes()) {
            Set<String> names = new LinkedHashSet<>(results.series(node).keySet());
            names.removeIf(name -> Metrics.find(name).isPresent());
            names.forEach(name -> {
                NodeSeries series = results.seriesOf(name).get(node);
                if (series != null) {
                    add(signals, Suspect.custom(name, 0), node, series);
                }
            });
        }
        signals.removeIf(signal -> !signal.isUsable());
        return signals;
    }

    private void add(List<Signal> signals, Suspect suspect, String node, NodeSeries series) {
        signals.add(Signal.of(suspect, node, series, this));
    }

    /** What the clients' own series tell; the rate explains only where it is not the target's doing. */
    private Optional<double[]> ofClients(String metric) {
        if (metric.equals(Metrics.OFFERED_RATE.name())) {
            return window.openLoop() ? Optional.of(values(m -> m.scheduled() / m.seconds())) : Optional.empty();
        }
        return metric.equals(Metrics.SEND_LAG.name()) ? Optional.of(values(m -> m.mean(metric))) : Optional.empty();
    }
}
