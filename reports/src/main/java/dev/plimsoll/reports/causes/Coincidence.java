package dev.plimsoll.reports.causes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How well a signal's move agrees with an anomaly in time.
 *
 * <p>The strength is the point-biserial correlation of the signal with being in the anomaly: 1 for a signal that differs
 * there, and only there. The signal may come up to some intervals earlier, for its effect is seen when requests end, and
 * one later, for a sample tells of the time before it. A pause shorter than the anomaly counts as long as the anomaly: a
 * queue outlasts what caused it.
 *
 * <p>The probability comes from all the stretches that the anomaly could have been instead: of every start, going around
 * the end, and of every length up to half the phase, evenly by ratio. It is the share of them that the signal agrees with
 * at least as well (a Monte Carlo test with all cases enumerated: Barnard 1963, Besag and Clifford 1989). That keeps the
 * signal as it is, with its autocorrelation and its own moves, and asks for the beginning and for the end. Turning alone,
 * as in a circular-shift test, never asks for the length, and in a run of a minute nothing is rarer than 1 in 60 then;
 * its share is kept beside, as slow signals agree with long stretches anywhere.
 * Lags and widths are tried anew for every stretch and the best of them counts, so that their number needs no correction
 * (Westfall and Young 1993, "Resampling-Based Multiple Testing"). Where it is known how strong the anomaly was in each
 * interval, as for a queue that grew, the correlation is with that shape, pressed together or drawn out to each length;
 * such a stretch is known to the interval, and leaves no more than one for a lag. A lag costs a little, so that a signal which comes at the
 * same instant is rarer than one that comes at any of several.
 *
 * @param strength the most with any of the spans, from 0 to 1
 * @param lag intervals by which the signal comes before the anomaly; −1 is one later
 * @param width into how many intervals a pulse of the signal was drawn out
 * @param span the stretch of the anomaly that it agrees with best
 * @param p share of all stretches that it agrees with at least as well, times the spans that were tried
 * @param turned the same share among those of the anomaly's own length
 */
record Coincidence(double strength, int lag, int width, Span span, double p, double turned) {
    private static final double COST = 0.04;
    private static final double ROUNDING = 1e-9;
    private static final int LONGEST_TAIL = 10;
    private static final int FEWEST = 20;
    private static final double GROWTH = 1.25;
    /** By how many intervals a signal may differ from a stretch that is known to the interval. */
    private static final int SHAPED_LAG = 1;

    /**
     * Intervals of an anomaly.
     *
     * @param from the first one
     * @param to the one after the last
     * @param shape how strong it was in each of them; empty where that is not known, and all count alike
     */
    record Span(int from, int to, List<Double> shape) {
        /** So many intervals have a shape at most: its cost grows with its length. */
        static final int LONGEST_SHAPE = 180;

        /** Copies the list. */
        Span {
            shape = List.copyOf(shape);
            if (!shape.isEmpty() && shape.size() != to - from) {
                throw new IllegalArgumentException("a shape has a value for each interval");
            }
        }

        /** One whose intervals all count alike. */
        Span(int from, int to) {
            this(from, to, List.of());
        }

        int length() {
            return to - from;
        }

        /** How late or early a signal may be: what is known by the interval leaves little room. */
        private int mostLag(int most) {
            return shape.isEmpty() ? most : Math.min(SHAPED_LAG, most);
        }

        /** The shape, drawn out or pressed together to that length. */
        private double[] drawn(int length) {
            double[] drawn = new double[length];
            double ratio = (double) shape.size() / length;
            for (int i = 0; i < length; i++) {
                double from = i * ratio;
                double to = from + ratio;
                for (int j = (int) from; j < Math.min(shape.size(), Math.ceil(to)); j++) {
                    drawn[i] += shape.get(j) * (Math.min(j + 1.0, to) - Math.max(j, from)) / ratio;
                }
            }
            return drawn;
        }
    }

    /**
     * Compares.
     *
     * @param signal one value an interval; not a number where there is none
     * @param usable intervals that are compared; other anomalies of the run are left out
     * @param spans what counts as the anomaly, the best of them at each turn; all of them are usable
     * @param mostLag by how many intervals the signal may come before
     * @param direction 1 when more explains, −1 when less does, 0 for either
     * @param drawsOut whether a pulse of it has consequences that last longer
     */
    static Optional<Coincidence> of(
            double[] signal, boolean[] usable, List<Span> spans, int mostLag, int direction, boolean drawsOut) {
        double[] values = new double[signal.length];
        int[] places = new int[signal.length];
        int n = 0;
        for (int i = 0; i < signal.length; i++) {
            places[i] = n;
            if (usable[i]) {
                values[n++] = signal[i];
            }
        }
        int compared = n;
        List<Span> inside = spans.stream()
                .filter(span -> span.length() < compared)
                .distinct()
                .toList();
        if (n < FEWEST || inside.isEmpty()) {
            return Optional.empty();
        }
        double[] kept = Arrays.copyOf(values, n);
        double[] less = Arrays.stream(kept).map(value -> -value).toArray();
        int tries = inside.size() * (direction == 0 ? 2 : 1);
        List<Coincidence> found = new ArrayList<>();
        for (Span span : inside) {
            int first = places[span.from()];
            if (direction >= 0) {
                agreement(kept, span, first, mostLag, drawsOut, tries).ifPresent(found::add);
            }
            if (direction <= 0) {
                agreement(less, span, first, mostLag, drawsOut, tries).ifPresent(found::add);
            }
        }
        double most = found.stream().mapToDouble(Coincidence::strength).max().orElse(0);
        return found.stream()
                .min(Comparator.comparingDouble(Coincidence::p))
                .map(rarest -> new Coincidence(most, rarest.lag, rarest.width, rarest.span, rarest.p, rarest.turned));
    }

    private static Optional<Coincidence> agreement(
            double[] values, Span span, int first, int longestLag, boolean drawsOut, int tries) {
        int n = values.length;
        int mostLag = span.mostLag(longestLag);
        Curves own = Curves.of(values, span, span.length(), drawsOut);
        Coincidence here = new Coincidence(0, 0, 1, span, 1, 1);
        double best = 0;
        for (int lag = -1; lag <= mostLag; lag++) {
            for (int width : own.widths()) {
                double one = own.at(first, lag, width);
                if (one > best) {
                    best = one;
                    here = new Coincidence(own.strength(first - lag, width), lag, width, span, 1, 1);
                }
            }
        }
        if (!(best > 0)) {
            return Optional.empty();
        }
        int asGood = 1;
        int all = 1;
        int longest = span.shape().isEmpty() ? n / 2 : Math.min(Span.LONGEST_SHAPE, n / 2);
        for (int length = 1; length <= longest; length = Math.max(length + 1, (int) (length * GROWTH))) {
            asGood += Curves.of(values, span, length, drawsOut).asGood(best, mostLag);
            all += n;
        }
        double p = Math.min(1, tries * (double) asGood / all);
        double turned = (double) own.asGood(best, mostLag) / n;
        return Optional.of(new Coincidence(here.strength, here.lag, here.width, span, p, turned));
    }

    /**
     * How well a signal agrees with each stretch of one length, by its start.
     *
     * @param plain as the signal is
     * @param drawn with its pulses drawn out to {@code tail} intervals; the same where that is 1
     * @param tail how far
     */
    private record Curves(double[] plain, double[] drawn, int tail) {
        static Curves of(double[] values, Span span, int length, boolean drawsOut) {
            int tail = drawsOut ? Math.min(length, LONGEST_TAIL) : 1;
            double[] plain = strengths(values, span, length);
            return new Curves(plain, tail == 1 ? plain : strengths(drawnOut(values, tail), span, length), tail);
        }

        int[] widths() {
            return tail == 1 ? new int[] {1} : new int[] {1, tail};
        }

        double strength(int start, int width) {
            return (width == 1 ? plain : drawn)[Math.floorMod(start, plain.length)];
        }

        /** Less what the lag and the width cost. */
        double at(int start, int lag, int width) {
            return strength(start - lag, width) * (1 - COST * Math.abs(lag)) * (width == 1 ? 1 : 1 - COST);
        }

        /** How many of the stretches are as good as that. */
        int asGood(double best, int mostLag) {
            int count = 0;
            for (int start = 0; start < plain.length; start++) {
                double found = 0;
                for (int lag = -1; lag <= mostLag; lag++) {
                    found = Math.max(found, at(start, lag, 1));
                    found = tail == 1 ? found : Math.max(found, at(start, lag, tail));
                }
                count += found >= best - ROUNDING ? 1 : 0;
            }
            return count;
        }
    }

    /** Each value the largest of itself and those before it. */
    private static double[] drawnOut(double[] values, int width) {
        int n = values.length;
        double[] drawn = new double[n];
        for (int i = 0; i < n; i++) {
            double largest = Double.NaN;
            for (int j = 0; j < width; j++) {
                double value = values[Math.floorMod(i - j, n)];
                largest = Double.isNaN(largest) || value > largest ? value : largest;
            }
            drawn[i] = largest;
        }
        return drawn;
    }

    /** The correlation with each window of that length, by its start; windows go around the end. */
    private static double[] strengths(double[] values, Span span, int length) {
        return span.shape().isEmpty() ? strengths(values, length) : shaped(values, span.drawn(length));
    }

    /** The same with a shape in each window; a value that is missing is taken for the mean. */
    private static double[] shaped(double[] values, double[] shape) {
        int n = values.length;
        double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
        double mean = Arrays.stream(finite).average().orElse(0);
        double deviation = Math.sqrt(Arrays.stream(finite)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElse(0));
        double middle = Arrays.stream(shape).sum() / n;
        double squares = Arrays.stream(shape).map(value -> value * value).sum() / n;
        double spread = Math.sqrt(Math.max(0, squares - middle * middle));
        double[] strengths = new double[n];
        for (int i = 0; i < n && deviation > 1e-12 * Math.abs(mean) && spread > 0; i++) {
            double sum = 0;
            int count = 0;
            for (int j = 0; j < shape.length; j++) {
                double value = values[(i + j) % n];
                if (Double.isFinite(value)) {
                    sum += shape[j] * (value - mean);
                    count++;
                }
            }
            double strength = 2 * count >= shape.length ? sum / n / deviation / spread : 0;
            strengths[i] = Math.max(0, Math.min(1, strength));
        }
        return strengths;
    }

    /** The correlation with each window of that length, all its values alike. */
    private static double[] strengths(double[] values, int length) {
        int n = values.length;
        double[] sums = new double[2 * n + 1];
        int[] counts = new int[2 * n + 1];
        double squares = 0;
        for (int i = 0; i < 2 * n; i++) {
            double value = values[i % n];
            boolean finite = Double.isFinite(value);
            sums[i + 1] = sums[i] + (finite ? value : 0);
            counts[i + 1] = counts[i] + (finite ? 1 : 0);
            squares += finite && i < n ? value * value : 0;
        }
        double[] strengths = new double[n];
        if (counts[n] == 0) {
            return strengths;
        }
        double mean = sums[n] / counts[n];
        double deviation = Math.sqrt(Math.max(0, squares / counts[n] - mean * mean));
        double share = (double) length / n;
        for (int i = 0; i < n && deviation > 1e-12 * Math.abs(mean); i++) {
            int count = counts[i + length] - counts[i];
            if (2 * count >= length) {
                double inside = (sums[i + length] - sums[i]) / count;
                double strength = (inside - mean) / deviation * Math.sqrt(share / (1 - share));
                strengths[i] = Math.max(0, Math.min(1, strength));
            }
        }
        return strengths;
    }
}
