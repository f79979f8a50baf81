package dev.plimsoll.reports.render;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.measurements.Histograms;
import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.reports.results.Batch;
import dev.plimsoll.reports.results.NodeSeries;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.Stratum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * The figures of a run as wrk counts them.
 *
 * <p>wrk takes an answer of any status for an answer: its latency counts, and a status of 400 or more is counted apart.
 * Where one second has such answers and socket errors too, the latencies of the two cannot be told from one another, and
 * neither is in {@code latency}.
 *
 * @param threads event loops that carried the load, at least 1
 * @param seconds how long requests were sent
 * @param answered requests answered within that time
 * @param badStatus of these, answers with a status of 400 or more
 * @param errors requests that got no answer
 * @param latency of answered requests in µs, from the instant each was due
 * @param service the same from the instant each was sent; without answers of a status of 400 or more
 * @param rates requests answered a second by one event loop, the mean of all, for each second of the run (for each 2^n
 *     seconds of a run longer than 128 s); empty when nothing was answered
 * @param bytesReceived of the answers that ended within that time, heads included; absent when they were not counted
 */
public record WrkFigures(
        int threads,
        double seconds,
        long answered,
        long badStatus,
        Errors errors,
        Histogram latency,
        Histogram service,
        List<Double> rates,
        OptionalLong bytesReceived) {
    /** Buckets of wrk2's histograms, from 1 µs to 24 h with three digits. */
    static final int BUCKETS = 27;

    /** Sub-buckets of each. */
    static final int SUB_BUCKETS = 2048;

    private static final long HIGHEST_MICROS = 24L * 60 * 60 * 1_000_000;
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final long NANOS_PER_MICRO = 1_000;

    /**
     * Requests without an answer, as wrk names the reasons.
     *
     * @param connect no connection, or no TLS
     * @param read the connection was closed or reset, or what came was not HTTP
     * @param write never sent
     * @param timeout not answered in time
     */
    public record Errors(long connect, long read, long write, long timeout) {
        static Errors of(RequestCounts counts) {
            return new Errors(
                    counts.errors(ErrorClass.CONNECT) + counts.errors(ErrorClass.TLS),
                    counts.errors(ErrorClass.RESET)
                            + counts.errors(ErrorClass.PROTOCOL)
                            + counts.errors(ErrorClass.STREAM_ERROR)
                            + counts.errors(ErrorClass.TRUNCATED),
                    counts.errors(ErrorClass.UNSENT),
                    counts.errors(ErrorClass.TIMEOUT));
        }

        /** All of them. */
        public long total() {
            return connect + read + write + timeout;
        }
    }

    /** Checks the components and copies the list. */
    public WrkFigures {
        requireNonNull(errors, "errors");
        requireNonNull(latency, "latency");
        requireNonNull(service, "service");
        requireNonNull(bytesReceived, "bytesReceived");
        rates = List.copyOf(rates);
        if (threads < 1) {
            throw new IllegalArgumentException("threads are at least 1, not " + threads);
        }
    }

    /**
     * Of all measured phases of a run.
     *
     * @param threads event loops that carried the load
     */
    public static WrkFigures of(RunResults results, int threads) {
        Histogram latency = micros();
        Histogram service = micros();
        List<Double> rates = new ArrayList<>();
        Batch total = new Batch(0, Map.of());
        for (Stratum stratum : results.strata(Optional.empty())) {
            for (Batch batch : stratum.batches()) {
                RequestCounts counts = batch.counts(Optional.empty());
                add(latency, batch, Metrics.LATENCY);
                add(service, batch, Metrics.SERVICE_TIME);
                if (counts.failed() == refused(counts)) {
                    add(latency, batch, Metrics.FAILED_LATENCY);
                }
                if (batch.seconds() > 0) {
                    rates.add(answered(counts) / batch.seconds() / threads);
                }
                total = total.plus(batch);
            }
        }
        RequestCounts counts = total.counts(Optional.empty());
        return new WrkFigures(
                threads,
                total.seconds(),
                answered(counts),
                badStatus(counts),
                Errors.of(counts),
                latency,
                service,
                answered(counts) == 0 ? List.of() : rates,
                OptionalLong.of(counts.windowBytes()));
    }

    /**
     * The most requests that were under way at once, waiting ones included, as far as the ends of seconds tell; absent for
     * a run that was too short.
     */
    public static OptionalLong mostUnderWay(RunResults results) {
        NodeSeries series = results.seriesOf(RunResults.IN_FLIGHT).get("");
        if (series == null) {
            return OptionalLong.empty();
        }
        double most = series.within(results.stretches(Optional.empty())).stream()
                .flatMapToDouble(Arrays::stream)
                .max()
                .orElse(-1);
        return most < 0 ? OptionalLong.empty() : OptionalLong.of((long) most);
    }

    private static long badStatus(RequestCounts counts) {
        return counts.errors(ErrorClass.HTTP_4XX) + counts.errors(ErrorClass.HTTP_5XX);
    }

    /** Answers that are failures elsewhere, for their status. */
    private static long refused(RequestCounts counts) {
        return badStatus(counts) + counts.errors(ErrorClass.CONTENT);
    }

    private static long answered(RequestCounts counts) {
        return counts.windowEnded() + refused(counts);
    }

    /** With the bounds of wrk2's histograms. */
    private static Histogram micros() {
        return new Histogram(1, HIGHEST_MICROS, SIGNIFICANT_DIGITS);
    }

    private static void add(Histogram sum, Batch batch, Metric metric) {
        Histogram nanos = Histograms.create(metric);
        batch.values(Optional.empty(), metric).addTo(nanos);
        for (HistogramIterationValue step : nanos.recordedValues()) {
            sum.recordValueWithCount(
                    (step.getValueIteratedTo() + NANOS_PER_MICRO / 2) / NANOS_PER_MICRO,
                    step.getCountAtValueIteratedTo());
        }
    }
}
