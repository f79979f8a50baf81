package dev.plimsoll.reports.causes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Looks for anomalies in a phase.
 *
 * <p>Times are searched as logarithms of an interval's mean: a change is a factor then, whatever the level. Throughput is
 * searched in requests ended less requests sent, and only where load comes by the clock: a closed loop ends what it sends.
 * What one disturbance does to several series, or in stretches side by side, is one anomaly.
 *
 * @param scan finds shifts
 */
record AnomalySearch(ShiftScan scan) {
    /** What is beyond chance and smaller than this matters to nobody. */
    private static final double LEAST_RISE = 0.1;

    private static final double LEAST_SHORT_RISE = 0.2;
    private static final double LEAST_LOSS = 0.05;
    private static final double FLOOR = 0.01;
    /** A part of a shift has at least this share of its highest part's size. */
    private static final double PART = 0.3;

    private static final double MILLIS_PER_SECOND = 1e3;
    private static final int MOST_SUFFERED = 30;
    private static final int BESIDE = 2;
    private static final int MOST = 40;
    private static final int FEWEST_ON_A_SIDE = 10;

    /** The anomalies of a phase, the clearest first. */
    List<Anomaly> search(Grid grid, int lag) {
        List<Anomaly> all = new ArrayList<>();
        for (Symptom symptom : Symptom.values()) {
            if (symptom != Symptom.THROUGHPUT || grid.window().openLoop()) {
                all.addAll(of(symptom, grid, lag));
            }
        }
        all.sort(Comparator.comparingDouble(Anomaly::excess).reversed());
        List<Anomaly> clusters = new ArrayList<>();
        for (Anomaly anomaly : all) {
            int known = -1;
            for (int i = 0; i < clusters.size() && known < 0; i++) {
                known = clusters.get(i).isLike(anomaly, lag) ? i : -1;
            }
            if (known < 0) {
                clusters.add(anomaly);
            } else {
                Anomaly first = clusters.get(known);
                List<Symptom> with = new ArrayList<>(first.with());
                if (first.symptom() != anomaly.symptom() && !with.contains(anomaly.symptom())) {
                    with.add(anomaly.symptom());
                }
                clusters.set(known, first.shownBy(anomaly, with));
            }
        }
        return clusters.subList(0, Math.min(MOST, clusters.size()));
    }

    private List<Anomaly> of(Symptom symptom, Grid grid, int lag) {
        double[] series = series(symptom, grid);
        if (Arrays.stream(series).filter(Double::isFinite).count() < ShiftScan.FEWEST) {
            return List.of();
        }
        List<Shift> bad = new ArrayList<>();
        for (Shift shift : scan.scan(series, FLOOR)) {
            orient(shift, symptom.bad(), series.length, bad);
        }
        List<Shift> joined = new ArrayList<>();
        bad.sort(Comparator.comparingInt(Shift::from));
        for (Shift shift : bad) {
            if (!joined.isEmpty() && joined.getLast().near(shift, Math.max(BESIDE, lag))) {
                joined.add(join(joined.removeLast(), shift));
            } else {
                joined.add(shift);
            }
        }
        double level = level(series, usual(series.length, joined));
        List<Shift> parts = new ArrayList<>();
        joined.forEach(shift -> parts.addAll(parts(shift, series, symptom.bad(), level)));
        boolean[] usual = usual(series.length, parts);
        List<Anomaly> found = new ArrayList<>();
        for (Shift shift : parts) {
            Anomaly anomaly = measured(symptom, grid, shift, usual);
            if (matters(anomaly)) {
                found.add(anomaly);
            }
        }
        return found;
    }

    private static boolean[] usual(int size, List<Shift> shifts) {
        boolean[] usual = new boolean[size];
        Arrays.fill(usual, true);
        shifts.forEach(shift -> Arrays.fill(usual, shift.from(), shift.to(), false));
        return usual;
    }

    private static double level(double[] series, boolean[] usual) {
        return Noise.median(IntStream.range(0, series.length)
                .filter(i -> usual[i] && Double.isFinite(series[i]))
                .mapToDouble(i -> series[i])
                .toArray());
    }

    /** The parts of a long shift that are really shifted: what lies between two humps is taken for one with them. */
    private List<Shift> parts(Shift shift, double[] series, int bad, double usual) {
        if (shift.length() < ShiftScan.FEWEST) {
            return List.of(shift);
        }
        TreeSet<Integer> ends = new TreeSet<>(List.of(shift.from(), shift.to()));
        for (Shift inner : scan.scan(Arrays.copyOfRange(series, shift.from(), shift.to()), FLOOR)) {
            ends.add(shift.from() + inner.from());
            ends.add(shift.from() + inner.to());
        }
        List<Integer> bounds = List.copyOf(ends);
        double[] heights = new double[bounds.size() - 1];
        for (int i = 0; i < heights.length; i++) {
            double[] piece = Arrays.stream(series, bounds.get(i), bounds.get(i + 1))
                    .filter(Double::isFinite)
                    .toArray();
            heights[i] = bad * (Noise.median(piece) - usual);
        }
        double top = Arrays.stream(heights).filter(Double::isFinite).max().orElse(0);
        List<Shift> parts = new ArrayList<>();
        for (int i = 0; i < heights.length; i++) {
            if (!(heights[i] >= PART * top)) {
                continue;
            }
            int from = bounds.get(i);
            int to = bounds.get(i + 1);
            Shift.Edge edge = from == shift.from() && shift.edge() == Shift.Edge.START
                            || to == shift.to() && shift.edge() == Shift.Edge.END
                    ? shift.edge()
                    : Shift.Edge.NONE;
            Shift part = new Shift(from, to, bad * heights[i], shift.excess(), edge);
            parts.add(!parts.isEmpty() && parts.getLast().to() == from ? join(parts.removeLast(), part) : part);
        }
        return parts;
    }

    /** The series that is searched. */
    private static double[] series(Symptom symptom, Grid grid) {
        return switch (symptom) {
            case LATENCY, TTFT, ITL -> grid.values(m -> Math.log(m.mean(symptom.metric())));
            case ITL_TAIL -> grid.values(m -> Math.log(m.itlTail().orElse(Double.NaN)));
            case THROUGHPUT -> {
                double sent = Arrays.stream(grid.values(Moment::sent))
                        .filter(Double::isFinite)
                        .average()
                        .orElse(Double.NaN);
                yield grid.values(m -> (m.ended() - m.sent()) / Math.max(1, sent));
            }
        };
    }

    /** A phase that began better than it went on became worse where that ended. */
    private static void orient(Shift shift, int bad, int size, List<Shift> found) {
        if (Math.signum(shift.size()) == bad) {
            found.add(shift);
        } else if (shift.edge() == Shift.Edge.START
                && shift.length() >= FEWEST_ON_A_SIDE
                && size - shift.to() >= FEWEST_ON_A_SIDE) {
            found.add(new Shift(shift.to(), size, -shift.size(), shift.excess(), Shift.Edge.END));
        }
    }

    private static Shift join(Shift one, Shift other) {
        int from = Math.min(one.from(), other.from());
        int to = Math.max(one.to(), other.to());
        double size = (one.size() * one.length() + other.size() * other.length()) / (one.length() + other.length());
        Shift.Edge edge = one.edge() == Shift.Edge.START
                ? Shift.Edge.START
                : other.edge() == Shift.Edge.END ? Shift.Edge.END : one.edge();
        return new Shift(from, to, size, Math.max(one.excess(), other.excess()), edge);
    }

    private static Anomaly measured(Symptom symptom, Grid grid, Shift shift, boolean[] usual) {
        double[] values = switch (symptom) {
            case LATENCY, TTFT, ITL -> grid.values(m -> m.mean(symptom.metric()));
            case ITL_TAIL -> grid.values(m -> m.itlTail().orElse(Double.NaN));
            case THROUGHPUT -> grid.values(m -> m.ended() / m.seconds());
        };
        double[] outside = new double[values.length];
        double[] inside = new double[values.length];
        int out = 0;
        int in = 0;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                continue;
            }
            if (usual[i]) {
                outside[out++] = values[i];
            } else if (i >= shift.from() && i < shift.to()) {
                inside[in++] = values[i];
            }
        }
        outside = Arrays.copyOf(outside, out);
        inside = Arrays.copyOf(inside, in);
        double mean = Arrays.stream(inside).average().orElse(Double.NaN);
        double before = symptom == Symptom.THROUGHPUT
                ? Arrays.stream(outside).average().orElse(Double.NaN)
                : Noise.median(outside);
        double during = switch (symptom) {
            case LATENCY, TTFT, ITL -> grid.mean(symptom.metric(), shift.from(), shift.to());
            case ITL_TAIL, THROUGHPUT -> mean;
        };
        int first = Math.max(0, shift.from() - suffered(symptom, before, during, shift.length(), grid));
        return new Anomaly(
                symptom,
                shift.from(),
                shift.to(),
                first,
                shift.to(),
                before,
                during,
                symptom == Symptom.THROUGHPUT
                        ? (1 - during / before) * grid.step() * MILLIS_PER_SECOND
                        : during - before,
                Noise.median(finite(grid.values(m -> m.ended() / m.seconds()))),
                shift.excess(),
                shift.edge(),
                List.of(),
                Stream.of(shift.from(), first)
                        .distinct()
                        .map(from -> new Coincidence.Span(from, shift.to()))
                        .toList());
    }

    private static double[] finite(double[] values) {
        return Arrays.stream(values).filter(Double::isFinite).toArray();
    }

    /**
     * How many intervals before their end requests began to suffer. Of those that a stop holds up the first wait longest,
     * twice the mean. Only a short stretch consists of them.
     */
    private static int suffered(Symptom symptom, double before, double during, int length, Grid grid) {
        boolean isTime = symptom == Symptom.LATENCY || symptom == Symptom.TTFT;
        double seconds = isTime && length <= Noise.SHORT ? 2 * (during - before) / MILLIS_PER_SECOND : 0;
        return seconds > 0 ? (int) Math.min(MOST_SUFFERED, Math.round(seconds / grid.step())) : 0;
    }

    private static boolean matters(Anomaly anomaly) {
        if (anomaly.symptom() == Symptom.THROUGHPUT) {
            return -anomaly.change() >= LEAST_LOSS;
        }
        return anomaly.change() >= (anomaly.length() <= Noise.SHORT ? LEAST_SHORT_RISE : LEAST_RISE);
    }
}
