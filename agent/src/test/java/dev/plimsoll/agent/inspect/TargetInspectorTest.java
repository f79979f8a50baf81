package dev.plimsoll.agent.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.inspect.ScriptedServer.Answer;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.agent.request.TestScenarios;
import dev.plimsoll.agent.request.WorkloadRequests;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.TokenCount;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TargetInspectorTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Answer MODELS = Answer.json(200, "{\"data\":[{\"id\":\"org/Llama-3-8B\"},{\"id\":\"qwen\"}]}");
    private static final Answer VERSION = Answer.json(200, "{\"version\":\"0.32.0\"}");
    private static final Answer METRICS =
            new Answer(200, "text/plain", "vllm:cache_config_info{block_size=\"16\",num_gpu_blocks=\"4096\"} 1.0\n");
    private static final Answer MISSING = Answer.json(404, "{\"detail\":\"Not Found\"}");

    private final Vertx vertx = Vertx.vertx();
    private final HttpFetch fetch = new HttpFetch(vertx, Optional.empty());

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private static Target target(String url, String model, Api api, Map<String, String> headers) {
        Target auto = TestScenarios.target(api, true, headers, url);
        return new Target(auto.urls(), api, model, true, headers, auto.timeout(), auto.connections(), Optional.empty());
    }

    private TargetFacts inspect(String url, String model, Api api) {
        return new TargetInspector(fetch)
                .inspect(target(url, model, api, Map.of()))
                .await();
    }

    private TargetFacts inspectBriefly(String url, String model, Api api) {
        return new TargetInspector(fetch, Duration.ofMillis(2500))
                .inspect(target(url, model, api, Map.of()))
                .await();
    }

    private static Answer answer(String path, Supplier<Answer> tokenize) {
        return switch (path) {
            case "/v1/models" -> MODELS;
            case "/version" -> VERSION;
            case "/metrics" -> METRICS;
            case "/tokenize" -> tokenize.get();
            default -> MISSING;
        };
    }

    /**
     * A tokenizer in the manner of BPE: a word after a blank is one token when it has at most six letters, else one for
     * each three letters. Without a blank before it, it has one more. The chat template adds seven.
     */
    private static Answer tokenize(String body, Function<Integer, Integer> count) {
        try {
            JsonNode asked = JSON.readTree(body);
            boolean chat = asked.has("messages");
            String text = chat
                    ? asked.path("messages").path(0).path("content").textValue()
                    : asked.path("prompt").textValue();
            List<Integer> ids = new ArrayList<>();
            for (String word : text.split(" ")) {
                if (ids.isEmpty()) {
                    ids.add(1);
                }
                for (int i = 0; i < word.length(); i += word.length() <= 6 ? 6 : 3) {
                    ids.add(10 + Math.floorMod((word + i).hashCode(), 1_000_000_000));
                }
            }
            boolean special = asked.path("add_special_tokens").asBoolean(true);
            int more = (chat ? 7 : 0) + (special ? 1 : 0);
            ObjectNode answer = JSON.createObjectNode().put("count", count.apply(ids.size() + more));
            ArrayNode tokens = answer.putArray("tokens");
            ids.forEach(tokens::add);
            return Answer.json(200, answer.toString());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTokenizerConfirmsWordsAndWhatPromptsHaveBeyondThem() {
        try (ScriptedServer server =
                new ScriptedServer(vertx, 0, (path, body) -> answer(path, () -> tokenize(body, Function.identity())))) {
            for (Api api : List.of(Api.OPENAI_CHAT, Api.OPENAI_COMPLETIONS)) {
                TargetFacts facts = inspect(server.url(), Target.MODEL_AUTO, api);
                assertEquals(List.of(), facts.notes());
                assertEquals(Optional.of("org/Llama-3-8B"), facts.model());
                assertEquals(Optional.of("0.32.0"), facts.vllmVersion());
                assertEquals(Map.of("block_size", "16", "num_gpu_blocks", "4096"), facts.cacheConfig());
                assertTrue(facts.vocabulary().exact());
                assertTrue(facts.vocabulary().words().size() >= 500);
                assertTrue(facts.vocabulary().words().stream().allMatch(word -> word.length() <= 6));
                // One that marks the beginning, one more for the first word, and the template's seven.
                assertEquals(api == Api.OPENAI_CHAT ? 9 : 2, facts.vocabulary().templateTokens());
                countedPromptsHaveTheTokensAskedFor(facts, api);
            }
        }
    }

    private static void countedPromptsHaveTheTokensAskedFor(TargetFacts facts, Api api) {
        for (int length = 20; length <= 100; length += 20) {
            Scenario scenario = TestScenarios.scenario(
                    TestScenarios.target(api, true, Map.of(), "http://127.0.0.1:1"),
                    TestScenarios.words(api, TokenCount.fixed(length), Optional.empty()));
            byte[] body =
                    WorkloadRequests.of(scenario, facts, Map.of()).create(0, 1).body();
            String asked = new String(body, StandardCharsets.UTF_8);
            String counted = tokenize(asked, Function.identity()).body();
            assertTrue(counted.startsWith("{\"count\":" + length + ","), counted);
        }
    }

    @Test
    void aTokenizerWhoseCountsDoNotAddUpConfirmsNothing() {
        try (ScriptedServer server = new ScriptedServer(
                vertx, 0, (path, body) -> answer(path, () -> tokenize(body, count -> count + count / 100)))) {
            TargetFacts facts = inspect(server.url(), "qwen", Api.OPENAI_CHAT);
            assertFalse(facts.vocabulary().exact());
            assertEquals(0, facts.vocabulary().templateTokens());
            assertEquals(
                    List.of("The target's tokenizer confirmed no vocabulary, so that prompts may have more or fewer"
                            + " tokens than asked for."),
                    facts.notes());
        }
    }

    @Test
    void aModelThatIsNotServedIsToldWithTheNearest() {
        try (ScriptedServer server = new ScriptedServer(vertx, 0, (path, body) -> answer(path, () -> MISSING))) {
            assertEquals(
                    "The target does not serve llama-3-8b; the nearest that it serves is org/Llama-3-8B.",
                    inspect(server.url(), "llama-3-8b", Api.OPENAI_CHAT).notes().getFirst());
            assertEquals(
                    "The target does not serve qwem; the nearest that it serves is qwen.",
                    inspect(server.url(), "qwem", Api.OPENAI_CHAT).notes().getFirst());
            assertEquals(
                    "The target does not serve mixtral; it serves org/Llama-3-8B, qwen.",
                    inspect(server.url(), "mixtral", Api.OPENAI_CHAT).notes().getFirst());
        }
    }

    @Test
    void whatIsNotAnsweredOrGarbageIsANote() {
        try (ScriptedServer server = new ScriptedServer(vertx, 0, (path, body) -> switch (path) {
            case "/v1/models" -> Answer.json(200, "{\"data\": [{\"id\": 5}, ");
            case "/version" -> Answer.json(200, "<html>");
            case "/metrics" -> new Answer(200, "text/plain", "}{ what\n");
            default -> Answer.json(500, "boom");
        })) {
            String url = server.url();
            TargetFacts facts = inspect(url, "qwen", Api.OPENAI_CHAT);
            assertEquals(
                    List.of(
                            "It is not known whether qwen is served: " + url + "/v1/models lists no models.",
                            "The version of vLLM is not known: " + url + "/version tells no version.",
                            "The configuration of the target's cache is not known: " + url
                                    + "/metrics has no vllm:cache_config_info.",
                            "The target's tokenizer confirmed no vocabulary, so that prompts may have more or fewer"
                                    + " tokens than asked for: " + url + "/tokenize answered 500."),
                    facts.notes());
            assertEquals(TargetFacts.Vocabulary.BUILT_IN, facts.vocabulary());
            assertEquals(Optional.of("qwen"), facts.model());
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> inspect(url, Target.MODEL_AUTO, Api.OPENAI_CHAT));
            assertEquals(
                    "It is not known which model to ask for: " + url + "/v1/models lists no models. Check that the"
                            + " server is up, or name a model in target.model.",
                    e.getMessage());
        }
    }

    @Test
    void aTargetThatDoesNotAnswerIsAskedNothingElse() {
        try (ScriptedServer server = new ScriptedServer(vertx, 0, (path, body) -> Answer.HANG)) {
            TargetFacts facts = inspectBriefly(server.url(), "qwen", Api.OPENAI_CHAT);
            assertEquals(
                    "It is not known whether qwen is served: no whole answer from " + server.url()
                            + "/v1/models within 2500 ms.",
                    facts.notes().getFirst());
            assertEquals(1, server.asked.size());
        }
        assertEquals(
                List.of(
                        "It is not known whether qwen is served: nothing listens at http://127.0.0.1:1.",
                        "Nothing else was asked of it: prompts may have more or fewer tokens than asked for."),
                inspect("http://127.0.0.1:1", "qwen", Api.OPENAI_CHAT).notes());
    }

    @Test
    void aTokenizerThatHangsIsWaitedForOnce() {
        try (ScriptedServer server = new ScriptedServer(vertx, 0, (path, body) -> answer(path, () -> Answer.HANG))) {
            TargetFacts facts = inspectBriefly(server.url(), "qwen", Api.OPENAI_CHAT);
            assertEquals(1, facts.notes().size());
            assertTrue(
                    facts.notes().getFirst().endsWith("/tokenize within 2500 ms."),
                    facts.notes().getFirst());
            assertEquals(4, server.asked.size());
        }
    }

    @Test
    void headersGoAlongAndThoseThatFrameTheMessageAreRefused() {
        try (ScriptedServer server = new ScriptedServer(vertx, 0, (path, body) -> answer(path, () -> MISSING))) {
            new TargetInspector(fetch)
                    .inspect(target(server.url(), "qwen", Api.OPENAI_CHAT, Map.of("X-Key", "k")))
                    .await();
            assertTrue(server.asked.stream()
                    .allMatch(asked -> "k".equals(asked.headers().get("X-Key"))));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new TargetInspector(fetch)
                            .inspect(target(server.url(), "qwen", Api.OPENAI_CHAT, Map.of("Connection", "close")))
                            .await());
        }
    }

    @Test
    void nothingIsAskedOfAPlainTarget() {
        try (ScriptedServer server = new ScriptedServer(vertx, 0, (path, body) -> MISSING)) {
            TargetFacts facts = inspect(server.url(), Target.MODEL_AUTO, Api.HTTP);
            assertEquals(Optional.empty(), facts.model());
            assertEquals(List.of(), server.asked);
        }
    }
}
