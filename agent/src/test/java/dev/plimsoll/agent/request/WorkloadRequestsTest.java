package dev.plimsoll.agent.request;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.RequestSpec;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.TokenCount;
import dev.plimsoll.scenarios.Work;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WorkloadRequestsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Target COMPLETIONS =
            TestScenarios.target(Api.OPENAI_COMPLETIONS, false, Map.of(), "http://127.0.0.1:1");

    private static WorkloadRequests requests(int templateTokens, TokenCount tokens, Work.SharedPrefix... prefix) {
        Work work = TestScenarios.words(
                Api.OPENAI_COMPLETIONS, tokens, Arrays.stream(prefix).findFirst());
        return WorkloadRequests.of(
                TestScenarios.scenario(COMPLETIONS, work), TestScenarios.facts(templateTokens), Map.of());
    }

    private static JsonNode body(RequestContent content) {
        try {
            return JSON.readTree(content.body());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> prompt(RequestContent content) {
        return List.of(body(content).path("prompt").textValue().split(" "));
    }

    @Test
    void aPromptIsAsLongAsAskedForLessTheTokensBeyondItsWords() {
        assertEquals(40, prompt(requests(0, TokenCount.fixed(40)).create(0, 0)).size());
        assertEquals(24, prompt(requests(16, TokenCount.fixed(40)).create(0, 0)).size());
        assertEquals(List.of("the"), prompt(requests(16, TokenCount.fixed(9)).create(0, 0)), "at least the first word");
    }

    @Test
    void everyPromptBeginsWithTheSameWordAndGoesOnWithOthers() {
        WorkloadRequests requests = requests(0, TokenCount.fixed(40));
        Set<List<String>> rest = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            List<String> prompt = prompt(requests.create(0, i));
            assertEquals("the", prompt.getFirst());
            rest.add(prompt.subList(1, prompt.size()));
        }
        assertEquals(100, rest.size(), "20^39 prompts are possible");
    }

    @Test
    void promptsOfAGroupShareTheirPrefixAndNoMore() {
        WorkloadRequests requests = requests(0, TokenCount.fixed(60), new Work.SharedPrefix(30, 4));
        Set<List<String>> prefixes = new HashSet<>();
        Set<List<String>> rests = new HashSet<>();
        Set<List<String>> longer = new HashSet<>();
        for (int i = 0; i < 400; i++) {
            List<String> prompt = prompt(requests.create(0, i));
            assertEquals(60, prompt.size());
            prefixes.add(prompt.subList(0, 30));
            longer.add(prompt.subList(0, 35));
            rests.add(prompt.subList(30, 60));
        }
        assertEquals(4, prefixes.size());
        assertEquals(400, rests.size());
        assertTrue(longer.size() > 300, "the words after the prefix differ: " + longer.size());
        // A later round has the same prefixes, as a server's cache would meet them in production.
        assertTrue(prefixes.contains(prompt(requests.create(1, 0)).subList(0, 30)));
    }

    @Test
    void aPrefixLongerThanThePromptIsCutToIt() {
        WorkloadRequests requests = requests(0, TokenCount.fixed(10), new Work.SharedPrefix(30, 1));
        List<String> prompt = prompt(requests.create(0, 0));
        assertEquals(10, prompt.size());
        assertEquals(prompt, prompt(requests.create(0, 1)));
    }

    @Test
    void entriesAreDrawnByWeight() {
        Work work = TestScenarios.words(Api.OPENAI_COMPLETIONS, TokenCount.fixed(4), Optional.empty());
        Scenario scenario = TestScenarios.scenario(
                COMPLETIONS,
                7,
                List.of(
                        new RequestSpec("a", 1, work),
                        new RequestSpec("b", 2.5, work),
                        new RequestSpec("c", 6.5, work)));
        WorkloadRequests requests = WorkloadRequests.of(scenario, TestScenarios.facts(0), Map.of());
        int[] counts = new int[3];
        for (int i = 0; i < 20_000; i++) {
            counts[requests.create(0, i).spec()]++;
        }
        // Binomial: 2,000, 5,000 and 13,000 with deviations of 42, 61 and 67; five are allowed.
        assertEquals(2_000, counts[0], 5 * 42);
        assertEquals(5_000, counts[1], 5 * 61);
        assertEquals(13_000, counts[2], 5 * 67);
    }

    @Test
    void requestsAreTheSameForSeedStreamAndSequenceAndNothingElse() {
        TokenCount tokens = new TokenCount(TokenCount.Distribution.LOGNORMAL, 40, 20, 10, 200);
        for (long seed = 0; seed < 20; seed++) {
            Scenario scenario = TestScenarios.scenario(
                    COMPLETIONS,
                    seed,
                    List.of(
                            new RequestSpec(
                                    "a", 1, TestScenarios.words(Api.OPENAI_COMPLETIONS, tokens, Optional.empty())),
                            new RequestSpec(
                                    "b",
                                    2,
                                    TestScenarios.words(
                                            Api.OPENAI_COMPLETIONS,
                                            tokens,
                                            Optional.of(new Work.SharedPrefix(5, 2))))));
            WorkloadRequests one = WorkloadRequests.of(scenario, TestScenarios.facts(0), Map.of());
            WorkloadRequests other = WorkloadRequests.of(scenario, TestScenarios.facts(0), Map.of());
            byte[][] forward = IntStream.range(0, 50)
                    .mapToObj(i -> one.create(1, i).body())
                    .toArray(byte[][]::new);
            // Another agent asks in another order.
            for (int i = 49; i >= 0; i--) {
                assertArrayEquals(forward[i], other.create(1, i).body());
                assertFalse(Arrays.equals(forward[i], other.create(2, i).body()));
            }
            assertArrayEquals(one.sample(1, 3).body(), other.sample(1, 3).body());
        }
    }

    @Test
    void samplingGoesAlongAsItIs() {
        Target chat = TestScenarios.target(Api.OPENAI_CHAT, true, Map.of(), "http://127.0.0.1:1");
        Work work = new Work.Prompted(
                new Work.Prompt.Synthetic(TokenCount.fixed(4), Optional.empty()),
                Optional.of(new Work.Output(TokenCount.fixed(64), false)),
                Map.of("temperature", 0.5, "stop", List.of("a", "b")));
        JsonNode body = body(WorkloadRequests.of(TestScenarios.scenario(chat, work), TestScenarios.facts(0), Map.of())
                .create(0, 0));
        assertEquals(0.5, body.path("temperature").doubleValue());
        assertEquals("[\"a\",\"b\"]", body.path("stop").toString());
        assertEquals(64, body.path("max_tokens").intValue());
        assertFalse(body.has("ignore_eos") || body.has("min_tokens"), "not exact");
        assertFalse(body.has("max_completion_tokens"));
    }

    @Test
    void headersThatFrameTheMessageAreRefusedBeforeAnyLoad() {
        Target plain = TestScenarios.target(Api.HTTP, false, Map.of(), "http://127.0.0.1:1");
        for (String name : List.of("Content-Length", "connection", "TRANSFER-ENCODING")) {
            Work work = TestScenarios.http("GET", "/", Map.of(name, "5"), "");
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> WorkloadRequests.of(TestScenarios.scenario(plain, work), TestScenarios.facts(0), Map.of()));
            assertTrue(e.getMessage().startsWith("the header " + name + " is not set by a scenario"), e.getMessage());
        }
    }

    @Test
    void aShuffleMeetsEachIndexOnce() {
        for (int size : new int[] {1, 2, 3, 4, 5, 16, 17, 1000}) {
            assertEquals(
                    size,
                    IntStream.range(0, size)
                            .map(i -> Shuffle.at(99, i, size))
                            .filter(i -> i >= 0 && i < size)
                            .distinct()
                            .count());
        }
        assertNotEquals(
                IntStream.range(0, 100).map(i -> Shuffle.at(1, i, 100)).boxed().toList(),
                IntStream.range(0, 100).map(i -> Shuffle.at(2, i, 100)).boxed().toList());
    }
}
