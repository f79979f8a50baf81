package dev.plimsoll.reports.results;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.RequestCounts;
import java.util.Optional;

/** The metrics of a window as what they are: a count divided by seconds or by another count. Pure. */
public final class WindowMetrics {
    private WindowMetrics() {}

    /**
     * What is divided.
     *
     * @throws IllegalArgumentException for a metric that is not one of a window
     */
    public static long numerator(Metric metric, RequestCounts counts) {
        return switch (metric.name()) {
            case "throughput" -> counts.windowEnded();
            case "request_rate.offered" -> counts.scheduled();
            case "request_rate.sent" -> counts.windowSent();
            case "output_throughput" -> counts.windowOutputTokens();
            case "total_throughput" -> counts.windowInputTokens() + counts.windowOutputTokens();
            case "goodput", "goodput.ratio" -> counts.good();
            case "errors.ratio" -> counts.failed();
            default -> throw new IllegalArgumentException(metric.name() + " is not a metric of a window");
        };
    }

    /** What it is divided by: seconds for a rate, scheduled requests for a ratio. */
    public static double denominator(Metric metric, RequestCounts counts, double seconds) {
        return isRatio(metric) ? counts.scheduled() : seconds;
    }

    /** Whether the metric is a share of all scheduled requests. */
    public static boolean isRatio(Metric metric) {
        return metric.name().endsWith(".ratio");
    }

    /** The metric's value; nothing where it would be divided by nothing. */
    public static Optional<Double> value(Metric metric, RequestCounts counts, double seconds) {
        double denominator = denominator(metric, counts, seconds);
        return denominator > 0 ? Optional.of(numerator(metric, counts) / denominator) : Optional.empty();
    }
}
