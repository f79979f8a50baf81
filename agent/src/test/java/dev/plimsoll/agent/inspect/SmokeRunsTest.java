package dev.plimsoll.agent.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.inspect.ScriptedServer.Answer;
import dev.plimsoll.agent.protocol.SmokeResult;
import dev.plimsoll.agent.protocol.SmokeResult.Attempt;
import dev.plimsoll.agent.request.RequestContent;
import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.agent.request.RequestHeaders;
import dev.plimsoll.agent.request.TestScenarios;
import dev.plimsoll.agent.request.WorkloadRequests;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.TokenCount;
import dev.plimsoll.scenarios.Work;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class SmokeRunsTest {
    /** Less than the pause that goes with it: there is one round only. */
    private static final Duration ONCE = Duration.ofSeconds(19);

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String ROLE = "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}";
    private static final String TOKEN = "{\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":null}]}";
    private static final String END = "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}";

    private final Vertx vertx = Vertx.vertx();
    private final HttpFetch fetch = new HttpFetch(vertx, Optional.empty());

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private SmokeResult run(Scenario scenario, Duration timeout, int requests) {
        WorkloadRequests made = WorkloadRequests.of(scenario, TestScenarios.facts(0), Map.of());
        return new SmokeTest(vertx, fetch, timeout.equals(ONCE) ? LONG : PAUSE)
                .run(scenario, new Gate.Smoke(timeout, requests), made)
                .await();
    }

    private static Scenario prompts(Api api, boolean stream, String url) {
        return TestScenarios.scenario(
                TestScenarios.target(api, stream, Map.of(), url),
                TestScenarios.words(api, TokenCount.fixed(8), Optional.empty()));
    }

    private static Scenario gets(String url, Map<String, String> headers, String... paths) {
        Work[] work = List.of(paths).stream()
                .map(path -> TestScenarios.http("GET", path, Map.of(), ""))
                .toArray(Work[]::new);
        return TestScenarios.scenario(TestScenarios.target(Api.HTTP, false, headers, url), work);
    }

    static List<Arguments> badAnswers() {
        return List.of(
                Arguments.of(Api.OPENAI_CHAT, true, Answer.events(ROLE, END, "[DONE]"), "a stream without any token"),
                Arguments.of(Api.OPENAI_CHAT, true, Answer.events(ROLE, "[DONE]"), "a stream without any token"),
                Arguments.of(
                        Api.OPENAI_CHAT,
                        true,
                        Answer.events(ROLE, TOKEN, "[DONE]"),
                        "a stream without a finish reason"),
                Arguments.of(
                        Api.OPENAI_CHAT,
                        true,
                        Answer.events(ROLE, TOKEN),
                        "the stream ended after 1 token events, without a finish reason or [DONE]"),
                Arguments.of(
                        Api.OPENAI_CHAT,
                        true,
                        Answer.events(ROLE, TOKEN, "{\"error\":{\"message\":\"out of memory\"}}"),
                        "an error event: out of memory"),
                Arguments.of(
                        Api.OPENAI_CHAT, true, Answer.json(200, "{\"choices\":[]}"), "not a stream of events; does"),
                Arguments.of(Api.OPENAI_CHAT, true, Answer.HANG_UP, "the connection to "),
                Arguments.of(
                        Api.OPENAI_CHAT,
                        true,
                        Answer.json(404, "{\"error\":{\"message\":\"no such model\"}}"),
                        "status 404: no such model"),
                Arguments.of(
                        Api.OPENAI_CHAT,
                        false,
                        Answer.json(200, "{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"stop\"}]}"),
                        "an answer with an empty text"),
                Arguments.of(
                        Api.OPENAI_CHAT,
                        false,
                        Answer.json(200, "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":null}]}"),
                        "an answer without a finish reason"),
                Arguments.of(Api.OPENAI_CHAT, false, Answer.json(200, "{\"choices\":[]}"), "an answer without choices"),
                Arguments.of(
                        Api.OPENAI_COMPLETIONS,
                        false,
                        Answer.json(200, "{\"choices\":[{\"text\":\"\",\"finish_reason\":\"stop\"}]}"),
                        "an answer with an empty text"),
                Arguments.of(
                        Api.OPENAI_RESPONSES,
                        false,
                        Answer.json(200, "{\"output\":[]}"),
                        "an answer with an empty text"),
                Arguments.of(
                        Api.OPENAI_EMBEDDINGS,
                        false,
                        Answer.json(200, "{\"data\":[]}"),
                        "an answer without an embedding"),
                Arguments.of(Api.OPENAI_CHAT, false, new Answer(200, "text/html", "<p>"), "not a JSON object"));
    }

    @ParameterizedTest
    @MethodSource("badAnswers")
    void anAnswerThatIsNotWhatWasAskedForIsAFailure(Api api, boolean stream, Answer answer, String sentence) {
        try (ScriptedServer server = new ScriptedServer(vertx, 0, (path, body) -> answer)) {
            SmokeResult result = run(prompts(api, stream, server.url()), ONCE, 1);
            assertFalse(result.passed());
            assertTrue(result.sentence().startsWith("1 of 1 smoke requests failed: " + sentence), result.sentence());
            assertEquals(
                    Math.max(0, answer.status()), result.attempts().getFirst().status());
            assertTrue(result.attempts().getFirst().sent().startsWith("POST /v1/"), result.toString());
        }
    }

    @Test
    void anAnswerThatDoesNotComeIsAFailureWhenTheTimeIsOver() {
        try (ScriptedServer server = new ScriptedServer(vertx, 0, (path, body) -> Answer.HANG)) {
            SmokeResult result = run(gets(server.url(), Map.of(), "/", "/b"), Duration.ofMillis(700), 1);
            assertTrue(
                    result.sentence()
                            .startsWith(
                                    "2 of 2 smoke requests failed: no whole answer from " + server.url() + "/ within "),
                    result.sentence());
            assertEquals(1, server.asked.size(), "no time was left for the other");
        }
    }

    static List<Arguments> goodAnswers() {
        return List.of(
                Arguments.of(Api.OPENAI_CHAT, true, Answer.events(ROLE, TOKEN, END, "[DONE]")),
                Arguments.of(
                        Api.OPENAI_CHAT,
                        false,
                        Answer.json(
                                200, "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}")),
                Arguments.of(
                        Api.OPENAI_CHAT,
                        false,
                        Answer.json(
                                200,
                                "{\"choices\":[{\"message\":{\"content\":null,\"reasoning\":\"a\"},"
                                        + "\"finish_reason\":\"length\"}]}")),
                Arguments.of(
                        Api.OPENAI_RESPONSES,
                        false,
                        Answer.json(200, "{\"output\":[{\"content\":[{\"type\":\"output_text\",\"text\":\"a\"}]}]}")),
                Arguments.of(Api.OPENAI_EMBEDDINGS, false, Answer.json(200, "{\"data\":[{\"embedding\":[0.5]}]}")),
                Arguments.of(Api.VLLM_GENERATE, false, Answer.json(200, "{\"text\":[\"a b\"]}")));
    }

    @ParameterizedTest
    @MethodSource("goodAnswers")
    void aGoodAnswerOfEachApiPasses(Api api, boolean stream, Answer answer) {
        try (ScriptedServer server = new ScriptedServer(vertx, 0, (path, body) -> answer)) {
            SmokeResult result = run(prompts(api, stream, server.url()), LONG, 1);
            assertTrue(result.passed(), result.toString());
            assertEquals("the smoke request was answered well", result.sentence());
            assertEquals("ok", result.attempts().getFirst().sentence());
        }
    }

    @Test
    void allSuccessesAndTheLastFailureOfEachEntryAreKept() {
        try (ScriptedServer server = new ScriptedServer(
                vertx,
                0,
                (path, body) -> new Answer(path.startsWith("/bad") ? 500 : 200, "text/plain", "at " + path))) {
            SmokeResult result = run(gets(server.url(), Map.of(), "/bad1", "/good", "/bad2"), ONCE, 1);
            assertEquals(
                    "2 of 3 smoke requests failed: status 500: at /bad2 from " + server.url() + "/bad2",
                    result.sentence());
            assertEquals(
                    List.of(
                            "r1 ok",
                            "r0 status 500: at /bad1 from " + server.url() + "/bad1",
                            "r2 status 500: at /bad2" + " from " + server.url() + "/bad2"),
                    result.attempts().stream()
                            .map(a -> a.request() + " " + a.sentence())
                            .toList());
        }
    }

    @Test
    void onlyWhatFailedIsSentAgain() {
        AtomicInteger times = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(
                vertx,
                0,
                (path, body) -> new Answer(
                        path.equals("/flaky") && times.incrementAndGet() == 1 ? 500 : 200, "text/plain", ""))) {
            SmokeResult result = run(gets(server.url(), Map.of(), "/flaky", "/good"), LONG, 1);
            assertTrue(result.passed(), result.toString());
            assertEquals("all 2 smoke requests were answered well", result.sentence());
            assertEquals(
                    List.of("GET /flaky", "GET /good", "GET /flaky"),
                    server.asked.stream().map(ScriptedServer.Asked::line).toList());
        }
    }

    @Test
    void aServerThatStartsMeanwhileIsAwaited() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        AtomicInteger times = new AtomicInteger();
        vertx.timer(300, TimeUnit.MILLISECONDS)
                .onSuccess(ignored -> vertx.createHttpServer()
                        .requestHandler(request -> request.response()
                                .setStatusCode(times.incrementAndGet() == 1 ? 503 : 200)
                                .end())
                        .listen(port, "127.0.0.1"));
        SmokeResult result = run(gets("http://127.0.0.1:" + port, Map.of(), "/", "/b"), LONG, 1);
        assertTrue(result.passed(), result.toString());
        assertEquals(3, times.get(), "503 once, then each request once");
    }

    @Test
    void aServerThatNeverStartsIsToldWithItsTime() {
        // Nothing listens at port 1.
        SmokeResult result = run(gets("http://127.0.0.1:1", Map.of(), "/", "/b"), Duration.ofSeconds(1), 2);
        assertTrue(
                result.sentence().matches("nothing listens at http://127\\.0\\.0\\.1:1 for \\d+(\\.\\d)? s"),
                result.sentence());
        assertEquals(1, result.attempts().size(), "the others would fare no better");
        try (ScriptedServer server = new ScriptedServer(
                vertx, 0, (path, body) -> Answer.json(503, "{\"error\":{\"message\":\"loading the model\"}}"))) {
            SmokeResult loading = run(prompts(Api.OPENAI_CHAT, true, server.url()), Duration.ofSeconds(2), 2);
            assertTrue(
                    loading.sentence()
                            .matches(server.url()
                                    + "/v1/chat/completions answered 503 for \\d+(\\.\\d)? s: loading the model"),
                    loading.sentence());
            assertTrue(server.asked.size() >= 2, "tried again: " + server.asked.size());
        }
    }

    @Test
    void headersThatAServerTellsBackAreMasked() {
        Map<String, String> headers =
                Map.of("Authorization", "Bearer s3cr3t/key\"1", "X-Key", "first second", "X-Team", "red");
        String echo =
                "{\"error\":{\"message\":\"red: bad key s3cr3t/key\\\"1, s3cr3t\\/key\\\"1, c2VjcmV0MTox and second"
                        + " from second, hunter22\"}}";
        try (ScriptedServer server = new ScriptedServer(vertx, 0, (path, body) -> Answer.json(401, echo))) {
            Target target =
                    TestScenarios.target(Api.HTTP, false, headers, server.url().replace("//", "//user:hunter22@"));
            Scenario scenario = TestScenarios.scenario(
                    target,
                    TestScenarios.http("POST", "/a?key=hunter22", Map.of("X-Other", "c2VjcmV0MTox"), "my second"));
            Attempt attempt = run(scenario, ONCE, 1).attempts().getFirst();
            assertEquals("POST /a my ***", attempt.sent());
            assertEquals(
                    "{\"error\":{\"message\":\"red: bad key ***\\\"1, ***\\\"1, *** and *** from ***, ***\"}}",
                    attempt.answered());
            assertEquals(
                    "status 401: red: bad key ***\"1, ***\"1, *** and *** from ***, *** from " + server.url() + "/a",
                    attempt.sentence());
        }
    }

    @Test
    void aMaskedValueIsNotCutInTwo() {
        String secret = "abcdefghijklmnopqrstuvwxyz";
        String body = "x".repeat(490) + secret;
        try (ScriptedServer server = new ScriptedServer(vertx, 0, (path, b) -> new Answer(500, "text/plain", body))) {
            SmokeResult result = run(gets(server.url(), Map.of("X-Key", secret), "/"), ONCE, 1);
            assertFalse(result.toString().contains("abcdef"), result.toString());
        }
        for (int before = 80; before < 220; before += 5) {
            String text = "x".repeat(before) + secret;
            try (ScriptedServer server =
                    new ScriptedServer(vertx, 0, (path, b) -> new Answer(500, "text/plain", text))) {
                SmokeResult result = run(gets(server.url(), Map.of("X-Key", secret), "/"), ONCE, 1);
                assertFalse(result.toString().contains("abcdef"), result.toString());
            }
        }
    }

    @Test
    void headersAreThoseOfTheLoad() {
        try (ScriptedServer server =
                new ScriptedServer(vertx, 0, (path, body) -> Answer.events(ROLE, TOKEN, END, "[DONE]"))) {
            run(prompts(Api.OPENAI_CHAT, true, server.url() + "/v1"), LONG, 1);
            ScriptedServer.Asked asked = server.asked.getFirst();
            assertEquals("POST /v1/chat/completions", asked.line());
            assertEquals(RequestHeaders.USER_AGENT, asked.headers().get("User-Agent"));
            assertEquals("text/event-stream", asked.headers().get("Accept"));
            assertEquals("application/json", asked.headers().get("Content-Type"));
            assertEquals("identity", asked.headers().get("Accept-Encoding"));
        }
    }

    @Test
    void aRequestThatCannotBeMadeIsAFailure() {
        Scenario scenario = gets("http://127.0.0.1:1", Map.of(), "/");
        SmokeResult result = new SmokeTest(vertx, fetch, LONG)
                .run(scenario, new Gate.Smoke(ONCE, 1), new RequestFactory() {
                    @Override
                    public RequestContent create(long stream, long sequence) {
                        throw new AssertionError("not asked for");
                    }

                    @Override
                    public RequestContent sample(int spec, long sequence) {
                        throw new IllegalArgumentException("no words");
                    }
                })
                .await();
        assertEquals("1 of 1 smoke requests failed: the request cannot be made: no words", result.sentence());
    }
}
