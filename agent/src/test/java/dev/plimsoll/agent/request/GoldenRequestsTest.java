package dev.plimsoll.agent.request;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.agent.engine.RenderedRequest;
import dev.plimsoll.agent.engine.RequestRenderer;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.TokenCount;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The bytes of a request of each API. vLLM 0.32.0 answered those of chat, completions and responses, byte for byte as in
 * these files, with status 200; its model had no embeddings, and it no longer has the legacy API.
 */
class GoldenRequestsTest {
    @ParameterizedTest
    @CsvSource({
        "OPENAI_CHAT, true",
        "OPENAI_CHAT, false",
        "OPENAI_COMPLETIONS, true",
        "OPENAI_COMPLETIONS, false",
        "OPENAI_RESPONSES, true",
        "OPENAI_RESPONSES, false",
        "OPENAI_EMBEDDINGS, false",
        "VLLM_GENERATE, true",
    })
    void requestsHaveTheBytesThatServersAccepted(Api api, boolean stream) throws IOException {
        Target target = TestScenarios.target(api, stream, Map.of("X-Team", "a"), "http://127.0.0.1:8123/v1");
        Scenario scenario =
                TestScenarios.scenario(target, TestScenarios.words(api, TokenCount.fixed(30), Optional.empty()));
        WorkloadRequests requests = WorkloadRequests.of(scenario, TestScenarios.facts(16), Map.of());
        RenderedRequest rendered = new RequestRenderer(target).render(requests.create(0, 0), 0);
        String bytes = rendered.bytes().toString(StandardCharsets.UTF_8);
        rendered.bytes().release();

        // The version of the build is in the file as a name.
        assertEquals(golden(api, stream), bytes.replace(RequestHeaders.USER_AGENT, "plimsoll/VERSION"));
    }

    private static String golden(Api api, boolean stream) throws IOException {
        String name = api.name().toLowerCase(Locale.ROOT).replace('_', '-') + (stream ? "-stream" : "") + ".request";
        try (InputStream in = requireNonNull(GoldenRequestsTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
