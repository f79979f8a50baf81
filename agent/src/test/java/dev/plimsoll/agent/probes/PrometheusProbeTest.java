package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Reading;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrometheusProbeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private PageServer server;

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
                server.fetch, server.workers, HttpSource.of(url, headers, "application/json"), queries, PATIENCE);
    }

    private Reading ask(String answer) throws Exception {
        server.page(answer);
        return reading(probe(base(), Map.of(), Map.of("m", "up")));
    }

    private static Reading reading(PrometheusProbe probe) throws Exception {
        Reading reading = await(probe.sample()).get("m");
        if (reading == null) {
            throw new AssertionError("no reading");
        }
        return reading;
    }

    private static String vector(String... values) {
        List<String> series = List.of(values).stream()
                .map(value -> "{\"metric\":{},\"value\":[1.7e9,\"" + value + "\"]}")
                .toList();
        return "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" + String.join(",", series)
                + "]}}";
    }

    @Test
    void oneNumberIsTheValue() throws Exception {
        assertEquals(Reading.of(42.5), ask(vector("42.5")));
        assertEquals(
                Reading.of(3),
                ask("{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1.7e9,\"3\"]}}"));
    }

    @Test
    void whatIsNoNumberIsNoValue() throws Exception {
        assertEquals(Reading.failed("the query gives NaN"), ask(vector("NaN")));
        assertEquals(Reading.failed("the query gives +Inf"), ask(vector("+Inf")));
        assertEquals(Reading.failed("the query gives \"\", which is no number"), ask(vector("")));
    }

    @Test
    void severalSeriesAreNotAddedUpUnasked() throws Exception {
        assertEquals(
                Reading.notAvailable("the query gives 2 series and not one; sum, average or filter them"),
                ask(vector("1", "2")));
    }

    @Test
    void aRangeAndATextAreNoNumbers() throws Exception {
        for (String type : List.of("matrix", "string", "")) {
            assertInstanceOf(
                    Reading.NotAvailable.class,
                    ask("{\"status\":\"success\",\"data\":{\"resultType\":\"" + type + "\",\"result\":[]}}"),
                    type);
        }
    }

    @Test
    void anEmptyResultIsNotAvailableUntilThereWasOne() throws Exception {
        PrometheusProbe probe = probe(base(), Map.of(), Map.of("m", "up"));
        server.page(vector());
        assertEquals(Reading.notAvailable("the query has no result; is there such a metric?"), reading(probe));
        server.page(vector("7"));
        assertEquals(Reading.of(7), reading(probe));
        server.page(vector());
        assertEquals(
                Reading.failed("had a value before: the query has no result; is there such a metric?"), reading(probe));
    }

    @Test
    void somethingElseThanPrometheusSaysSo() throws Exception {
        Reading.Failed page = assertInstanceOf(Reading.Failed.class, ask("<html>hello</html>"));
        assertTrue(page.reason().contains("is the URL right?"), page.reason());
        server.handler(request -> request.response().setStatusCode(401).end("no"));
        assertEquals(
                Reading.failed(base() + " answers with status 401"),
                reading(probe(base(), Map.of(), Map.of("m", "up"))));
    }

    @Test
    void aServerThatIsNotThereFailsEachMetric() throws Exception {
        PrometheusProbe probe = probe(URI.create("http://127.0.0.1:1"), Map.of(), Map.of("a", "up", "b", "down"));
        Map<String, Reading> readings = await(probe.sample());
        assertEquals(probe.metrics(), readings.keySet());
        readings.values()
                .forEach(reading -> assertEquals(Reading.failed("nothing listens at http://127.0.0.1:1"), reading));
    }

    @Test
    void headersAndUserInformationAreSentAndNotTold() throws Exception {
        AtomicReference<String> authorization = new AtomicReference<>("");
        AtomicReference<String> asked = new AtomicReference<>("");
        server.handler(request -> {
            authorization.set(request.getHeader("Authorization"));
            asked.set(request.path() + "?query=" + request.getParam("query"));
            request.response().setStatusCode(403).end();
        });
        reading(probe(base(), Map.of("Authorization", "Bearer t-1"), Map.of("m", "sum(a{b=\"c d+e\"})")));
        assertEquals("Bearer t-1", authorization.get());
        assertEquals("/prom/api/v1/query?query=sum(a{b=\"c d+e\"})", asked.get());

        URI withUser = URI.create(base().toString().replace("http://", "http://me:pa%73s@"));
        Reading refused = reading(probe(withUser, Map.of(), Map.of("m", "up")));
        assertEquals(
                "Basic " + Base64.getEncoder().encodeToString("me:pass".getBytes(StandardCharsets.UTF_8)),
                authorization.get());
        assertEquals(Reading.failed(base() + " answers with status 403"), refused);
    }

    /** A real server that scrapes nothing but itself. */
    private static final class RealPrometheus implements AutoCloseable {
        private final Process process;
        private final URI url;

        RealPrometheus(Path directory) throws Exception {
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
                    """.formatted(port));
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

    @Test
    void aRealPrometheusAnswers(@TempDir Path directory) throws Exception {
        try (RealPrometheus real = new RealPrometheus(directory)) {
            PrometheusProbe probe = probe(
                    real.url,
                    Map.of(),
                    Map.of(
                            "up", "up{job='self'}",
                            "scalar", "vector(2) * 21",
                            "rate", "sum(rate(prometheus_http_requests_total[5s]))",
                            "several", "{__name__=~'prometheus_tsdb_head_.*'}",
                            "nothing", "there_is_no_such_metric",
                            "zero", "vector(0) / 0",
                            "wrong", "sum(rate(up))"));
            Map<String, Reading> readings = Map.of();
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (System.nanoTime() < end
                    && !(Reading.of(1).equals(readings.get("up")) && readings.get("rate") instanceof Reading.Value)) {
                readings = await(probe.sample());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
            assertEquals(Reading.of(1), readings.get("up"), readings.toString());
            assertEquals(Reading.of(42), readings.get("scalar"));
            assertInstanceOf(Reading.Value.class, readings.get("rate"));
            assertInstanceOf(Reading.NotAvailable.class, readings.get("several"));
            assertEquals(
                    Reading.notAvailable("the query has no result; is there such a metric?"), readings.get("nothing"));
            assertEquals(Reading.failed("the query gives NaN"), readings.get("zero"));
            Reading.NotAvailable wrong = assertInstanceOf(Reading.NotAvailable.class, readings.get("wrong"));
            assertTrue(wrong.reason().startsWith("Prometheus refuses the query: "), wrong.reason());
            assertTrue(wrong.reason().contains("expected type range vector"), wrong.reason());
        }
    }
}
