package dev.plimsoll.agent.schedule;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** The test of Kolmogorov and Smirnov at a level of 1 %, and the distribution functions to hold it against. */
final class KolmogorovSmirnov {
    /** The asymptotic critical value at 1 %: P(√n · D > 1.628) = 0.01. Good to three digits above n = 100. */
    private static final double CRITICAL = 1.628;

    private static final double[] LANCZOS = {
        76.18009172947146,
        -86.50532032941677,
        24.01409824083091,
        -1.231739572450155,
        0.1208650973866179e-2,
        -0.5395239384953e-5
    };

    private KolmogorovSmirnov() {}

    /** The largest distance between the values' distribution and a law, where both are above {@code least}. */
    static double distance(double[] values, double least, DoubleUnaryOperator law) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        int below = 0;
        while (below < n && sorted[below] <= least) {
            below++;
        }
        double distance = Math.abs((double) below / n - law.applyAsDouble(least));
        for (int i = below; i < n; i++) {
            double expected = law.applyAsDouble(sorted[i]);
            distance = Math.max(distance, Math.max((i + 1.0) / n - expected, expected - (double) i / n));
        }
        return distance;
    }

    /** The distance that values of the law exceed once in a hundred times. */
    static double limit(int n) {
        return CRITICAL / Math.sqrt(n);
    }

    /**
     * Values follow a law. Smaller ones than {@code least} are only counted: an instant is a whole number of
     * nanoseconds, and a law of very irregular gaps has many that are shorter.
     */
    static void assertFollows(double[] values, double least, DoubleUnaryOperator law, String what) {
        assertTrue(values.length > 100, () -> what + ": only " + values.length + " values");
        double distance = distance(values, least, law);
        double limit = limit(values.length);
        assertTrue(
                distance < limit, () -> what + ": distance " + distance + ", limit " + limit + ", n " + values.length);
    }

    static double exponential(double x) {
        return x <= 0 ? 0 : 1 - Math.exp(-x);
    }

    /**
     * The gamma distribution of that shape and scale 1: the regularized lower incomplete gamma function, by its series
     * below shape + 1 and by Lentz's continued fraction above (Press et al., <i>Numerical Recipes</i>, section 6.2).
     */
    static double gamma(double shape, double x) {
        if (x <= 0) {
            return 0;
        }
        double factor = Math.exp(-x + shape * Math.log(x) - logGamma(shape));
        if (x < shape + 1) {
            double term = 1 / shape;
            double sum = term;
            for (double a = shape + 1; term > sum * 1e-15; a++) {
                term *= x / a;
                sum += term;
            }
            return sum * factor;
        }
        double b = x + 1 - shape;
        double c = 1e300;
        double d = 1 / b;
        double h = d;
        for (int i = 1; i < 1_000; i++) {
            double an = -i * (i - shape);
            b += 2;
            d = 1 / (an * d + b);
            c = b + an / c;
            double change = d * c;
            h *= change;
            if (Math.abs(change - 1) < 1e-14) {
                break;
            }
        }
        return 1 - factor * h;
    }

    /** ln Γ(x) by Lanczos' approximation. */
    private static double logGamma(double x) {
        double t = x + 5.5 - (x + 0.5) * Math.log(x + 5.5);
        double series = 1.000000000190015;
        for (int i = 0; i < LANCZOS.length; i++) {
            series += LANCZOS[i] / (x + i + 1);
        }
        return -t + Math.log(2.5066282746310005 * series / x);
    }
}
