package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.probes.Probe.Dated;
import dev.plimsoll.measurements.Reading;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrometheusProbeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** A whole second. */
    private static final long BEGIN = 1_700_000_000_000L;

    private PageServer server;
    private long now = BEGIN;

    @BeforeEach
    void start() throws Exception {
        server = new PageServer();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private URI base() {
        return server.url().resolve("/prom/");
    }

    private PrometheusProbe probe(URI url, Map<String, String> headers, Map<String, String> queries) {
        return new PrometheusProbe(
                server.fetch,
                server.workers,
                HttpSource.of(url, headers, "application/json"),
                queries,
                SECOND,
                PATIENCE,
                () -> Instant.ofEpochMilli(now));
    }

    /** Answers {@code time()} with that time in ms, and ranges by what is told of each instant, in ms. */
    private static void answer(HttpServerRequest request, long time, LongFunction<String> range) {
        if (request.path().endsWith("/query")) {
            request.response()
                    .end("{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[" + time / 1e3 + ",\""
                            + time / 1e3 + "\"]}}");
            return;
        }
        long start = Math.round(Double.parseDouble(request.getParam("start")) * 1e3);
        long end = Math.round(Double.parseDouble(request.getParam("end")) * 1e3);
        long step = Math.round(Double.parseDouble(request.getParam("step")) * 1e3);
        List<String> values = new ArrayList<>();
        for (long at = start; at <= end; at += step) {
            String value = range.apply(at);
            if (!value.isEmpty()) {
                values.add("[" + at / 1e3 + ",\"" + value + "\"]");
            }
        }
        request.response().end(matrix("{\"metric\":{},\"values\":[" + String.join(",", values) + "]}"));
    }

    private static String matrix(String... series) {
        return "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[" + String.join(",", series)
                + "]}}";
    }

    /** What is known of each second since the beginning, by the second. */
    private static Map<Long, Reading> seconds(List<Dated> past, String metric) {
        Map<Long, Reading> seconds = new LinkedHashMap<>();
        for (Dated dated : past) {
            Reading reading = dated.readings().get(metric);
            if (reading != null) {
                seconds.put((dated.instant().toEpochMilli() - BEGIN) / 1_000, reading);
            }
        }
        return seconds;
    }

    /** All of a run of three seconds, at 0, 1, 2 and 3. */
    private Map<Long, Reading> run(PrometheusProbe probe) throws Exception {
        now = BEGIN;
        await(probe.sample());
        now = BEGIN + 3_200;
        assertEquals(Map.of(), await(probe.lastSample()));
        return seconds(probe.past(), "m");
    }

    private Map<Long, Reading> run(LongFunction<String> range) throws Exception {
        server.handler(request -> answer(request, now, range));
        return run(probe(base(), Map.of(), Map.of("m", "up")));
    }

    @Test
    void aRunIsAskedForAtItsWholeIntervals() throws Exception {
        assertEquals(
                Map.of(0L, Reading.of(0), 1L, Reading.of(1), 2L, Reading.of(2), 3L, Reading.of(3)),
                run(at -> String.valueOf((at - BEGIN) / 1_000)));
    }

    @Test
    void instantsAreThoseOfTheServersClock() throws Exception {
        // The server is an hour and 1 ms ahead.
        long ahead = 3_600_001;
        server.handler(request -> answer(request, now + ahead, at -> String.valueOf((at - ahead - BEGIN) / 1_000.0)));
        assertEquals(
                Map.of(0L, Reading.of(0), 1L, Reading.of(1), 2L, Reading.of(2), 3L, Reading.of(3)),
                run(probe(base(), Map.of(), Map.of("m", "up"))));
    }

    @Test
    void whatIsNoNumberIsNoValue() throws Exception {
        List<String> values = List.of("NaN", "+Inf", "x", "7");
        assertEquals(
                Map.of(
                        0L, Reading.failed("the query gives NaN"),
                        1L, Reading.failed("the query gives +Inf"),
                        2L, Reading.failed("the query gives \"x\", which is no number"),
                        3L, Reading.of(7)),
                run(at -> values.get((int) ((at - BEGIN) / 1_000))));
    }

    @Test
    void anEmptyResultIsNotAvailableUntilThereWasOne() throws Exception {
        Reading none = Reading.notAvailable("the query has no result; is there such a metric?");
        List<String> values = List.of("", "7", "", "8");
        assertEquals(
                Map.of(
                        0L, none,
                        1L, Reading.of(7),
                        2L, Reading.failed("had a value before: the query has no result; is there such a metric?"),
                        3L, Reading.of(8)),
                run(at -> values.get((int) ((at - BEGIN) / 1_000))));
    }

    @Test
    void severalSeriesAreNotAddedUpUnaskedAndOneAfterTheOtherIsOne() throws Exception {
        String first = "{\"metric\":{\"pod\":\"a\"},\"values\":[[1700000000,\"1\"],[1700000001,\"2\"]]}";
        String second = "{\"metric\":{\"pod\":\"b\"},\"values\":[[1700000001,\"3\"],[1700000002,\"4\"]]}";
        server.handler(request -> {
            if (request.path().endsWith("/query")) {
                answer(request, now, at -> "");
            } else {
                request.response().end(matrix(first, second));
            }
        });
        Map<Long, Reading> readings = run(probe(base(), Map.of(), Map.of("m", "up")));
        assertEquals(Reading.of(1), readings.get(0L));
        assertEquals(
                Reading.failed("had a value before: the query gives 2 series and not one; sum, average or filter them"),
                readings.get(1L));
        assertEquals(Reading.of(4), readings.get(2L));
    }

    @Test
    void stretchesAreAskedForWhenTheyAreOldEnough() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        server.handler(request -> {
            if (request.path().endsWith("/query_range")) {
                asked.add(request.getParam("start") + " to " + request.getParam("end"));
            }
            answer(request, now, at -> "1");
        });
        PrometheusProbe probe = probe(base(), Map.of(), Map.of("m", "up"));
        List<Dated> past = new ArrayList<>();
        for (int second = 0; second <= 30; second++) {
            now = BEGIN + second * 1_000;
            await(probe.sample());
            if (second % 10 == 0) {
                long wanted = Math.max(0, second - 9);
                long end = System.nanoTime() + PATIENCE.toNanos();
                while (past.size() < wanted && System.nanoTime() < end) {
                    past.addAll(probe.past());
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
            }
        }
        await(probe.lastSample());
        past.addAll(probe.past());
        // At 10 s only the first instant is 10 s old.
        assertEquals(
                List.of(
                        "1700000000.000 to 1700000000.000",
                        "1700000001.000 to 1700000010.000",
                        "1700000011.000 to 1700000020.000",
                        "1700000021.000 to 1700000030.000"),
                asked);
        assertEquals(31, seconds(past, "m").size(), "each second once");
        assertEquals(31, past.size());
    }

    @Test
    void whatWasNotAnsweredIsAskedForAgainAndLosesNothing() throws Exception {
        AtomicInteger left = new AtomicInteger(1);
        server.handler(request -> {
            if (request.path().endsWith("/query_range") && left.getAndDecrement() > 0) {
                request.response().setStatusCode(503).end("starting");
            } else {
                answer(request, now, at -> "5");
            }
        });
        PrometheusProbe probe = probe(base(), Map.of(), Map.of("m", "up"));
        await(probe.sample());
        now = BEGIN + 15_000;
        await(probe.sample());
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (probe.remark().isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        assertEquals(
                base() + " answers with status 503; what is missing is asked for again until the run ends",
                probe.remark().orElse(""));
        assertEquals(List.of(), probe.past());
        await(probe.lastSample());
        Map<Long, Reading> readings = seconds(probe.past(), "m");
        assertEquals(16, readings.size());
        readings.forEach((second, reading) -> assertEquals(Reading.of(5), reading));
    }

    @Test
    void somethingElseThanPrometheusFailsEachInstantAndSaysSo() throws Exception {
        server.page("<html>hello</html>");
        Map<Long, Reading> page = run(probe(base(), Map.of(), Map.of("m", "up")));
        assertEquals(4, page.size());
        Reading.Failed first = assertInstanceOf(Reading.Failed.class, page.get(0L));
        assertTrue(first.reason().contains("is the URL right?"), first.reason());
        server.handler(request -> request.response().setStatusCode(401).end("no"));
        assertEquals(
                Reading.failed(base() + " answers with status 401"),
                run(probe(base(), Map.of(), Map.of("m", "up"))).get(3L));
        assertEquals(
                Reading.failed("nothing listens at http://127.0.0.1:1"),
                run(probe(URI.create("http://127.0.0.1:1"), Map.of(), Map.of("m", "up")))
                        .get(2L));
    }

    @Test
    void aServerThatHangsIsGivenUpWithinTheTimeOfALastSample() throws Exception {
        server.handler(request -> {});
        Map<Long, Reading> readings = run(probe(base(), Map.of(), Map.of("m", "up")));
        assertEquals(4, readings.size());
        readings.values().forEach(reading -> assertInstanceOf(Reading.Failed.class, reading));
    }

    @Test
    void headersAndUserInformationAreSentAndNotTold() throws Exception {
        AtomicReference<String> authorization = new AtomicReference<>("");
        AtomicReference<String> asked = new AtomicReference<>("");
        server.handler(request -> {
            authorization.set(request.getHeader("Authorization"));
            asked.set(request.path() + "?query=" + request.getParam("query"));
            answer(request, now, at -> "1");
        });
        run(probe(base(), Map.of("Authorization", "Bearer t-1"), Map.of("m", "sum(a{b=\"c d+e\"})")));
        assertEquals("Bearer t-1", authorization.get());
        assertEquals("/prom/api/v1/query_range?query=sum(a{b=\"c d+e\"})", asked.get());

        server.handler(request -> {
            authorization.set(request.getHeader("Authorization"));
            request.response().setStatusCode(403).end();
        });
        URI withUser = URI.create(base().toString().replace("http://", "http://me:pa%73s@"));
        Reading refused = run(probe(withUser, Map.of(), Map.of("m", "up"))).get(0L);
        assertEquals(
                "Basic " + Base64.getEncoder().encodeToString("me:pass".getBytes(StandardCharsets.UTF_8)),
                authorization.get());
        assertEquals(Reading.failed(base() + " answers with status 403"), refused);
    }

    // A real server

    /** A real server that scrapes itself and a page that takes a second to answer, each every two seconds. */
    private static final class RealPrometheus implements AutoCloseable {
        private final Process process;
        private final URI url;

        RealPrometheus(Path directory, URI slow) throws Exception {
            int port;
            try (var free = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            url = URI.create("http://127.0.0.1:" + port);
            Path config = Files.writeString(directory.resolve("prometheus.yml"), """
                    global: { scrape_interval: 200ms, scrape_timeout: 200ms }
                    scrape_configs:
                      - job_name: self
                        static_configs: [ { targets: [ "127.0.0.1:%d" ] } ]
                      - job_name: slow
                        scrape_interval: 2s
                        scrape_timeout: 2s
                        static_configs: [ { targets: [ "127.0.0.1:%d" ] } ]
                    """.formatted(port, slow.getPort()));
            process = new ProcessBuilder(
                            "prometheus",
                            "--config.file=" + config,
                            "--storage.tsdb.path=" + directory.resolve("data"),
                            "--web.listen-address=127.0.0.1:" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile())
                    .start();
        }

        @Override
        public void close() throws Exception {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private PrometheusProbe real(RealPrometheus real, Map<String, String> queries) {
        return new PrometheusProbe(
                server.fetch,
                server.workers,
                HttpSource.of(real.url, Map.of(), "application/json"),
                queries,
                Duration.ofMillis(100),
                PATIENCE,
                InstantSource.system());
    }

    @Test
    void aRealPrometheusTellsEachInstantWhatWasScrapedForItHoweverLate(@TempDir Path directory) throws Exception {
        // The n-th scrape sees n; it is asked for at these instants, and answered a second later.
        ConcurrentSkipListMap<Long, Integer> scrapes = new ConcurrentSkipListMap<>();
        server.handler(request -> {
            int number = scrapes.size() + 1;
            scrapes.put(System.currentTimeMillis(), number);
            server.vertx.setTimer(
                    1_000,
                    id -> request.response()
                            .putHeader("Content-Type", "text/plain; version=0.0.4")
                            .end("scrape " + number + "\n"));
        });
        try (RealPrometheus prometheus = new RealPrometheus(directory, server.url())) {
            awaitScrapes(scrapes, 2);
            PrometheusProbe probe = real(
                    prometheus,
                    Map.of(
                            "late", "scrape",
                            "up", "up{job='self'}",
                            "scalar", "vector(2) * 21",
                            "rate", "sum(rate(prometheus_http_requests_total[5s]))",
                            "several", "{__name__=~'prometheus_tsdb_head_.*'}",
                            "nothing", "there_is_no_such_metric",
                            "zero", "vector(0) / 0",
                            "wrong", "sum(rate(up))"));
            await(probe.sample());
            awaitScrapes(scrapes, 5);
            // The fourth one has been answered, and the fifth is under way.
            await(probe.lastSample());
            List<Dated> past = probe.past();
            long seen = 0;
            for (Dated dated : past) {
                long at = dated.instant().toEpochMilli();
                Map.Entry<Long, Integer> scrape = scrapes.floorEntry(at);
                // While a scrape is under way, who asks then gets the one before.
                if (scrape != null
                        && scrape.getValue() <= 4
                        && at > scrape.getKey() + 50
                        && at < scrape.getKey() + 800) {
                    assertEquals(Reading.of(scrape.getValue()), dated.readings().get("late"), scrapes + " at " + at);
                    seen++;
                }
            }
            assertTrue(seen >= 7, "instants while a scrape was under way: " + seen + " of " + past.size());
            Map<String, Reading> last = past.getLast().readings();
            assertEquals(Reading.of(1), last.get("up"));
            assertEquals(Reading.of(42), last.get("scalar"));
            assertInstanceOf(Reading.Value.class, last.get("rate"));
            assertInstanceOf(Reading.NotAvailable.class, last.get("several"));
            assertEquals(Reading.notAvailable("the query has no result; is there such a metric?"), last.get("nothing"));
            assertEquals(Reading.failed("the query gives NaN"), last.get("zero"));
            Reading.NotAvailable wrong = assertInstanceOf(Reading.NotAvailable.class, last.get("wrong"));
            assertTrue(wrong.reason().startsWith("Prometheus refuses the query: "), wrong.reason());
            assertTrue(wrong.reason().contains("expected type range vector"), wrong.reason());
            TreeMap<Long, Long> steps = new TreeMap<>();
            for (int i = 1; i < past.size(); i++) {
                steps.merge(
                        Duration.between(past.get(i - 1).instant(), past.get(i).instant())
                                .toMillis(),
                        1L,
                        Long::sum);
            }
            assertEquals(List.of(100L), List.copyOf(steps.keySet()), "no instant is left out");
        }
    }

    private static void awaitScrapes(ConcurrentSkipListMap<Long, Integer> scrapes, int count) {
        long end = System.nanoTime() + 2 * PATIENCE.toNanos();
        while (scrapes.size() < count && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        assertTrue(scrapes.size() >= count, scrapes.toString());
    }
}
