package dev.plimsoll.reports.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestInterval;
import dev.plimsoll.reports.results.MergedInterval;
import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * The lines of {@code histograms.hlog}: HdrHistogram's log format 1.3, which every HdrHistogram tool opens.
 *
 * <p>A line's tag is {@code phase/request/metric}, each part percent-encoded where it holds anything but letters,
 * digits, dots, dashes and underscores. The event loops' lag has the tag {@value #LAG_TAG}. Times are in nanoseconds,
 * and the interval's maximum stands there in milliseconds; tokens are plain numbers.
 */
final class HistogramLog {
    /** The tag of the event loops' lag; no phase has such a name. */
    static final String LAG_TAG = "-/-/generator.event_loop_lag";

    private static final double MILLIS_PER_SECOND = 1e3;
    private static final int FIELDS = 5;

    private HistogramLog() {}

    /**
     * A data line.
     *
     * @param millis the interval's start, in ms since the load began
     * @param phase the phase; {@code -} for the generator
     * @param request the request's name
     * @param metric the metric's name
     * @param histogram its values
     */
    record Line(long millis, String phase, String request, String metric, Histogram histogram) {}

    static byte[] header(String run, Instant loadStarted) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        HistogramLogWriter log = new HistogramLogWriter(bytes);
        log.outputComment("[Run " + run + ", tags are phase/request/metric, times in ns, maxima in ms]");
        log.outputLogFormatVersion();
        log.outputStartTime(loadStarted.toEpochMilli());
        log.outputLegend();
        log.close();
        return bytes.toByteArray();
    }

    /** The lines of one interval, to be written in one piece. */
    static byte[] lines(MergedInterval interval) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        HistogramLogWriter log = new HistogramLogWriter(bytes);
        for (RequestInterval request : interval.requests()) {
            new TreeMap<>(request.histograms()).forEach((metric, histogram) -> {
                if (histogram.getTotalCount() > 0) {
                    String tag = encode(request.key().phase()) + "/"
                            + encode(request.key().request()) + "/" + encode(metric);
                    double scale = Metrics.find(metric).map(Histograms::scale).orElse(1.0);
                    line(log, interval, tag, histogram, scale);
                }
            });
        }
        if (interval.eventLoopLag().getTotalCount() > 0) {
            line(log, interval, LAG_TAG, interval.eventLoopLag(), Histograms.scale(Metrics.LATENCY));
        }
        log.close();
        return bytes.toByteArray();
    }

    private static void line(
            HistogramLogWriter log, MergedInterval interval, String tag, Histogram histogram, double scale) {
        String before = histogram.getTag();
        histogram.setTag(tag);
        log.outputIntervalHistogram(interval.t(), interval.t() + interval.seconds(), histogram, scale);
        histogram.setTag(before);
    }

    /** The key of an interval's lines. */
    static long millis(double t) {
        return Math.round(t * MILLIS_PER_SECOND);
    }

    /**
     * Reads a line.
     *
     * @return nothing for a comment, the legend, or a histogram without a tag of ours
     * @throws IllegalArgumentException for a broken line, with what is wrong
     */
    static Optional<Line> parse(String line) {
        if (!line.startsWith("Tag=")) {
            boolean isOther = line.isBlank()
                    || line.startsWith("#")
                    || line.startsWith("\"")
                    || Character.isDigit(line.charAt(0));
            if (!isOther) {
                throw new IllegalArgumentException("not a line of a histogram log");
            }
            return Optional.empty();
        }
        String[] fields = line.substring("Tag=".length()).split(",", -1);
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("a tagged line has " + FIELDS + " fields, not " + fields.length);
        }
        String[] tag = fields[0].split("/", -1);
        if (tag.length != 3) {
            return Optional.empty();
        }
        long millis = millis(Double.parseDouble(fields[1]));
        return Optional.of(new Line(millis, decode(tag[0]), decode(tag[1]), decode(tag[2]), histogram(fields[4])));
    }

    private static Histogram histogram(String base64) {
        try {
            ByteBuffer buffer = ByteBuffer.wrap(Base64.getDecoder().decode(base64));
            return Histogram.decodeFromCompressedByteBuffer(buffer, 0);
        } catch (DataFormatException | RuntimeException e) {
            throw new IllegalArgumentException("not a compressed histogram: " + e.getMessage(), e);
        }
    }

    static Optional<Metric> metric(Line line) {
        return Metrics.find(line.metric());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20").replace("*", "%2A");
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    }
}
