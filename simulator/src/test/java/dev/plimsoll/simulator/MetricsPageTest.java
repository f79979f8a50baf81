package dev.plimsoll.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
    private static final String CHAT = "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],"
            + "\"max_tokens\":5,\"ignore_eos\":true";

    private static String capture() throws IOException {
        try (InputStream in = MetricsPageTest.class.getResourceAsStream("/captures/metrics.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Every line in order: heads whole, samples without their value; the Python families and values of the config out. */
    private static List<String> shape(String page) {
        List<String> lines = new ArrayList<>();
        for (String line : page.split("\n")) {
            boolean python = line.contains(" python_") || line.startsWith("python_");
            if (python) {
                continue;
            }
            boolean config = line.startsWith("vllm:cache_config_info{");
            String shape = line.startsWith("#") ? line : line.substring(0, line.lastIndexOf(' '));
            lines.add(
                    config
                            ? shape.replaceAll(
                                    "(kv_cache_max_concurrency|kv_cache_memory_bytes)=\"[^\"]*\"", "$1=\"V\"")
                            : shape);
        }
        return lines;
    }

    private static double value(String page, String series) {
        for (String line : page.split("\n")) {
            if (line.startsWith(series + " ")) {
                return Double.parseDouble(line.substring(series.length() + 1));
            }
        }
        throw new AssertionError("no series " + series);
    }

    private static String vllm(String name) {
        return "vllm:" + name + "{engine=\"0\",model_name=\"tiny\"}";
    }

    @Test
    void pageHasTheSeriesOfVllmInItsOrder() throws IOException {
        try (SimulatorTestServer server = new SimulatorTestServer(SimulatorTestServer.tiny())) {
            // The requests of the capture, in its order.
            RawHttp.get(server.port(), "/v1/models");
            RawHttp.post(server.port(), "/v1/chat/completions", CHAT + "}");
            RawHttp.post(
                    server.port(), "/v1/completions", "{\"model\":\"tiny\",\"prompt\":\"a b c d\",\"max_tokens\":5}");
            RawHttp.post(server.port(), "/v1/responses", "{\"model\":\"tiny\",\"input\":\"hello\"}");
            RawHttp.post(server.port(), "/inference/v1/generate", "{}");
            RawHttp.post(server.port(), "/v1/chat/completions", CHAT.replace("tiny", "nope") + "}");
            RawHttp.post(server.port(), "/v1/completions", "{\"model\":\"nope\",\"prompt\":\"a\"}");
            RawHttp.Answer answer = RawHttp.get(server.port(), "/metrics");
            assertEquals("text/plain; version=0.0.4; charset=utf-8", answer.header("content-type"));
            assertEquals(String.join("\n", shape(capture())), String.join("\n", shape(answer.body())));
        }
    }

    @Test
    void countersSayWhatWasServed() throws IOException {
        try (SimulatorTestServer server =
                new SimulatorTestServer(SimulatorTestServer.tiny().blockSize(4).numGpuBlocks(2000))) {
            RawHttp.Answer answer = RawHttp.post(server.port(), "/v1/chat/completions", CHAT + "}");
            // Template 5 + 4, one word.
            assertTrue(answer.body().contains("\"prompt_tokens\":10,\"total_tokens\":15,\"completion_tokens\":5"));
            RawHttp.post(server.port(), "/v1/chat/completions", CHAT + ",\"stream\":true}");
            String page = RawHttp.get(server.port(), "/metrics").body();
            assertEquals(20, value(page, vllm("prompt_tokens_total")));
            assertEquals(10, value(page, vllm("generation_tokens_total")));
            assertEquals(20, value(page, vllm("prefix_cache_queries_total")));
            // The second prompt finds two blocks of four tokens.
            assertEquals(8, value(page, vllm("prefix_cache_hits_total")));
            assertEquals(
                    12,
                    value(
                            page,
                            "vllm:prompt_tokens_by_source_total{engine=\"0\",model_name=\"tiny\",source=\"local_compute\"}"));
            assertEquals(
                    2,
                    value(
                            page,
                            "vllm:request_success_total{engine=\"0\",finished_reason=\"length\",model_name=\"tiny\"}"));
            assertEquals(2, value(page, vllm("time_to_first_token_seconds_count")));
            assertEquals(8, value(page, vllm("inter_token_latency_seconds_count")));
            assertEquals(2, value(page, vllm("e2e_request_latency_seconds_count")));
            assertEquals(10, value(page, vllm("request_params_max_tokens_sum")));
            assertEquals(0, value(page, vllm("num_requests_running")));
            assertEquals(
                    2,
                    value(
                            page,
                            "http_requests_total{handler=\"/v1/chat/completions\",method=\"POST\",status=\"2xx\"}"));
            assertTrue(page.contains("block_size=\"4\"") && page.contains("num_gpu_blocks=\"2000\""));
            // Five steps a request at ten times the speed of an H100, 0.79 ms each and more. A late step may be made up
            // for by shorter gaps after it, but no request ends before the model says. 100 ms a token would be a
            // defect.
            assertTrue(value(page, vllm("e2e_request_latency_seconds_sum")) >= 2 * 5 * 0.00079);
            double mean = value(page, vllm("inter_token_latency_seconds_sum")) / 8;
            assertTrue(mean > 0 && mean < 0.1, "mean " + mean);
        }
    }

    @Test
    void runningAndWaitingRequestsShowWhileTheyLast() throws IOException {
        try (SimulatorTestServer server = new SimulatorTestServer(
                        SimulatorTestServer.tiny().maxNumSeqs(1).speed(1));
                RawHttp first = new RawHttp(server.port());
                RawHttp second = new RawHttp(server.port())) {
            String body = CHAT.replace("\"max_tokens\":5", "\"max_tokens\":2000") + ",\"stream\":true}";
            first.send("POST", "/v1/chat/completions", body);
            second.send("POST", "/v1/chat/completions", body);
            String page = await(server.port(), vllm("num_requests_waiting"), 1);
            assertEquals(1, value(page, vllm("num_requests_running")));
            assertTrue(value(page, vllm("kv_cache_usage_perc")) > 0);
            second.close();
            await(server.port(), vllm("num_requests_waiting"), 0);
            first.close();
            page = await(server.port(), vllm("num_requests_running"), 0);
            assertEquals(
                    2,
                    value(
                            page,
                            "vllm:request_success_total{engine=\"0\",finished_reason=\"abort\",model_name=\"tiny\"}"));
            assertEquals(0, value(page, vllm("kv_cache_usage_perc")));
        }
    }

    private static String await(int port, String series, double wanted) throws IOException {
        long limit = System.nanoTime() + 20_000_000_000L;
        while (true) {
            String page = RawHttp.get(port, "/metrics").body();
            if (value(page, series) == wanted) {
                return page;
            }
            assertTrue(System.nanoTime() < limit, series + " did not become " + wanted);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
