package dev.plimsoll.controller.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.controller.Polling;
import dev.plimsoll.reports.verdict.Verdict;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlaggerHooksTest {
    private static final String RUN = "20260101-093000-250-7f3a2c";
    private static final Release RELEASE = new Release("prod", "chat", "5f7d9c");

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

    private static String payload(String checksum, String metadata) {
        return String.format(
                Locale.ROOT,
                "{\"name\":\"chat\",\"namespace\":\"prod\",\"phase\":\"Progressing\",\"checksum\":\"%s\","
                        + "\"metadata\":{%s}}",
                checksum,
                metadata);
    }

    private HttpResponse<String> call(String hook) throws Exception {
        return service.post("/hooks/flagger/" + hook, payload("5f7d9c", ""));
    }

    private int status(String hook) throws Exception {
        return call(hook).statusCode();
    }

    private void await(String text) throws Exception {
        Polling.until(
                () -> call("rollback").body().contains(text), Duration.ofSeconds(20), () -> "never said: " + text);
    }

    @Test
    void beginsOneGateForARelease() throws Exception {
        assertEquals(202, status("pre-rollout"));
        assertEquals(202, status("pre-rollout"));
        assertEquals(202, status("rollout"));
        await("goes on");
        assertEquals(
                List.of("chat.yaml"),
                runner.begun().stream().map(p -> p.getFileName().toString()).toList());
        assertEquals(
                202,
                service.post("/hooks/flagger/rollout", payload("other", "")).statusCode());
    }

    @Test
    void confirmsAndRollsBackNothingWhileTheGateGoesOn() throws Exception {
        status("pre-rollout");
        runner.begins(RELEASE, RUN);
        await("run " + RUN);
        assertEquals(403, status("confirm-promotion"));
        assertEquals(403, status("rollback"));
        assertEquals(
                "the gate goes on (chat, run " + RUN + ")\n", call("rollback").body());
    }

    @ParameterizedTest
    @CsvSource({
        // verdict, exit code, rollout, confirm-promotion, rollback
        "PROMOTE, 0, 200, 200, 403",
        "ROLLBACK, 1, 403, 403, 200",
        "INCONCLUSIVE, 3, 200, 403, 403",
    })
    void answersByTheVerdict(Verdict.Outcome verdict, int code, int rollout, int confirm, int rollback)
            throws Exception {
        status("pre-rollout");
        runner.judge(RELEASE, RUN, verdict, code);
        await(verdict.name());
        assertEquals(rollout, status("pre-rollout"));
        assertEquals(rollout, status("rollout"));
        assertEquals(confirm, status("confirm-promotion"));
        assertEquals(rollback, status("rollback"));
        assertEquals(
                verdict + ": because (chat, run " + RUN + ")\n",
                call("rollback").body());
        assertEquals(1, runner.begun().size());
    }

    @Test
    void aGateThatFailedNeitherPromotesNorRollsBackAndHaltsTheRollout() throws Exception {
        status("rollout");
        runner.fail(RELEASE, "it ended with exit code 2: chat.yaml:1: no phases");
        await("no verdict");
        assertEquals(403, status("rollout"));
        assertEquals(403, status("confirm-promotion"));
        assertEquals(403, status("rollback"));
        assertTrue(
                call("rollout").body().contains("exit code 2: chat.yaml:1"),
                call("rollout").body());
    }

    @Test
    void withoutAGateNothingIsConfirmed() throws Exception {
        assertEquals(403, status("confirm-promotion"));
        HttpResponse<String> rollback = call("rollback");
        assertEquals(403, rollback.statusCode());
        assertTrue(rollback.body().contains("no gate was begun for prod/chat 5f7d9c"), rollback.body());
        assertEquals(0, runner.begun().size());
    }

    @Test
    void aRunOfAnotherProcessCanBeNamed() throws Exception {
        store.judge(RUN, "chat", Verdict.Outcome.ROLLBACK);
        String named = payload("5f7d9c", "\"run\": \"" + RUN + "\"");
        assertEquals(200, service.post("/hooks/flagger/rollback", named).statusCode());
        assertEquals(
                403, service.post("/hooks/flagger/confirm-promotion", named).statusCode());
        assertEquals(403, service.post("/hooks/flagger/rollout", named).statusCode());
        String unknown = payload("5f7d9c", "\"run\": \"../../etc\"");
        assertEquals(403, service.post("/hooks/flagger/rollback", unknown).statusCode());
        assertEquals(0, runner.begun().size());
    }

    @Test
    void theScenarioIsNamedByTheHook() throws Exception {
        assertEquals(
                202,
                service.post("/hooks/flagger/rollout", payload("5f7d9c", "\"scenario\": \"long\""))
                        .statusCode());
        await("long");
        HttpResponse<String> other = call("rollout");
        assertEquals(409, other.statusCode());
        assertEquals("the gate of prod/chat 5f7d9c has the scenario long, not chat\n", other.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../chat", "/etc/passwd", "chat.yaml/../../x", "", "a b", "--help"})
    void aScenarioIsANameAndNoPath(String scenario) throws Exception {
        HttpResponse<String> response =
                service.post("/hooks/flagger/rollout", payload("5f7d9c", "\"scenario\": \"" + scenario + "\""));
        assertEquals(400, response.statusCode(), response.body());
        assertEquals(0, runner.begun().size());
    }

    @Test
    void anUnknownScenarioIsToldSo() throws Exception {
        HttpResponse<String> response =
                service.post("/hooks/flagger/rollout", payload("5f7d9c", "\"scenario\": \"none\""));
        assertEquals(404, response.statusCode());
        assertTrue(response.body().contains("none.yaml"), response.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"name\":\"chat\",\"namespace\":\"prod\"}",
                "{\"name\":\"../chat\",\"namespace\":\"prod\",\"checksum\":\"a\"}",
                "{\"name\":\"chat\",\"namespace\":\"prod\\nx\",\"checksum\":\"a\"}",
                "{\"name\":\"chat\",\"namespace\":\"prod\",\"checksum\":\"$(id)\"}"
            })
    void aPayloadThatNamesNoReleaseIsRefused(String body) throws Exception {
        for (String hook : List.of("pre-rollout", "confirm-promotion", "rollback", "event")) {
            assertEquals(400, service.post("/hooks/flagger/" + hook, body).statusCode(), hook);
        }
        assertEquals(0, runner.begun().size());
    }

    @Test
    void keepsEvents() throws Exception {
        String event = payload(
                "5f7d9c", "\"eventMessage\":\"New revision\\ndetected\",\"eventType\":\"Normal\",\"timestamp\":\"1\"");
        assertEquals(200, service.post("/hooks/flagger/event", event).statusCode());
        assertEquals(200, service.post("/hooks/flagger/event", event).statusCode());
        List<String> lines =
                Files.readAllLines(store.directory().resolve(".gates").resolve("events.ndjson"));
        assertEquals(2, lines.size());
        assertTrue(lines.getFirst().contains("\"message\":\"New revision\\ndetected\""), lines.getFirst());
    }

    @Test
    void anUnknownHookIsToldSo() throws Exception {
        HttpResponse<String> response = call("confirm-rollout");
        assertEquals(404, response.statusCode());
        assertTrue(response.body().contains("pre-rollout, rollout, confirm-promotion, rollback and event"));
    }
}
