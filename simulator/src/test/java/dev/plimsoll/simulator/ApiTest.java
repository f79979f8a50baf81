package dev.plimsoll.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static SimulatorTestServer server;

    @BeforeAll
    static void start() {
        server = new SimulatorTestServer(SimulatorTestServer.tiny());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonNode post(String path, String body, int status) throws IOException {
        RawHttp.Answer answer = RawHttp.post(server.port(), path, body);
        assertEquals(status, answer.status(), answer.body());
        return JSON.readTree(answer.body());
    }

    private static JsonNode error(String path, String body, int status) throws IOException {
        return post(path, body, status).path("error");
    }

    /** As uvicorn, which vLLM listens with: clients that offer HTTP/2 in clear text are answered in HTTP/1.1. */
    @Test
    void anOfferOfHttp2IsPassedOver() throws IOException {
        try (RawHttp http = new RawHttp(server.port())) {
            http.send(
                    "GET",
                    "/v1/models",
                    "",
                    "connection: upgrade, http2-settings",
                    "upgrade: h2c",
                    "http2-settings: AAEAAEAAAAIAAAAA");
            assertEquals(200, http.read().status());
        }
    }

    @Test
    void tokenCountsOfTokenizeUsageAndTokenIdsAgree() throws IOException {
        String text = "Tell me about internationalization, in 2026!\\nPlease.";
        JsonNode tokens = post("/tokenize", "{\"prompt\":\"" + text + "\",\"return_token_strs\":true}", 200);
        // Tell, me, about, inte-rnat-iona-liza-tion, comma, in, space, 202, 6, !, newline, Please, dot.
        assertEquals(17, tokens.path("count").asInt(), tokens.toString());
        assertEquals(17, tokens.path("tokens").size());
        assertEquals(17, tokens.path("token_strs").size());
        assertEquals(2048, tokens.path("max_model_len").asInt());
        JsonNode byText = post("/v1/completions", "{\"prompt\":\"" + text + "\",\"max_tokens\":1}", 200);
        assertEquals(17, byText.path("usage").path("prompt_tokens").asInt());
        JsonNode byIds = post("/v1/completions", "{\"prompt\":" + tokens.path("tokens") + ",\"max_tokens\":1}", 200);
        assertEquals(17, byIds.path("usage").path("prompt_tokens").asInt());
        JsonNode back = post("/detokenize", "{\"tokens\":" + tokens.path("tokens") + "}", 200);
        assertEquals(
                "Tell me about internationalization, in 2026!\nPlease.",
                back.path("prompt").asText());
    }

    @Test
    void chatTemplateCountsTheSameInTokenizeAndUsage() throws IOException {
        String messages = "[{\"role\":\"system\",\"content\":\"be brief\"},{\"role\":\"user\",\"content\":"
                + "[{\"type\":\"text\",\"text\":\"hello\"},{\"type\":\"text\",\"text\":\" world\"}]}]";
        // Two messages of 5 + 2 tokens, and 4 at the end.
        assertEquals(
                18,
                post("/tokenize", "{\"messages\":" + messages + "}", 200)
                        .path("count")
                        .asInt());
        JsonNode chat = post("/v1/chat/completions", "{\"messages\":" + messages + ",\"max_tokens\":2}", 200);
        assertEquals(18, chat.path("usage").path("prompt_tokens").asInt());
    }

    @Test
    void answerSentBackCountsAsManyTokensAsItHad() throws IOException {
        JsonNode answer = post("/v1/completions", "{\"prompt\":\"go\",\"max_tokens\":200,\"ignore_eos\":true}", 200);
        assertEquals(200, answer.path("usage").path("completion_tokens").asInt());
        String text = answer.path("choices").get(0).path("text").asText();
        assertEquals(
                200,
                post("/tokenize", "{\"prompt\":\"" + text + "\"}", 200)
                        .path("count")
                        .asInt());
    }

    @Test
    void lengthsVaryWithoutIgnoreEosAndKeepToTheLimits() throws IOException {
        int stopped = 0;
        int cut = 0;
        int previous = -1;
        boolean varied = false;
        for (int i = 0; i < 40; i++) {
            JsonNode answer = post("/v1/completions", "{\"prompt\":\"go\",\"max_tokens\":180,\"min_tokens\":20}", 200);
            int tokens = answer.path("usage").path("completion_tokens").asInt();
            String reason = answer.path("choices").get(0).path("finish_reason").asText();
            assertTrue(tokens > 20 && tokens <= 180, "tokens " + tokens);
            if (reason.equals("stop")) {
                stopped++;
                // The end-of-sequence token counts but has no text.
                assertEquals(
                        tokens - 1,
                        answer.path("choices").get(0).path("text").asText().split(" ").length - 1);
            } else {
                assertEquals("length", reason);
                assertEquals(180, tokens);
                cut++;
            }
            varied |= previous >= 0 && previous != tokens;
            previous = tokens;
        }
        // max_tokens is the median of the drawn lengths: about half stop before it.
        assertTrue(stopped >= 8 && cut >= 8, stopped + " stopped, " + cut + " cut");
        assertTrue(varied);
    }

    @Test
    void wrongRequestsAreRefusedAsVllmDoes() throws IOException {
        JsonNode malformed = error("/v1/chat/completions", "{\"model\":", 400);
        assertEquals("Bad Request", malformed.path("type").asText());
        assertTrue(malformed.path("message").asText().contains("JSON decode error"));
        JsonNode missing = error("/v1/chat/completions", "{\"model\":\"tiny\"}", 400);
        assertEquals("body.messages", missing.path("param").asText());
        assertTrue(missing.path("message").asText().contains("Field required"));
        assertEquals(
                "body.prompt", error("/v1/completions", "{}", 400).path("param").asText());
        assertEquals(
                "max_tokens",
                error("/v1/completions", "{\"prompt\":\"a\",\"max_tokens\":0}", 400)
                        .path("param")
                        .asText());
        assertEquals(
                "n",
                error("/v1/completions", "{\"prompt\":\"a\",\"n\":2}", 400)
                        .path("param")
                        .asText());
        assertEquals(
                "temperature",
                error("/v1/completions", "{\"prompt\":\"a\",\"temperature\":-1}", 400)
                        .path("param")
                        .asText());
        JsonNode tooLong = error("/v1/completions", "{\"prompt\":\"" + "a ".repeat(3000) + "\"}", 400);
        assertTrue(tooLong.path("message").asText().startsWith("This model's maximum context length is 2048 tokens."));
        assertEquals("Not Found", error("/v2/none", "{}", 404).path("message").asText());
        assertEquals(405, RawHttp.get(server.port(), "/v1/completions").status());
    }

    @Test
    void outputIsCutToWhatTheContextLeaves() throws IOException {
        JsonNode answer = post(
                "/v1/completions",
                "{\"prompt\":\"" + "a ".repeat(2000).strip() + "\",\"max_tokens\":2000,\"ignore_eos\":true}",
                200);
        assertEquals(48, answer.path("usage").path("completion_tokens").asInt());
        assertEquals(
                "length", answer.path("choices").get(0).path("finish_reason").asText());
    }

    @Test
    void embeddingsAreUnitVectorsOfTheText() throws IOException {
        JsonNode answer =
                post("/v1/embeddings", "{\"model\":\"tiny\",\"input\":[\"one two\",\"three\",\"one two\"]}", 200);
        assertEquals(3, answer.path("data").size());
        assertEquals(5, answer.path("usage").path("prompt_tokens").asInt());
        JsonNode first = answer.path("data").get(0).path("embedding");
        double squares = 0;
        for (JsonNode x : first) {
            squares += x.asDouble() * x.asDouble();
        }
        assertEquals(1, squares, 1e-5);
        assertEquals(first, answer.path("data").get(2).path("embedding"));
        assertNotEquals(first, answer.path("data").get(1).path("embedding"));
    }

    @Test
    void keyIsWantedUnderV1Only() throws IOException {
        try (SimulatorTestServer guarded =
                new SimulatorTestServer(SimulatorTestServer.tiny().apiKey("k1"))) {
            RawHttp.Answer refused = RawHttp.get(guarded.port(), "/v1/models");
            assertEquals(401, refused.status());
            assertEquals("{\"error\":\"Unauthorized\"}", refused.body());
            assertEquals(200, RawHttp.get(guarded.port(), "/health").status());
            try (RawHttp http = new RawHttp(guarded.port())) {
                http.send("GET", "/v1/models", "", "authorization: Bearer k1");
                assertEquals(200, http.read().status());
            }
        }
    }

    @Test
    void sameSeedGivesTheSameAnswers() throws IOException {
        String[] texts = new String[2];
        for (int i = 0; i < 2; i++) {
            try (SimulatorTestServer own =
                    new SimulatorTestServer(SimulatorTestServer.tiny().seed(42))) {
                String body = "{\"prompt\":\"go\",\"max_tokens\":300}";
                texts[i] =
                        RawHttp.post(own.port(), "/v1/completions", body).body().replaceAll("\"created\":\\d+", "");
            }
        }
        assertEquals(texts[0], texts[1]);
    }

    @Test
    void longPromptTakesItsPrefillTime() throws IOException {
        try (SimulatorTestServer own =
                new SimulatorTestServer(SimulatorTestServer.tiny().speed(1))) {
            String body = "{\"max_tokens\":1,\"prompt\":\"";
            RawHttp.post(own.port(), "/v1/completions", body + "a\"}");
            long from = System.nanoTime();
            RawHttp.post(own.port(), "/v1/completions", body + "a ".repeat(2000).strip() + "\"}");
            long nanos = System.nanoTime() - from;
            // Prefill of 2,000 tokens: 2 · 8.03e9 · 2000 / (989.5e12 · 0.45) = 72 ms, and 15.6 ms before the queue.
            assertTrue(nanos > 87_000_000, "took " + nanos + " ns");
        }
    }
}
