package dev.plimsoll.reports.render;

import java.util.ArrayList;
import java.util.List;

/**
 * Maps values to places in a drawing, and knows where ticks belong.
 *
 * @param low the value at {@code from}
 * @param high the value at {@code to}, above {@code low}
 * @param log whether equal ratios are equally far apart; {@code low} is positive then
 * @param from place of {@code low}
 * @param to place of {@code high}
 */
record Scale(double low, double high, boolean log, double from, double to) {
    private static final double[] CLOCK_STEPS = {
        0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800
    };

    Scale {
        if (!(low < high) || (log && low <= 0)) {
            throw new IllegalArgumentException("no scale from " + low + " to " + high);
        }
    }

    /** From 0, or from the smallest where that is below, to a round number above the largest value. */
    static Scale linear(double min, double max, double from, double to) {
        double high = max > 0 ? max : min < 0 ? 0 : 1;
        double low = Math.min(min, 0);
        double step = roundStep((high - low) / 4);
        return new Scale(Math.floor(low / step) * step, Math.ceil(high / step * 0.999) * step, false, from, to);
    }

    /** From a round number below the smallest to one above the largest; both are positive. */
    static Scale logarithmic(double min, double max, double from, double to) {
        double low = roundDown(min);
        double high = roundUp(max);
        return new Scale(low, high > low * 1.5 ? high : low * 2, true, from, to);
    }

    /** The place of a value; one outside is put on the edge. */
    double at(double value) {
        double share = log ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
        return from + Math.max(0, Math.min(1, share)) * (to - from);
    }

    /** Round values from the low to the high end. */
    List<Double> ticks(int about) {
        return log ? logTicks(about) : linearTicks(roundStep((high - low) / about));
    }

    /** Round instants of a clock, for a scale in seconds. */
    List<Double> clockTicks(int about) {
        for (double step : CLOCK_STEPS) {
            if ((high - low) / step <= about) {
                return linearTicks(step);
            }
        }
        return linearTicks(roundStep((high - low) / about));
    }

    private List<Double> linearTicks(double step) {
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    private List<Double> logTicks(int about) {
        double decades = Math.log10(high / low);
        double[] steps = decades * 3 <= about + 3 ? new double[] {1, 2, 5} : new double[] {1};
        List<Double> ticks = new ArrayList<>();
        for (int power = (int) Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
            for (double step : steps) {
                double tick = step * Math.pow(10, power);
                if (tick >= low * 0.999 && tick <= high * 1.001) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    private static double roundStep(double step) {
        double unit = Math.pow(10, Math.floor(Math.log10(step)));
        double factor = step / unit;
        return unit * (factor <= 1.0001 ? 1 : factor <= 2.0001 ? 2 : factor <= 5.0001 ? 5 : 10);
    }

    private static double roundDown(double value) {
        double unit = Math.pow(10, Math.floor(Math.log10(value)));
        double factor = value / unit;
        return unit * (factor >= 5 ? 5 : factor >= 2 ? 2 : 1);
    }

    private static double roundUp(double value) {
        double unit = Math.pow(10, Math.floor(Math.log10(value)));
        double factor = value / unit;
        return unit * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
    }
}
