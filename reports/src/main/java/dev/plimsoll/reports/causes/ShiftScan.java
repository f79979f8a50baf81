package dev.plimsoll.reports.causes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the stretches of a series whose level is not the others'.
 *
 * <p>A stretch's mean is held against the mean of all else, as circular binary segmentation does (Olshen, Venkatraman,
 * Lucito and Wigler 2004), so that a spike, a hump and a lasting change are one question. A stretch of up to
 * {@value Noise#SHORT} values is held against its neighbourhood. Each length has its own {@link Noise}, with the series'
 * autocorrelation in it, and its own critical value: {@code √(2 ln(e n / length))} is what the largest of all stretches of
 * a length reaches by chance (Walther and Perry 2022, "Calibrating the scan statistic"). The stretch that is furthest
 * beyond it is taken out, and the rest is searched again.
 *
 * @param shortCaution standard deviations beyond the critical value, for short stretches: their noise has a heavy tail
 * @param longCaution the same for long ones
 */
record ShiftScan(double shortCaution, double longCaution) {
    /** Fewer values than this tell nothing. */
    static final int FEWEST = 20;

    private static final int MOST_SHIFTS = 60;
    private static final double GROWTH = 1.25;

    /**
     * The shifts of a series, in order of time.
     *
     * @param values in order; what is not a number is left out
     * @param floor the least deviation that counts as noise, above 0
     */
    List<Shift> scan(double[] values, double floor) {
        return scan(values, floor, MOST_SHIFTS);
    }

    /** So many of them at most, the clearest. */
    List<Shift> scan(double[] values, double floor, int most) {
        int[] places = new int[values.length];
        int count = 0;
        for (int i = 0; i < values.length; i++) {
            if (Double.isFinite(values[i])) {
                places[count++] = i;
            }
        }
        places = Arrays.copyOf(places, count);
        List<Shift> shifts = new ArrayList<>();
        while (places.length >= FEWEST && shifts.size() < most) {
            Search search =
                    new Search(Arrays.stream(places).mapToDouble(i -> values[i]).toArray(), floor);
            Shift best = search.best();
            if (best == null) {
                break;
            }
            int from = places[best.from()];
            int to = places[best.to() - 1] + 1;
            Shift.Edge edge = from == firstFinite(values)
                    ? Shift.Edge.START
                    : to == lastFinite(values) + 1 ? Shift.Edge.END : Shift.Edge.NONE;
            shifts.add(new Shift(from, to, best.size(), best.excess(), edge));
            places = without(places, best.from(), best.to());
        }
        shifts.sort((a, b) -> Integer.compare(a.from(), b.from()));
        return shifts;
    }

    private static int[] without(int[] places, int from, int to) {
        int[] rest = new int[places.length - (to - from)];
        System.arraycopy(places, 0, rest, 0, from);
        System.arraycopy(places, to, rest, from, places.length - to);
        return rest;
    }

    private static int firstFinite(double[] values) {
        int i = 0;
        while (!Double.isFinite(values[i])) {
            i++;
        }
        return i;
    }

    private static int lastFinite(double[] values) {
        int i = values.length - 1;
        while (!Double.isFinite(values[i])) {
            i--;
        }
        return i;
    }

    /** One look through a series without gaps. */
    private final class Search {
        private final int n;
        private final double[] sums;
        private final double[] localSums;
        private final Noise noise;

        Search(double[] values, double floor) {
            n = values.length;
            double[] around = Noise.neighbourhood(values);
            double[] local = new double[n];
            sums = new double[n + 1];
            localSums = new double[n + 1];
            for (int i = 0; i < n; i++) {
                local[i] = values[i] - around[i];
                sums[i + 1] = sums[i] + values[i];
                localSums[i + 1] = localSums[i] + local[i];
            }
            noise = Noise.of(values, local, floor);
        }

        /** The stretch furthest beyond its critical value; null where none is beyond. */
        @Nullable
        Shift best() {
            Shift best = null;
            for (int length = 1; length <= n / 2; length = Math.max(length + 1, (int) (length * GROWTH))) {
                for (int from = 0; from + length <= n; from++) {
                    best = better(best, from, from + length);
                }
            }
            return best == null ? null : refined(refined(best));
        }

        /** With each end where it fits best; lengths between those that were tried are reached so. */
        private Shift refined(Shift rough) {
            int reach = rough.length() / 4 + 1;
            Shift best = rough;
            for (int from = Math.max(0, rough.from() - reach); from <= rough.from() + reach; from++) {
                Shift other = better(best, from, rough.to());
                best = other == null ? best : other;
            }
            int from = best.from();
            for (int to = Math.max(from + 1, rough.to() - reach); to <= Math.min(n, rough.to() + reach); to++) {
                Shift other = better(best, from, to);
                best = other == null ? best : other;
            }
            return best;
        }

        private @Nullable Shift better(@Nullable Shift best, int from, int to) {
            int length = to - from;
            if (length > n / 2 || length < 1) {
                return best;
            }
            boolean isShort = length <= Noise.SHORT;
            double size;
            double deviation;
            if (isShort) {
                size = (localSums[to] - localSums[from]) / length;
                deviation = noise.ofShort(length);
            } else {
                double inside = sums[to] - sums[from];
                size = inside / length - (sums[n] - inside) / (n - length);
                deviation = Math.hypot(noise.ofLong(length), noise.ofLong(n - length));
            }
            double critical = Math.sqrt(2 * Math.log(Math.E * n / length)) + (isShort ? shortCaution : longCaution);
            double excess = Math.abs(size) / deviation - critical;
            return excess > (best == null ? 0 : best.excess())
                    ? new Shift(from, to, size, excess, Shift.Edge.NONE)
                    : best;
        }
    }
}
