package dev.plimsoll.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Compares answers byte for byte with those captured from vLLM 0.32.0, after taking out what must differ. */
class WireFormatTest {
    private static final String USAGE = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";

    private static SimulatorTestServer server;

    @BeforeAll
    static void start() {
        server = new SimulatorTestServer(SimulatorTestServer.tiny());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String capture(String name) throws IOException {
        try (InputStream in = WireFormatTest.class.getResourceAsStream("/captures/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String post(String path, String body) throws IOException {
        RawHttp.Answer answer = RawHttp.post(server.port(), path, body);
        return answer.head() + "\r\n" + answer.body();
    }

    /** Replaces ids, instants, generated text and prompt counts; everything else stays. */
    private static String normal(String answer) {
        String text = answer.replace("\r\n", "\n")
                .replaceAll("date: [A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT", "date: D")
                .replaceAll("content-length: \\d+", "content-length: N")
                .replaceAll("(chatcmpl-|cmpl-|resp_|msg_|modelperm-)[0-9a-f]{16}", "$1ID")
                .replaceAll("\"created(_at)?\":\\d{10}", "\"created$1\":T")
                .replaceAll("vllm-0\\.32\\.0-[0-9a-f]{8}", "FINGERPRINT")
                .replaceAll("\"(content|text|delta)\":\"[^\"]+\"", "\"$1\":\"W\"")
                .replaceAll("\"root\":\"[^\"]*\"", "\"root\":\"R\"");
        Matcher usage = Pattern.compile("\"(prompt_tokens|total_tokens|input_tokens)\":\\d+")
                .matcher(text);
        return usage.replaceAll("\"$1\":P").stripTrailing();
    }

    private static String chat(String more) {
        return "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"max_tokens\":5,"
                + "\"ignore_eos\":true" + more + "}";
    }

    private static String completion(String more) {
        return "{\"model\":\"tiny\",\"prompt\":\"one two three four\",\"max_tokens\":5,\"ignore_eos\":true" + more
                + "}";
    }

    @Test
    void chatStreamIsThatOfVllm() throws IOException {
        assertEquals(normal(capture("chat-stream.http")), normal(post("/v1/chat/completions", chat(USAGE))));
    }

    @Test
    void chatAnswerIsThatOfVllm() throws IOException {
        assertEquals(normal(capture("chat-unary.http")), normal(post("/v1/chat/completions", chat(""))));
    }

    @Test
    void completionStreamWithContinuousUsageIsThatOfVllm() throws IOException {
        String options = ",\"stream\":true,\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}";
        assertEquals(
                normal(capture("completions-stream-continuous-usage.http")),
                normal(post("/v1/completions", completion(options))));
    }

    @Test
    void responsesStreamIsThatOfVllmApartFromTheNumberOfDeltas() throws IOException {
        // vLLM sent three deltas for five tokens, because two of them ended inside a character.
        String body =
                "{\"model\":\"tiny\",\"input\":\"hello\",\"max_output_tokens\":5,\"ignore_eos\":true,\"stream\":true}";
        assertEquals(oneDelta(normal(capture("responses-stream.http"))), oneDelta(normal(post("/v1/responses", body))));
    }

    private static String oneDelta(String events) {
        StringBuilder out = new StringBuilder();
        int number = 0;
        boolean seen = false;
        for (String event : events.split("\n\n")) {
            boolean delta = event.startsWith("event: response.output_text.delta");
            if (delta && seen) {
                continue;
            }
            seen |= delta;
            out.append(event.replaceAll("\"sequence_number\":\\d+", "\"sequence_number\":" + number++))
                    .append("\n\n");
        }
        return out.toString();
    }

    @Test
    void errorsAreThoseOfVllm() throws IOException {
        assertEquals(
                capture("error-unknown-model.http")
                        .replaceAll("date: .*\r?\n", "")
                        .replace("\r\n", "\n"),
                post("/v1/chat/completions", chat("").replace("tiny", "nope"))
                        .replaceAll("date: .*\r?\n", "")
                        .replace("\r\n", "\n"));
        assertEquals(
                capture("error-context-length.http")
                        .replaceAll("date: .*\r?\n", "")
                        .replace("\r\n", "\n"),
                post("/v1/completions", completion("").replace("\"max_tokens\":5", "\"max_tokens\":99999"))
                        .replaceAll("date: .*\r?\n", "")
                        .replace("\r\n", "\n"));
        assertEquals(
                capture("inference-generate.http")
                        .replaceAll("date: .*\r?\n", "")
                        .replace("\r\n", "\n"),
                post("/inference/v1/generate", "{}")
                        .replaceAll("date: .*\r?\n", "")
                        .replace("\r\n", "\n"));
    }

    @Test
    void modelsAndVersionAreThoseOfVllm() throws IOException {
        assertEquals(
                normal(capture("models.json")),
                normal(RawHttp.get(server.port(), "/v1/models").body()));
        assertEquals(
                capture("version.json"), RawHttp.get(server.port(), "/version").body());
    }

    @Test
    void lastChunkBearsTheFingerprintWhenNoUsageFollows() throws IOException {
        RawHttp.Answer answer = RawHttp.post(server.port(), "/v1/chat/completions", chat(",\"stream\":true"));
        // Role, five tokens, [DONE].
        assertEquals(7, answer.parts().size());
        assertTrue(normal(answer.parts().get(5).text())
                .endsWith("\"token_ids\":null}],\"system_fingerprint\":\"FINGERPRINT\"}"));
        assertEquals("data: [DONE]\n\n", answer.parts().get(6).text());
    }

    @Test
    void legacyGenerateStreamsTextSoFarEndedByNul() throws IOException {
        String body = "{\"prompt\":\"Say \\\"hi\\\"\",\"max_tokens\":3,\"ignore_eos\":true,\"stream\":true}";
        RawHttp.Answer answer = RawHttp.post(server.port(), "/generate", body);
        String[] objects = answer.body().split("\0");
        assertEquals(3, objects.length);
        assertTrue(answer.body().endsWith("\0"));
        for (int i = 0; i < 3; i++) {
            assertTrue(
                    objects[i].matches("\\{\"text\": \\[\"Say \\\\\"hi\\\\\"( [a-z]+){" + (i + 1) + "}\"]}"),
                    objects[i]);
        }
        String whole = RawHttp.post(server.port(), "/generate", body.replace("true}", "false}"))
                .body();
        assertTrue(whole.matches("\\{\"text\": \\[\"Say \\\\\"hi\\\\\"( [a-z]+){3}\"]}"), whole);
    }
}
