package dev.plimsoll.agent.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.engine.RenderedRequest;
import dev.plimsoll.agent.engine.RequestRenderer;
import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.protocol.SmokeResult;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.agent.request.RequestHeaders;
import dev.plimsoll.agent.request.WorkloadRequests;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Objectives;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.RequestSpec;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.TokenCount;
import dev.plimsoll.scenarios.Work;
import dev.plimsoll.simulator.Simulator;
import dev.plimsoll.simulator.SimulatorOptions;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Requests as the simulator understands them. */
class RequestsAgainstSimulatorTest {
    private static final Gate.Smoke SMOKE = new Gate.Smoke(Duration.ofSeconds(10), 2);

    private static Scenario scenario(Api api, String url, Work.Prompt prompt) {
        Target target = new Target(
                List.of(URI.create(url)),
                api,
                Target.MODEL_AUTO,
                true,
                Map.of("X-Team", "a"),
                Duration.ofSeconds(5),
                Target.Connections.DEFAULT,
                Optional.empty());
        Optional<Work.Output> output =
                api.generates() ? Optional.of(new Work.Output(TokenCount.fixed(4), true)) : Optional.empty();
        Work work = new Work.Prompted(prompt, output, Map.of());
        Phase phase = new Phase(
                "load", Duration.ofSeconds(1), new Load.Closed(1, Duration.ZERO), true, Duration.ofSeconds(1), false);
        return new Scenario(
                "s",
                "",
                target,
                List.of(new RequestSpec("ask", 1, work)),
                List.of(phase),
                1,
                7,
                Objectives.NONE,
                List.of(),
                Optional.empty());
    }

    private static Work.Prompt words(int tokens) {
        return new Work.Prompt.Synthetic(TokenCount.fixed(tokens), Optional.empty());
    }

    private static final TargetFacts FACTS = new TargetFacts(
            List.of("m"), Optional.of("m"), Optional.empty(), Map.of(), TargetFacts.Vocabulary.BUILT_IN, List.of());

    @Test
    void eachApiIsInspectedAndAnsweredWellAlsoUnderV1() {
        Vertx vertx = Vertx.vertx();
        Simulator simulator = Simulator.start(
                        vertx, SimulatorOptions.builder().models("tiny").build())
                .await();
        HttpFetch fetch = new HttpFetch(vertx, Optional.empty());
        try {
            for (Api api : List.of(Api.OPENAI_CHAT, Api.OPENAI_COMPLETIONS, Api.OPENAI_EMBEDDINGS)) {
                Scenario scenario = scenario(api, "http://127.0.0.1:" + simulator.port() + "/v1", words(50));
                TargetFacts facts =
                        new TargetInspector(fetch).inspect(scenario.target()).await();
                assertEquals(Optional.of("tiny"), facts.model());
                assertTrue(facts.vocabulary().exact(), facts.toString());
                SmokeResult result = new SmokeTest(vertx, fetch)
                        .run(scenario, SMOKE, WorkloadRequests.of(scenario, facts, Map.of()))
                        .await();
                assertTrue(result.passed(), result.toString());
                assertEquals(2, result.attempts().size());
            }
        } finally {
            simulator.close().await();
            vertx.close().await();
        }
    }

    @Test
    void sameSeedGivesSameRequestsAndAnotherRoundOthers() {
        Scenario scenario = scenario(Api.OPENAI_CHAT, "http://127.0.0.1:1", words(20));
        byte[] first =
                WorkloadRequests.of(scenario, FACTS, Map.of()).create(0, 5).body();
        WorkloadRequests again = WorkloadRequests.of(scenario, FACTS, Map.of());
        assertArrayEquals(first, again.create(0, 5).body());
        assertFalse(Arrays.equals(first, again.create(1, 5).body()));
    }

    @Test
    void promptsOfAFileAreUsedOnceBeforeAnyRepeats() {
        String lines = "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\n{\"prompt\":\"c\"}\n";
        Scenario scenario = scenario(Api.OPENAI_CHAT, "http://127.0.0.1:1", new Work.Prompt.FromFile("p"));
        WorkloadRequests requests = WorkloadRequests.of(scenario, FACTS, Map.of("p", lines));
        long different = java.util.stream.LongStream.range(3, 6)
                .mapToObj(i -> new String(requests.create(0, i).body(), StandardCharsets.UTF_8))
                .distinct()
                .count();
        assertEquals(3, different);
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> WorkloadRequests.of(scenario, FACTS, Map.of("p", lines + "{")));
        assertTrue(String.valueOf(e.getMessage()).startsWith("p, line 4: "), e.getMessage());
    }

    @Test
    void chatRequestHasItsBytes() {
        Scenario scenario = scenario(Api.OPENAI_CHAT, "http://u:p@[::1]:80/v1", new Work.Prompt.FromFile("p"));
        WorkloadRequests requests = WorkloadRequests.of(scenario, FACTS, Map.of("p", "{\"prompt\":\"hi\"}"));
        RenderedRequest rendered = new RequestRenderer(scenario.target()).render(requests.create(0, 0), 0);
        String text = rendered.bytes().toString(StandardCharsets.UTF_8);
        rendered.bytes().release();
        String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
                + "\"max_tokens\":4,\"ignore_eos\":true,\"min_tokens\":4,\"stream\":true,"
                + "\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}}";
        assertTrue(text.startsWith("POST /v1/chat/completions HTTP/1.1\r\nHost: [::1]\r\n"), text);
        assertTrue(text.contains("\r\nAuthorization: Basic dTpw\r\n"), text);
        assertTrue(text.endsWith("\r\nContent-Length: " + body.length() + "\r\n\r\n" + body), text);
    }

    @Test
    void injectedHeadersAreRefused() {
        URI url = URI.create("http://127.0.0.1");
        assertThrows(
                IllegalArgumentException.class, () -> RequestHeaders.merge(url, Map.of("A", "b\r\nC: d"), Map.of()));
    }
}
