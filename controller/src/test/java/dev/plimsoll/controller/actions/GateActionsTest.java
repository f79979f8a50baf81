package dev.plimsoll.controller.actions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Gate.Action;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateActionsTest {
    private static final GateActions.Limits LIMITS =
            new GateActions.Limits(Duration.ofSeconds(20), Duration.ofSeconds(10), 3, Duration.ofMillis(1));

    private static final Instant NOW = Instant.ofEpochSecond(1_767_225_600);

    private List<ActionRecord> records = List.of();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final List<MultiMap> headers = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private int act(Verdict.Outcome outcome, Gate gate, GateActions.Limits limits) {
        Verdict verdict = new Verdict(1, "20260101-093000-250-7f3a2c", outcome, List.of("a reason"), List.of());
        records = new GateActions(gate, said::add, limits, InstantSource.fixed(NOW))
                .run(verdict, "chat", Path.of("/bundles/one"));
        return (int) records.stream().filter(one -> !one.done()).count();
    }

    private static Gate gate(List<Action> onPromote, List<Action> onRollback) {
        return new Gate(
                Optional.of(new Gate.Smoke(Duration.ofSeconds(1), 1)),
                List.of(),
                0.95,
                Gate.OnUndecided.INCONCLUSIVE,
                false,
                Optional.empty(),
                Optional.empty(),
                onPromote,
                onRollback,
                List.of());
    }

    private static Action shell(String script) {
        return new Action.Exec(List.of("sh", "-c", script));
    }

    /** Answers with these statuses, one after the other, the last one for ever. */
    private URI server(int... statuses) {
        AtomicInteger count = new AtomicInteger();
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.bodyHandler(body -> {
                    bodies.add(body.toString());
                    keys.add(String.valueOf(request.getHeader("X-Key")));
                    headers.add(request.headers());
                    int status = statuses[Math.min(count.getAndIncrement(), statuses.length - 1)];
                    request.response().setStatusCode(status).end();
                }))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        return URI.create("http://127.0.0.1:" + server.actualPort() + "/hook");
    }

    @Test
    void runsTheActionsOfTheVerdictOnlyAndTellsThemWhatHappened() {
        Gate gate = gate(
                List.of(shell("echo promoted")),
                List.of(shell(
                        "echo $PLIMSOLL_VERDICT $PLIMSOLL_RUN $PLIMSOLL_SCENARIO $PLIMSOLL_REASON $PLIMSOLL_BUNDLE"
                                + " $PLIMSOLL_REPORT")));
        assertEquals(0, act(Verdict.Outcome.ROLLBACK, gate, LIMITS));
        assertTrue(
                said.contains("  ROLLBACK 20260101-093000-250-7f3a2c chat a reason /bundles/one "
                        + "/bundles/one/report.html"),
                said.toString());
        assertTrue(said.stream().noneMatch("  promoted"::equals), said.toString());
    }

    @Test
    void passesArgumentsToNoShell() {
        Gate gate = gate(List.of(new Action.Exec(List.of("echo", "$HOME; `id`"))), List.of());
        assertEquals(0, act(Verdict.Outcome.PROMOTE, gate, LIMITS));
        assertTrue(said.contains("  $HOME; `id`"), said.toString());
    }

    @Test
    void aFailedActionIsToldAndTheNextOneRuns() {
        Gate gate = gate(
                List.of(
                        shell("echo broken >&2; exit 3"),
                        new Action.Exec(List.of("/no/such/program")),
                        shell("echo last")),
                List.of());
        assertEquals(2, act(Verdict.Outcome.PROMOTE, gate, LIMITS));
        String all = String.join("\n", said);
        assertTrue(all.contains("  broken"), all);
        assertTrue(all.contains("failed with exit code 3"), all);
        assertTrue(all.contains("/no/such/program could not be started"), all);
        assertTrue(all.contains("  last"), all);
    }

    @Test
    void aCommandThatHangsIsStopped() {
        GateActions.Limits shorter =
                new GateActions.Limits(Duration.ofMillis(300), Duration.ofSeconds(1), 1, Duration.ZERO);
        assertEquals(1, act(Verdict.Outcome.PROMOTE, gate(List.of(shell("sleep 600")), List.of()), shorter));
        assertTrue(said.getLast().contains("was stopped"), said.toString());
    }

    @Test
    void postsTheVerdictWithHeaders() throws Exception {
        Gate gate = gate(List.of(new Action.Webhook(server(200), Map.of("X-Key", "k"))), List.of());
        assertEquals(0, act(Verdict.Outcome.PROMOTE, gate, LIMITS));
        assertEquals(
                "PROMOTE",
                JsonMapper.builder()
                        .build()
                        .readTree(bodies.getFirst())
                        .path("verdict")
                        .asText());
        assertEquals(List.of("k"), keys);
    }

    @Test
    void triesAServerInTroubleAgainAndGivesUpAfterThree() {
        Gate recovers = gate(List.of(new Action.Webhook(server(503, 200), Map.of())), List.of());
        assertEquals(0, act(Verdict.Outcome.PROMOTE, recovers, LIMITS));
        assertEquals(2, bodies.size());
        bodies.clear();
        Gate broken = gate(List.of(new Action.Webhook(server(500), Map.of())), List.of());
        assertEquals(1, act(Verdict.Outcome.PROMOTE, broken, LIMITS));
        assertEquals(3, bodies.size());
    }

    @Test
    void aRefusalIsNotTriedAgain() {
        Gate gate = gate(List.of(new Action.Webhook(server(404), Map.of())), List.of());
        assertEquals(1, act(Verdict.Outcome.PROMOTE, gate, LIMITS));
        assertEquals(1, bodies.size());
    }

    @Test
    void neverShowsAWebhooksPath() {
        Gate gate =
                gate(List.of(new Action.Webhook(URI.create("http://127.0.0.1:1/token-s3cret"), Map.of())), List.of());
        assertEquals(1, act(Verdict.Outcome.PROMOTE, gate, LIMITS));
        assertTrue(said.stream().noneMatch(line -> line.contains("s3cret")), said.toString());
    }

    @Test
    void anActionsOwnLimitCounts() {
        Action hangs = new Action.Exec(List.of("sleep", "600"), Optional.of(Duration.ofMillis(200)));
        assertEquals(1, act(Verdict.Outcome.PROMOTE, gate(List.of(hangs), List.of()), LIMITS));
        assertEquals(
                "action sleep 600 did not end within 0.2 s and was stopped",
                records.getFirst().sentence());
        assertEquals(Optional.empty(), records.getFirst().exitCode());
    }

    @Test
    void recordsEachAction() {
        Gate gate = gate(List.of(shell("exit 7"), new Action.Webhook(server(503, 204), Map.of())), List.of());
        act(Verdict.Outcome.PROMOTE, gate, LIMITS);
        assertEquals(Optional.of(7), records.getFirst().exitCode());
        assertEquals(ActionRecord.Kind.WEBHOOK, records.getLast().kind());
        assertTrue(records.getLast().done());
        assertEquals(2, records.getLast().attempts());
    }

    @Test
    void everyAttemptHasTheSameKeyAndAnotherWebhookAnotherOne() {
        URI server = server(503, 200, 200);
        Gate gate =
                gate(List.of(new Action.Webhook(server, Map.of()), new Action.Webhook(server, Map.of())), List.of());
        assertEquals(0, act(Verdict.Outcome.PROMOTE, gate, LIMITS));
        assertEquals(
                List.of(
                        "20260101-093000-250-7f3a2c-PROMOTE-0",
                        "20260101-093000-250-7f3a2c-PROMOTE-0",
                        "20260101-093000-250-7f3a2c-PROMOTE-1"),
                headers.stream().map(one -> one.get("Idempotency-Key")).toList());
    }

    @Test
    void signsWithTheSecretAndShowsItNowhere() throws Exception {
        Action hook = new Action.Webhook(server(200), Map.of(), Optional.of("k3y"), Optional.empty());
        assertEquals(0, act(Verdict.Outcome.PROMOTE, gate(List.of(hook), List.of()), LIMITS));
        MultiMap sent = headers.getFirst();
        assertEquals("1767225600", sent.get("X-Plimsoll-Timestamp"));
        // The receiver's side of it, with another program.
        Process openssl = new ProcessBuilder("openssl", "dgst", "-sha256", "-hmac", "k3y").start();
        try (var in = openssl.outputWriter()) {
            in.write(sent.get("X-Plimsoll-Timestamp") + "." + bodies.getFirst());
        }
        String digest = new String(openssl.getInputStream().readAllBytes()).strip();
        assertEquals("sha256=" + digest.substring(digest.lastIndexOf(' ') + 1), sent.get("X-Plimsoll-Signature"));
        assertTrue(said.stream().noneMatch(line -> line.contains("k3y")), said.toString());
        assertFalse(hook.toString().contains("k3y"), hook.toString());
    }

    @Test
    void withoutASecretNothingIsSigned() {
        act(Verdict.Outcome.PROMOTE, gate(List.of(new Action.Webhook(server(200), Map.of())), List.of()), LIMITS);
        assertNull(headers.getFirst().get("X-Plimsoll-Signature"));
    }

    @Test
    void aRollbackCommandThatFailsIsAnAlarmAndNothingElseIs() {
        Action fails = shell("exit 1");
        act(Verdict.Outcome.ROLLBACK, gate(List.of(), List.of(fails, shell("exit 0"))), LIMITS);
        assertTrue(GateActions.isRollbackBroken(Verdict.Outcome.ROLLBACK, records));
        assertTrue(GateActions.alarm(records).startsWith("THE ROLLBACK FAILED"), GateActions.alarm(records));
        assertTrue(GateActions.alarm(records).contains("failed with exit code 1"), GateActions.alarm(records));
        assertFalse(GateActions.isRollbackBroken(Verdict.Outcome.PROMOTE, records));
        act(Verdict.Outcome.ROLLBACK, gate(List.of(), List.of(new Action.Webhook(server(404), Map.of()))), LIMITS);
        assertFalse(GateActions.isRollbackBroken(Verdict.Outcome.ROLLBACK, records), "a webhook brings the news");
    }

    @Test
    void theFileOfActionsHidesSecrets(@TempDir Path bundle) throws Exception {
        Verdict verdict = new Verdict(1, "r", Verdict.Outcome.ROLLBACK, List.of(), List.of());
        ActionRecord record = new ActionRecord(
                ActionRecord.Kind.EXEC, "undo to\"ken", false, "undo to\"ken failed", Optional.of(1), 1, 0.5);
        ActionsFile.of(verdict, List.of(record), text -> text.replace("to\"ken", "***"))
                .write(bundle);
        String text = Files.readString(bundle.resolve("actions.json"));
        assertFalse(text.contains("ken"), text);
        JsonNode action =
                JsonMapper.builder().build().readTree(text).path("actions").path(0);
        assertEquals(1, action.path("exit_code").asInt());
        assertEquals("exec", action.path("kind").asText());
        assertFalse(action.path("done").asBoolean(true));
    }
}
