package dev.plimsoll.controller.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.controller.Polling;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.verdict.Verdict;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Gates by release, over HTTP. */
class GatesApiTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String RUN = "20260101-093000-250-7f3a2c";
    private static final Release RELEASE = new Release("prod", "chat", "a1");
    private static final String PATH = "/api/v1/gates/prod/chat/a1";
    private static final String BODY = "{\"namespace\":\"prod\",\"name\":\"chat\",\"checksum\":\"a1\"}";

    @TempDir
    private Path directory;

    private TestingStore store;
    private ScriptedRunner runner;

    @AutoClose
    private TestingService service;

    @BeforeEach
    void start() throws Exception {
        store = new TestingStore(directory.resolve("store"));
        runner = new ScriptedRunner(store);
        service = TestingService.gating(directory, store, runner);
    }

    private HttpResponse<String> ask() throws Exception {
        return service.post("/api/v1/gates", BODY);
    }

    private String state() throws Exception {
        return JSON.readTree(service.get(PATH).body()).path("state").asText();
    }

    private void awaitState(String state) throws Exception {
        Polling.until(() -> state().equals(state), LIMIT, () -> "never " + state);
    }

    @ParameterizedTest
    @EnumSource
    void beginsAGateOnceAndAnswersWithTheContentOfItsVerdict(Verdict.Outcome outcome) throws Exception {
        assertEquals(404, service.get(PATH).statusCode());
        HttpResponse<String> begun = ask();
        assertEquals(425, begun.statusCode());
        assertEquals("RUNNING", JSON.readTree(begun.body()).path("verdict").asText());
        assertEquals("10", begun.headers().firstValue("Retry-After").orElse(""));
        awaitState("running");
        assertEquals(425, ask().statusCode());
        runner.judge(RELEASE, RUN, outcome, outcome.ordinal());
        awaitState("judged");
        HttpResponse<String> judged = ask();
        assertEquals(200, judged.statusCode());
        assertEquals(Files.readString(store.directory().resolve(RUN).resolve("verdict.json")), judged.body());
        assertEquals(1, runner.begun().size());
    }

    @Test
    void aGateThatFailedIsInconclusiveWithTheReason() throws Exception {
        ask();
        runner.fail(RELEASE, "it ended with exit code 2: chat.yaml:1: no phases");
        awaitState("failed");
        HttpResponse<String> answer = ask();
        assertEquals(200, answer.statusCode());
        JsonNode verdict = JSON.readTree(answer.body());
        assertEquals("INCONCLUSIVE", verdict.path("verdict").asText());
        assertTrue(verdict.path("reasons").path(0).asText().contains("exit code 2"), answer.body());
        assertEquals(1, runner.begun().size());
    }

    @Test
    void aGateIsForgottenOnlyWhenItHasEnded() throws Exception {
        assertEquals(404, service.send("DELETE", PATH, "", "").statusCode());
        ask();
        awaitState("running");
        HttpResponse<String> early = service.send("DELETE", PATH, "", "");
        assertEquals(409, early.statusCode());
        assertTrue(early.body().contains("the gate of prod/chat a1 goes on"), early.body());
        runner.judge(RELEASE, RUN, Verdict.Outcome.INCONCLUSIVE, 3);
        awaitState("judged");
        assertEquals(200, service.send("DELETE", PATH, "", "").statusCode());
        assertEquals(404, service.get(PATH).statusCode());
        assertEquals(425, ask().statusCode());
        awaitState("running");
        assertEquals(2, runner.begun().size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {} | send {",
                "400 | {\"namespace\":\"prod\",\"name\":\"../x\",\"checksum\":\"a\"} | a name is of",
                "400 | {\"namespace\":\"prod\",\"name\":\"chat\",\"checksum\":\"a\",\"scenario\":\"../chat\"} | a scenario's name",
                "404 | {\"namespace\":\"prod\",\"name\":\"chat\",\"checksum\":\"a\",\"scenario\":\"none\"} | none.yaml",
            })
    void aWishThatCannotBeMetIsToldSo(int status, String body, String said) throws Exception {
        HttpResponse<String> answer = service.post("/api/v1/gates", body);
        assertEquals(status, answer.statusCode(), answer.body());
        assertTrue(JSON.readTree(answer.body()).path("error").asText().contains(said), answer.body());
        assertEquals(0, runner.begun().size());
    }

    @Test
    void aReleaseHasOneScenario() throws Exception {
        ask();
        HttpResponse<String> other = service.post("/api/v1/gates", BODY.replace("}", ",\"scenario\":\"long\"}"));
        assertEquals(409, other.statusCode());
        assertTrue(other.body().contains("has the scenario chat, not long"), other.body());
    }

    @Test
    void tooManyThatWaitAreToldToComeAgain() throws Exception {
        ask();
        awaitState("running");
        for (int i = 0; i < 100; i++) {
            assertEquals(
                    425,
                    service.post("/api/v1/gates", BODY.replace("a1", "w" + i)).statusCode());
        }
        HttpResponse<String> refused = service.post("/api/v1/gates", BODY.replace("a1", "last"));
        assertEquals(429, refused.statusCode());
        assertTrue(refused.body().contains("ask again when some have ended"), refused.body());
    }

    @Test
    void aControllerWithoutScenariosBeginsNothing() throws Exception {
        try (TestingService reader = new TestingService(directory.resolve("other"), Optional.empty(), runner)) {
            HttpResponse<String> refused = reader.post("/api/v1/gates", BODY);
            assertEquals(403, refused.statusCode());
            assertTrue(refused.body().contains("--scenarios DIR"), refused.body());
        }
    }

    @Test
    void aServiceThatIsFullSaysWhenToAskAgain() throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try (RunBundleWriter writer = store.begin(RUN, "chat")) {
            for (int i = 0; i < 256; i++) {
                Socket socket = new Socket("127.0.0.1", service.service().port());
                waiting.add(socket);
                socket.getOutputStream()
                        .write(("GET /api/v1/runs/" + RUN + "/verdict?wait=30s HTTP/1.1\r\nHost: h\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            }
            Polling.until(() -> service.get("/health").statusCode() == 503, LIMIT, () -> "never full");
            assertEquals(
                    "1",
                    service.get("/health").headers().firstValue("Retry-After").orElse(""));
            assertEquals(RUN, writer.info().run());
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }
}
