package dev.plimsoll.controller.actions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Gate.Action;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GateActionsTest {
    private static final GateActions.Limits LIMITS =
            new GateActions.Limits(Duration.ofSeconds(20), Duration.ofSeconds(10), 3, Duration.ofMillis(1));

    private final List<String> said = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private int act(Verdict.Outcome outcome, Gate gate, GateActions.Limits limits) {
        Verdict verdict = new Verdict(1, "20260101-093000-250-7f3a2c", outcome, List.of("a reason"), List.of());
        return new GateActions(gate, said::add, limits).run(verdict, Path.of("/bundles/one"));
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
                List.of(shell("echo $PLIMSOLL_VERDICT $PLIMSOLL_RUN $PLIMSOLL_BUNDLE")));
        assertEquals(0, act(Verdict.Outcome.ROLLBACK, gate, LIMITS));
        assertTrue(said.contains("  ROLLBACK 20260101-093000-250-7f3a2c /bundles/one"), said.toString());
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
}
