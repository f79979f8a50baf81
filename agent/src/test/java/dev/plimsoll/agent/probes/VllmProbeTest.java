package dev.plimsoll.agent.probes;

import static dev.plimsoll.agent.probes.PageServer.await;
import static dev.plimsoll.agent.probes.PageServer.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.simulator.Simulator;
import dev.plimsoll.simulator.SimulatorOptions;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VllmProbeTest {
    private static final Set<String> DELTAS = Set.of(
            "vllm.preemptions",
            "vllm.tokens.prompt",
            "vllm.tokens.generation",
            "vllm.requests.finished",
            "vllm.ttft",
            "vllm.itl",
            "vllm.queue_time",
            "vllm.ttft.count",
            "vllm.ttft.sum",
            "vllm.itl.count",
            "vllm.itl.sum",
            "vllm.e2e",
            "vllm.e2e.count",
            "vllm.e2e.sum",
            "vllm.prefix_cache.hit_ratio");

    private PageServer server;
    private VllmProbe probe;
    private String golden;

    @BeforeEach
    void start() throws Exception {
        server = new PageServer();
        probe = new VllmProbe(server.source());
        golden = PageServer.resource("vllm-0.32.0.txt");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private Map<String, Reading> sample(String page) throws Exception {
        server.page(page);
        return await(probe.sample());
    }

    private static String with(String page, String name, double value) {
        String changed = page.replaceAll("(?m)^(" + name + ") [0-9.e+-]+$", "$1 " + value);
        assertFalse(changed.equals(page), name);
        return changed;
    }

    /** The golden page some time later: 6 requests, 300 prompt tokens and 100 output tokens on. */
    private String later() {
        String l = "\\{engine=\"0\",model_name=\"tiny\"\\}";
        String page = with(golden, "vllm:num_requests_running" + l, 3);
        page = with(page, "vllm:num_requests_waiting" + l, 2);
        page = with(page, "vllm:kv_cache_usage_perc" + l, 0.5);
        page = with(page, "vllm:num_preemptions_total" + l, 3);
        page = with(page, "vllm:prompt_tokens_total" + l, 358);
        page = with(page, "vllm:generation_tokens_total" + l, 120);
        page = with(page, "vllm:prefix_cache_queries_total" + l, 358);
        page = with(page, "vllm:prefix_cache_hits_total" + l, 75);
        page = with(
                page,
                "vllm:request_success_total\\{engine=\"0\",finished_reason=\"length\",model_name=\"tiny\"\\}",
                10);
        page = with(page, "vllm:time_to_first_token_seconds_count" + l, 10);
        page = with(page, "vllm:time_to_first_token_seconds_sum" + l, 0.10586667060852051 + 0.6);
        page = with(page, "vllm:inter_token_latency_seconds_count" + l, 66);
        page = with(page, "vllm:inter_token_latency_seconds_sum" + l, 0.1058164390001366 + 0.5);
        page = with(page, "vllm:e2e_request_latency_seconds_count" + l, 10);
        page = with(page, "vllm:e2e_request_latency_seconds_sum" + l, 0.20896458625793457 + 0.9);
        page = with(page, "vllm:request_queue_time_seconds_count" + l, 10);
        return with(page, "vllm:request_queue_time_seconds_sum" + l, 0.0001392970000324567 + 0.06);
    }

    @Test
    void isForEveryMetricOfVllmInTheCatalogue() {
        Set<String> catalogue = Metrics.all().stream()
                .map(metric -> metric.name())
                .filter(name -> name.startsWith("vllm."))
                .collect(Collectors.toSet());
        assertEquals(catalogue, probe.metrics());
    }

    @Test
    void theFirstPageHasGaugesAndNoRates() throws Exception {
        Map<String, Reading> first = sample(golden);
        assertEquals(
                Map.of(
                        "vllm.requests.running", Reading.of(0),
                        "vllm.requests.waiting", Reading.of(0),
                        "vllm.kv_cache.usage", Reading.of(0)),
                first);
    }

    @Test
    void readsWhatWasAddedBetweenTwoPages() throws Exception {
        long outerStart = System.nanoTime();
        sample(golden);
        long innerStart = System.nanoTime();
        long innerEnd = System.nanoTime();
        Map<String, Reading> second = sample(later());
        double outer = (System.nanoTime() - outerStart) / 1e9;
        double inner = (innerEnd - innerStart) / 1e9;

        assertEquals(Reading.of(3), second.get("vllm.requests.running"));
        assertEquals(Reading.of(2), second.get("vllm.requests.waiting"));
        assertEquals(Reading.of(0.5), second.get("vllm.kv_cache.usage"));
        double generation = value(second, "vllm.tokens.generation");
        // 100 tokens in a time between those two.
        assertTrue(generation >= 100 / outer && generation <= 100 / inner, generation + " in " + outer);
        // 300, 6 and 3 in the same time.
        assertEquals(3 * generation, value(second, "vllm.tokens.prompt"), 1e-9 * generation);
        assertEquals(0.06 * generation, value(second, "vllm.requests.finished"), 1e-9 * generation);
        assertEquals(0.03 * generation, value(second, "vllm.preemptions"), 1e-9 * generation);
        // 75 of 300 tokens; 0.6 s over 6 requests; 0.5 s over 50 gaps; 0.06 s over 6 requests.
        assertEquals(0.25, value(second, "vllm.prefix_cache.hit_ratio"), 1e-12);
        assertEquals(100, value(second, "vllm.ttft"), 1e-9);
        assertEquals(10, value(second, "vllm.itl"), 1e-9);
        assertEquals(150, value(second, "vllm.e2e"), 1e-9);
        assertEquals(Reading.of(50), second.get("vllm.itl.count"));
        assertEquals(500, value(second, "vllm.itl.sum"), 1e-9);
        assertEquals(10, value(second, "vllm.queue_time"), 1e-9);
        assertEquals(probe.metrics(), second.keySet());
    }

    @Test
    void tellsCountsAndSumsThatAddUpOverPagesThatCouldNotBeRead() throws Exception {
        String page = """
                vllm:time_to_first_token_seconds_sum{engine="0"} %1$s
                vllm:time_to_first_token_seconds_count{engine="0"} %2$s
                vllm:e2e_request_latency_seconds_sum{engine="0"} %3$s
                vllm:e2e_request_latency_seconds_count{engine="0"} %2$s
                """;
        Map<String, Reading> first = sample(page.formatted("1.5", 10, "20"));
        assertFalse(first.containsKey("vllm.ttft.count"), first.toString());
        server.handler(request -> request.response().setStatusCode(503).end());
        problem(probe);
        Map<String, Reading> second = sample(page.formatted("2.0", 14, "26"));
        assertEquals(Reading.of(4), second.get("vllm.ttft.count"));
        assertEquals(500, value(second, "vllm.ttft.sum"), 1e-9);
        assertEquals(Reading.of(4), second.get("vllm.e2e.count"));
        assertEquals(6_000, value(second, "vllm.e2e.sum"), 1e-9);
        assertEquals(1_500, value(second, "vllm.e2e"), 1e-9);
        assertInstanceOf(Reading.NotAvailable.class, second.get("vllm.itl.count"));
        Map<String, Reading> still = sample(page.formatted("2.0", 14, "26"));
        assertEquals(Reading.of(0), still.get("vllm.e2e.count"));
        assertFalse(still.containsKey("vllm.e2e"), "a mean of nothing");
    }

    @Test
    void whereNothingHappenedRatesAreZeroAndMeansAbsent() throws Exception {
        sample(golden);
        Map<String, Reading> second = sample(golden);
        assertEquals(Reading.of(0), second.get("vllm.tokens.generation"));
        assertEquals(Reading.of(0), second.get("vllm.requests.finished"));
        for (String absent :
                Set.of("vllm.ttft", "vllm.itl", "vllm.e2e", "vllm.queue_time", "vllm.prefix_cache.hit_ratio")) {
            assertFalse(second.containsKey(absent), absent + " " + second);
        }
    }

    @Test
    void addsUpEnginesAndTakesTheFullestCache() throws Exception {
        String other = with(golden, "vllm:kv_cache_usage_perc\\{engine=\"0\",model_name=\"tiny\"\\}", 0.75)
                .lines()
                .filter(line -> line.startsWith("vllm:"))
                .map(line -> line.replace("engine=\"0\"", "engine=\"1\""))
                .collect(Collectors.joining("\n"));
        sample(golden + other);
        Map<String, Reading> second = sample(later()
                + other.replace(
                        "running{engine=\"1\",model_name=\"tiny\"} 0.0",
                        "running{engine=\"1\",model_name=\"tiny\"} 4.0"));
        assertEquals(Reading.of(7), second.get("vllm.requests.running"));
        assertEquals(Reading.of(0.75), second.get("vllm.kv_cache.usage"));
        assertEquals(0.25, value(second, "vllm.prefix_cache.hit_ratio"), 1e-12);
    }

    @Test
    void noticesARestartByItsTimeAndByItsCounters() throws Exception {
        sample(later());
        Map<String, Reading> fewer = sample(golden);
        // All of these went down.
        for (String metric : DELTAS) {
            assertInstanceOf(Reading.Failed.class, fewer.get(metric), metric);
        }
        assertEquals(Reading.of(0), fewer.get("vllm.requests.running"));
        Map<String, Reading> restarted = sample(with(later(), "process_start_time_seconds", 1.79548999e9));
        // Counters went up, but from another process.
        for (String metric : DELTAS) {
            assertInstanceOf(Reading.Failed.class, restarted.get(metric), metric);
        }
        Map<String, Reading> after = sample(with(later(), "process_start_time_seconds", 1.79548999e9));
        assertEquals(Reading.of(0), after.get("vllm.tokens.generation"));
    }

    @Test
    void understandsTheNamesOfOlderVersions() throws Exception {
        String page = """
                vllm:num_requests_running{model_name="m"} %1$d
                vllm:num_requests_waiting{model_name="m"} 0
                vllm:gpu_cache_usage_perc{model_name="m"} 0.125
                vllm:num_preemptions_total{model_name="m"} 0
                vllm:prompt_tokens_total{model_name="m"} %1$d
                vllm:generation_tokens_total{model_name="m"} %1$d
                vllm:request_success_total{finished_reason="stop",model_name="m"} %1$d
                vllm:gpu_prefix_cache_queries_total{model_name="m"} %1$d
                vllm:gpu_prefix_cache_hits_total{model_name="m"} 0
                vllm:time_to_first_token_seconds_sum{model_name="m"} %1$d
                vllm:time_to_first_token_seconds_count{model_name="m"} %1$d
                vllm:time_per_output_token_seconds_sum{model_name="m"} %1$d
                vllm:time_per_output_token_seconds_count{model_name="m"} %1$d
                vllm:time_in_queue_requests_sum{model_name="m"} %1$d
                vllm:time_in_queue_requests_count{model_name="m"} %1$d
                """;
        sample(page.formatted(1));
        Map<String, Reading> second = sample(page.formatted(2));
        assertEquals(Reading.of(0.125), second.get("vllm.kv_cache.usage"));
        assertEquals(Reading.of(0), second.get("vllm.prefix_cache.hit_ratio"));
        assertEquals(Reading.of(1000), second.get("vllm.itl"));
        assertEquals(Reading.of(1000), second.get("vllm.queue_time"));
        assertEquals(probe.metrics(), second.keySet());
    }

    @Test
    void whatAVersionLacksIsNotAvailableAndWhatIsMissingLaterFailed() throws Exception {
        String page = golden.replaceAll("(?m)^vllm:num_preemptions.*\n", "");
        assertInstanceOf(Reading.NotAvailable.class, sample(page).get("vllm.preemptions"));
        String without = page.replaceAll("(?m)^vllm:(prompt_tokens|kv_cache).*\n", "");
        Map<String, Reading> later = sample(without);
        assertInstanceOf(Reading.NotAvailable.class, later.get("vllm.preemptions"));
        assertInstanceOf(Reading.Failed.class, later.get("vllm.tokens.prompt"));
        assertInstanceOf(Reading.Failed.class, later.get("vllm.kv_cache.usage"));
    }

    @Test
    void aPageThatIsNotVllmsSaysSo() throws Exception {
        Map<String, Reading> readings = sample("<html>welcome</html>\nnode_load1 3\n");
        assertEquals(probe.metrics(), readings.keySet());
        readings.forEach((metric, reading) -> {
            Reading.NotAvailable none = assertInstanceOf(Reading.NotAvailable.class, reading);
            assertTrue(none.reason().contains("is the URL right?"), none.reason());
        });
        sample(golden);
        // Garbage from a server that was vLLM's before.
        assertInstanceOf(Reading.Failed.class, sample("<html>").get("vllm.requests.running"));
        assertInstanceOf(
                Reading.Failed.class, sample("vllm:num_requests_running NaN").get("vllm.requests.running"));
    }

    @Test
    void whatIsNoPageFailsWithASentence() throws Exception {
        server.handler(request -> request.response().setStatusCode(503).end("busy"));
        assertTrue(problem(probe).contains("answers with status 503"), problem(probe));
        server.handler(request -> request.response().end(Buffer.buffer(new byte[HttpFetch.DEFAULT_LIMIT + 1])));
        assertTrue(problem(probe).contains("longer than 16 MiB"), problem(probe));
        server.handler(request -> {});
        String hung = problem(new VllmProbe(server.source(server.url(), Duration.ofMillis(200))));
        assertTrue(hung.contains("within 200 ms"), hung);
        String nobody =
                problem(new VllmProbe(server.source(URI.create("http://127.0.0.1:1/metrics"), Duration.ofSeconds(5))));
        assertTrue(nobody.contains("nothing listens"), nobody);
    }

    private static String problem(Probe probe) {
        var e = assertThrows(ExecutionException.class, () -> await(probe.sample()));
        return String.valueOf(e.getCause().getMessage());
    }

    @Test
    void readsTheSimulator() throws Exception {
        Simulator simulator = await(Simulator.start(server.vertx, SimulatorOptions.defaults()));
        try {
            VllmProbe simulated =
                    new VllmProbe(server.source(URI.create(simulator.url() + "/metrics"), Duration.ofSeconds(20)));
            await(simulated.sample());
            await(server.fetch.fetch(new HttpFetch.Fetch(
                    "POST",
                    URI.create(simulator.url() + "/v1/completions"),
                    Map.of("Content-Type", "application/json"),
                    ("{\"model\":\"" + simulator.options().models().getFirst()
                                    + "\",\"prompt\":\"one two three\",\"max_tokens\":5,\"ignore_eos\":true}")
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                    Duration.ofSeconds(20),
                    100_000)));
            Map<String, Reading> readings = await(simulated.sample());
            assertEquals(simulated.metrics(), readings.keySet());
            readings.forEach((metric, reading) -> assertTrue(reading.asDouble().isPresent(), metric + " " + reading));
            // One request of five tokens.
            assertEquals(
                    5, value(readings, "vllm.tokens.generation") / value(readings, "vllm.requests.finished"), 1e-9);
            assertTrue(value(readings, "vllm.ttft") > 0);
        } finally {
            await(simulator.close());
        }
    }
}
