package dev.plimsoll.reports.render;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * A run as wrk 4.1 prints it, line by line, and with a rate as wrk2 does, so that what reads their output reads this. Pure.
 *
 * <p>Two lines of wrk2 have no counterpart: it throws away its first 10 s to calibrate itself, and says so for each thread.
 * One line is added at the end where something else than the server shaped the figures.
 */
public final class WrkText {
    private static final double PERCENT = 100;
    private static final double MICROS_PER_SECOND = 1e6;
    private static final double MICROS_PER_MILLI = 1e3;
    private static final int TICKS_PER_HALF_DISTANCE = 5;
    private static final List<Double> QUARTERS = List.of(50.0, 75.0, 90.0, 99.0);
    private static final List<Double> NINES = List.of(50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 99.999, 100.0);
    private static final String RULE = "-".repeat(58);

    private final StringBuilder out = new StringBuilder();

    private WrkText() {}

    /**
     * How much is printed.
     *
     * @param latency the distribution of latencies
     * @param uncorrected wrk2's second spectrum, from the instant each request was sent; only with a rate
     * @param paced whether a rate was given, and the distribution is wrk2's
     */
    public record Detail(boolean latency, boolean uncorrected, boolean paced) {}

    /**
     * The first two lines, for the start of the run.
     *
     * @param seconds how long it will take
     * @param url as it was given
     */
    public static String opening(long seconds, String url, long threads, long connections) {
        return "Running " + WrkUnits.duration(seconds) + " test @ " + url + "\n  " + threads + " threads and "
                + connections + " connections\n";
    }

    /**
     * The rest.
     *
     * @param doubt why the figures may not be the server's, a sentence; absent when nothing speaks against them
     */
    public static String closing(WrkFigures figures, Detail detail, Optional<String> doubt) {
        requireNonNull(doubt, "doubt");
        WrkText text = new WrkText();
        text.threads(figures, detail.paced());
        if (detail.latency() || detail.uncorrected()) {
            text.distributions(figures, detail);
        }
        text.totals(figures);
        doubt.ifPresent(sentence -> text.line("Generator:    " + Terminal.clean(sentence)));
        return text.out.toString();
    }

    private void threads(WrkFigures figures, boolean paced) {
        line(String.format("  Thread Stats%6s%11s%8s%12s", "Avg", "Stdev", "Max", "+/- Stdev"));
        Histogram latency = figures.latency();
        boolean any = latency.getTotalCount() > 0;
        double mean = any ? latency.getMean() : 0;
        double deviation = deviation(latency, paced);
        line("    Latency   "
                + WrkUnits.column(WrkUnits.time(mean), 8)
                + WrkUnits.column(WrkUnits.time(deviation), 10)
                + WrkUnits.column(WrkUnits.time(any ? max(latency) : 0), 9)
                + share(within(latency, mean, deviation), latency.getTotalCount()));
        List<Double> rates = figures.rates();
        double rate = rates.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        double spread = deviation(rates, rate);
        double most = rates.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        long near = rates.stream()
                .filter(one -> one >= rate - spread && one <= rate + spread)
                .count();
        line("    Req/Sec   "
                + WrkUnits.column(WrkUnits.metric(rate), 8)
                + WrkUnits.column(WrkUnits.metric(spread), 10)
                + WrkUnits.column(WrkUnits.metric(Math.rint(most)), 9)
                + share(near, rates.size()));
    }

    /** wrk divides by one fewer than there are, wrk2 by all. */
    private static double deviation(Histogram histogram, boolean paced) {
        long count = histogram.getTotalCount();
        if (count < 2) {
            return 0;
        }
        double ofAll = histogram.getStdDeviation();
        return paced ? ofAll : ofAll * Math.sqrt((double) count / (count - 1));
    }

    /** The least value that it can have been, as wrk2 has it. */
    private static double max(Histogram histogram) {
        return histogram.lowestEquivalentValue(histogram.getMaxValue());
    }

    private static double deviation(List<Double> values, double mean) {
        if (values.size() < 2) {
            return 0;
        }
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return Math.sqrt(sum / (values.size() - 1));
    }

    private static long within(Histogram histogram, double mean, double deviation) {
        long count = 0;
        for (HistogramIterationValue step : histogram.recordedValues()) {
            long value = step.getValueIteratedTo();
            if (value >= mean - deviation && value <= mean + deviation) {
                count += step.getCountAtValueIteratedTo();
            }
        }
        return count;
    }

    /** wrk divides by the count even if it is 0, and its C library prints what comes of it like this. */
    private static String share(long part, long whole) {
        return whole == 0 ? "    -nan%" : String.format("%8s%%", WrkUnits.fixed(part * PERCENT / whole, 2));
    }

    private void distributions(WrkFigures figures, Detail detail) {
        if (!detail.paced()) {
            line("  Latency Distribution");
            percentiles(figures.latency(), QUARTERS, "%7.0f%%");
            return;
        }
        if (detail.latency()) {
            spectrum(figures.latency(), "Recorded Latency");
        }
        if (detail.uncorrected()) {
            line("");
            spectrum(figures.service(), "Uncorrected Latency (measured without taking delayed starts into account)");
        }
    }

    private void percentiles(Histogram histogram, List<Double> levels, String format) {
        for (double level : levels) {
            long value = histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(level);
            line(String.format(Locale.ROOT, format, level) + WrkUnits.column(WrkUnits.time(value), 10));
        }
    }

    private void spectrum(Histogram histogram, String what) {
        line("  Latency Distribution (HdrHistogram - " + what + ")");
        percentiles(histogram, NINES, "%7.3f%%");
        line("");
        line("  Detailed Percentile spectrum:");
        line(String.format("%12s %12s %12s %12s", "Value", "Percentile", "TotalCount", "1/(1-Percentile)"));
        line("");
        for (HistogramIterationValue step : histogram.percentiles(TICKS_PER_HALF_DISTANCE)) {
            double level = step.getPercentileLevelIteratedTo() / PERCENT;
            String inverted = level >= 1 ? "inf" : WrkUnits.fixed(1 / (1 - level), 2);
            line(String.format(
                    Locale.ROOT,
                    "%12s %12s %12d %12s",
                    WrkUnits.fixed(step.getValueIteratedTo() / MICROS_PER_MILLI, 3),
                    WrkUnits.fixed(level, 6),
                    step.getTotalCountToThisValue(),
                    inverted));
        }
        boolean any = histogram.getTotalCount() > 0;
        line(String.format(
                Locale.ROOT,
                "#[Mean    = %12.3f, StdDeviation   = %12.3f]",
                any ? histogram.getMean() / MICROS_PER_MILLI : 0,
                any ? histogram.getStdDeviation() / MICROS_PER_MILLI : 0));
        line(String.format(
                Locale.ROOT,
                "#[Max     = %12.3f, Total count    = %12d]",
                any ? max(histogram) / MICROS_PER_MILLI : 0,
                histogram.getTotalCount()));
        line(String.format("#[Buckets = %12d, SubBuckets     = %12d]", WrkFigures.BUCKETS, WrkFigures.SUB_BUCKETS));
        line(RULE);
    }

    private void totals(WrkFigures figures) {
        String read = figures.bytesReceived().isPresent()
                ? ", " + WrkUnits.binary(figures.bytesReceived().getAsLong()) + "B read"
                : "";
        line("  " + figures.answered() + " requests in " + WrkUnits.time(figures.seconds() * MICROS_PER_SECOND) + read);
        WrkFigures.Errors errors = figures.errors();
        if (errors.total() > 0) {
            line("  Socket errors: connect " + errors.connect() + ", read " + errors.read() + ", write "
                    + errors.write() + ", timeout " + errors.timeout());
        }
        if (figures.badStatus() > 0) {
            line("  Non-2xx or 3xx responses: " + figures.badStatus());
        }
        line(String.format("Requests/sec: %9s", WrkUnits.fixed(perSecond(figures.answered(), figures), 2)));
        figures.bytesReceived()
                .ifPresent(bytes ->
                        line(String.format("Transfer/sec: %10sB", WrkUnits.binary(perSecond(bytes, figures)))));
    }

    private static double perSecond(long count, WrkFigures figures) {
        return figures.seconds() > 0 ? count / figures.seconds() : 0;
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
