package dev.plimsoll.agent.probes;

import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Queries to a Prometheus server, or to one that speaks its API.
 *
 * <p>Each query is evaluated at every whole interval of the agent's wall clock, as other probes are asked, but later:
 * stretches of such instants are asked for together, when they are old enough that what was scraped late is there, and the
 * rest when the run ends. What a server did not answer is asked for again until then. A server's clock is asked for its time
 * first, and instants are converted to it.
 *
 * <p>The value is that of the last scrape before the instant. A query gives one number: an empty result has none, several
 * series are an error of the query, and NaN, as of a division by zero, is no number.
 *
 * <p>Safe for use by several threads: nobody waits for the server but the last sample.
 */
final class PrometheusProbe implements Probe {
    /** How often a stretch is asked for. */
    static final Duration STRETCH = Duration.ofSeconds(10);

    /** How old the youngest instant of a stretch is: a scrape takes so long by default at most. */
    static final Duration LATE = Duration.ofSeconds(10);

    /** The last sample may take 2 s in all. */
    private static final Duration LAST = Duration.ofMillis(1_800);

    /** A server gives 11,000 points at most. */
    private static final int MOST_POINTS = 10_000;

    private static final int LIMIT = 8 * 1024 * 1024;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final HttpFetch fetch;
    private final Workers workers;
    private final HttpSource source;
    private final Map<String, String> queries;
    private final long interval;
    private final Duration timeout;
    private final InstantSource clock;

    // All below is guarded by this; instants are whole numbers of intervals since the epoch.
    private final Map<String, Long> next = new LinkedHashMap<>();
    private final Map<String, String> troubles = new HashMap<>();
    private final Set<String> seen = new HashSet<>();
    private TreeMap<Long, Map<String, Reading>> known = new TreeMap<>();
    private Future<Void> underWay = Future.succeededFuture();
    private long asked;
    private boolean over;

    /**
     * Asks for nothing yet.
     *
     * @param source the server, with the base URL of its API
     * @param queries PromQL by metric
     * @param interval between two instants, in whole ms
     * @param timeout for each answer
     * @param clock the agent's
     */
    PrometheusProbe(
            HttpFetch fetch,
            Workers workers,
            HttpSource source,
            Map<String, String> queries,
            Duration interval,
            Duration timeout,
            InstantSource clock) {
        this.fetch = fetch;
        this.workers = workers;
        this.source = source;
        this.queries = Map.copyOf(queries);
        this.interval = Math.max(1, interval.toMillis());
        this.timeout = timeout;
        this.clock = clock;
    }

    @Override
    public String type() {
        return "prometheus";
    }

    @Override
    public Set<String> metrics() {
        return queries.keySet();
    }

    /** Begins at the next instant, and sees to it that a stretch is asked for when one is due. */
    @Override
    public synchronized Future<Map<String, Reading>> sample() {
        long now = clock.millis();
        if (next.isEmpty()) {
            queries.keySet().forEach(metric -> next.put(metric, Math.ceilDiv(now, interval)));
            asked = now;
        } else if (underWay.isComplete() && now - asked >= STRETCH.toMillis()) {
            asked = now;
            underWay = ask(Math.floorDiv(now - LATE.toMillis(), interval), timeout);
        }
        return Future.succeededFuture(Map.of());
    }

    /** Asks for all that is not known yet. */
    @Override
    public Future<Map<String, Reading>> lastSample() {
        long until = Math.floorDiv(clock.millis(), interval);
        Future<Void> before;
        synchronized (this) {
            before = underWay;
        }
        return before.transform(stretch -> ask(until, LAST))
                .timeout(LAST.toMillis(), TimeUnit.MILLISECONDS)
                .transform(rest -> {
                    giveUp(until);
                    return Future.succeededFuture(Map.of());
                });
    }

    @Override
    public synchronized List<Dated> past() {
        List<Dated> past = new ArrayList<>();
        known.forEach((index, readings) -> past.add(new Dated(Instant.ofEpochMilli(index * interval), readings)));
        known = new TreeMap<>();
        return past;
    }

    @Override
    public synchronized Optional<String> remark() {
        return troubles.values().stream()
                .filter(trouble -> !over)
                .findFirst()
                .map(trouble -> trouble + "; what is missing is asked for again until the run ends");
    }

    @Override
    public synchronized Future<Void> close() {
        over = true;
        return Future.succeededFuture();
    }

    // Asking

    /** Asks for all instants up to that one that are not known; completes when all is answered or has failed. */
    private Future<Void> ask(long until, Duration limit) {
        long sent = clock.millis();
        return get("query", "query=time()", limit)
                .compose(answer -> {
                    double server = answer.serverTime();
                    if (Double.isNaN(server)) {
                        return Future.failedFuture(source.address() + " does not tell its time");
                    }
                    long middle = (sent + clock.millis()) / 2;
                    return stretches(until, Math.round(server * MILLIS_PER_SECOND) - middle, limit);
                })
                .transform(result -> {
                    if (result.failed()) {
                        queries.keySet().forEach(metric -> trouble(metric, result.cause()));
                    }
                    return Future.succeededFuture();
                });
    }

    private Future<Void> stretches(long until, long offset, Duration limit) {
        List<Future<Void>> all = new ArrayList<>();
        for (String metric : queries.keySet()) {
            long from;
            synchronized (this) {
                from = next.getOrDefault(metric, Long.MAX_VALUE);
            }
            long to = Math.min(until, from + MOST_POINTS - 1);
            if (from <= to) {
                all.add(stretch(metric, from, to, offset, limit));
            }
        }
        return Future.join(all).mapEmpty();
    }

    private Future<Void> stretch(String metric, long from, long to, long offset, Duration limit) {
        long start = from * interval + offset;
        String range = "query=" + encoded(queries.getOrDefault(metric, "")) + "&start=" + seconds(start) + "&end="
                + seconds(to * interval + offset) + "&step=" + seconds(interval);
        return get("query_range", range, limit)
                .compose(answer -> workers.run(() -> answer.points(start, interval, (int) (to - from + 1))))
                .<Void>transform(result -> {
                    if (result.failed()) {
                        trouble(metric, result.cause());
                    } else {
                        keep(metric, from, result.result());
                    }
                    return Future.succeededFuture();
                });
    }

    private Future<PrometheusAnswer> get(String path, String parameters, Duration limit) {
        String base = source.url().toString().replaceFirst("[?#].*$", "").replaceFirst("/+$", "");
        // Servers that keep answers may shift instants; Prometheus itself does not know nocache.
        URI address = URI.create(
                base + "/api/v1/" + path + "?" + parameters + "&timeout=" + limit.toMillis() + "ms&nocache=1");
        return fetch.fetch(new HttpFetch.Fetch("GET", address, source.headers(), new byte[0], limit, LIMIT))
                .compose(answer -> workers.run(() -> PrometheusAnswer.of(answer, source.address())));
    }

    private static String encoded(String query) {
        return URLEncoder.encode(query, StandardCharsets.UTF_8);
    }

    private static String seconds(long millis) {
        return millis / 1_000 + "." + String.format(Locale.ROOT, "%03d", millis % 1_000);
    }

    // What is known

    private synchronized void keep(String metric, long from, List<Reading> points) {
        if (over) {
            return;
        }
        troubles.remove(metric);
        for (int i = 0; i < points.size(); i++) {
            add(metric, from + i, points.get(i));
        }
        next.put(metric, from + points.size());
    }

    /** A result that was there once is only missing now. */
    private void add(String metric, long index, Reading reading) {
        Reading remembered = reading;
        if (reading instanceof Reading.Value) {
            seen.add(metric);
        } else if (reading instanceof Reading.NotAvailable none && seen.contains(metric)) {
            remembered = Reading.failed("had a value before: " + none.reason());
        }
        known.computeIfAbsent(index, one -> new LinkedHashMap<>()).put(metric, remembered);
    }

    private synchronized void trouble(String metric, Throwable cause) {
        troubles.put(metric, String.valueOf(cause.getMessage()));
    }

    /** What is not known by now has failed. */
    private synchronized void giveUp(long until) {
        over = true;
        next.forEach((metric, from) -> {
            String reason = troubles.getOrDefault(metric, source.address() + " did not answer before the run ended");
            long to = Math.min(until, from + MOST_POINTS - 1);
            for (long index = from; index <= to; index++) {
                add(metric, index, Reading.failed(reason));
            }
        });
    }
}
