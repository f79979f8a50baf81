package dev.plimsoll.agent.engine;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestCounts;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What happened to the requests of one series on one shard in one interval. Written by the shard's event loop until it
 * is flipped out, then read and reset by one other thread.
 */
final class Recording {
    static final int LATENCY = 0;
    static final int SERVICE_TIME = 1;
    static final int SEND_LAG = 2;
    static final int TTFT = 3;
    static final int TTFT_SERVICE = 4;
    static final int TPOT = 5;
    static final int ITL = 6;
    static final int CHUNK_GAP = 7;
    static final int LATENCY_PER_TOKEN = 8;
    static final int CONNECT_TIME = 9;
    static final int TLS_TIME = 10;
    static final int FAILED_LATENCY = 11;
    static final int INPUT_TOKENS = 12;
    static final int OUTPUT_TOKENS = 13;

    /** The metrics, by the numbers above. */
    static final List<Metric> METRICS = List.of(
            Metrics.LATENCY,
            Metrics.SERVICE_TIME,
            Metrics.SEND_LAG,
            Metrics.TTFT,
            Metrics.TTFT_SERVICE,
            Metrics.TPOT,
            Metrics.ITL,
            Metrics.CHUNK_GAP,
            Metrics.LATENCY_PER_TOKEN,
            Metrics.CONNECT_TIME,
            Metrics.TLS_TIME,
            Metrics.FAILED_LATENCY,
            Metrics.INPUT_TOKENS,
            Metrics.OUTPUT_TOKENS);

    private static final ErrorClass[] CLASSES = ErrorClass.values();

    private final @Nullable Histogram[] histograms = new Histogram[METRICS.size()];
    private final long[] errors = new long[CLASSES.length];
    long scheduled;
    long sent;
    long succeeded;
    long failed;
    long good;
    long outOfRange;
    long windowEnded;
    long windowSent;
    long windowInputTokens;
    long windowOutputTokens;
    long windowBytes;

    /** Records {@code count} values; those that no histogram holds are counted as out of range. */
    void record(int metric, long value, long count) {
        long highest = metric >= INPUT_TOKENS ? Histograms.HIGHEST_TOKENS : Histograms.HIGHEST_NANOS;
        if (value < 0 || value > highest) {
            outOfRange += count;
            return;
        }
        Histogram histogram = histograms[metric];
        if (histogram == null) {
            histogram = Histograms.create(METRICS.get(metric));
            histograms[metric] = histogram;
        }
        histogram.recordValueWithCount(value, count);
    }

    /** Counts a failure. */
    void failed(ErrorClass errorClass) {
        failed++;
        errors[errorClass.ordinal()]++;
    }

    /** The counts. */
    RequestCounts counts() {
        Map<ErrorClass, Long> byClass = new EnumMap<>(ErrorClass.class);
        for (ErrorClass errorClass : CLASSES) {
            if (errors[errorClass.ordinal()] > 0) {
                byClass.put(errorClass, errors[errorClass.ordinal()]);
            }
        }
        return new RequestCounts(
                scheduled,
                sent,
                succeeded,
                failed,
                good,
                byClass,
                outOfRange,
                windowEnded,
                windowSent,
                windowInputTokens,
                windowOutputTokens,
                windowBytes);
    }

    /** Adds the values to histograms by metric name, and creates those that are missing. */
    void addTo(Map<String, Histogram> sums) {
        for (int metric = 0; metric < histograms.length; metric++) {
            Histogram part = histograms[metric];
            if (part != null && part.getTotalCount() > 0) {
                Metric of = METRICS.get(metric);
                sums.computeIfAbsent(of.name(), name -> Histograms.create(of)).add(part);
            }
        }
    }

    /** Copies of the histograms with values, by metric name. */
    Map<String, Histogram> histograms() {
        Map<String, Histogram> copies = new LinkedHashMap<>();
        addTo(copies);
        return copies;
    }

    /** Forgets everything; keeps the memory. */
    void reset() {
        for (Histogram histogram : histograms) {
            if (histogram != null && histogram.getTotalCount() > 0) {
                histogram.reset();
            }
        }
        Arrays.fill(errors, 0);
        scheduled = 0;
        sent = 0;
        succeeded = 0;
        failed = 0;
        good = 0;
        outOfRange = 0;
        windowEnded = 0;
        windowSent = 0;
        windowInputTokens = 0;
        windowOutputTokens = 0;
        windowBytes = 0;
    }
}
