package dev.plimsoll.controller.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.reports.bundle.RunBundleWriter;
import dev.plimsoll.reports.verdict.Verdict;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControllerServiceTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String RUN = "20260101-093000-250-7f3a2c";
    private static final String LATER = "20260101-103000-250-7f3a2c";
    private static final String VERDICT = "/api/v1/runs/" + RUN + "/verdict";

    @TempDir
    private Path directory;

    private TestingStore store;
    private TestingService service;

    @BeforeEach
    void start() {
        store = new TestingStore(directory.resolve("store"));
        service = new TestingService(store.directory(), Optional.empty(), new ScriptedRunner(store));
    }

    @AfterEach
    void stop() throws InterruptedException {
        service.close();
    }

    private static JsonNode json(HttpResponse<String> response) throws Exception {
        assertEquals(
                "application/json",
                response.headers().firstValue("Content-Type").orElse(""));
        return JSON.readTree(response.body());
    }

    @ParameterizedTest
    @EnumSource
    void answersWithTheContentOfTheVerdict(Verdict.Outcome outcome) throws Exception {
        store.judge(RUN, "chat", outcome);
        HttpResponse<String> response = service.get(VERDICT + "?wait=5s");
        assertEquals(200, response.statusCode());
        assertEquals(Files.readString(store.directory().resolve(RUN).resolve("verdict.json")), response.body());
        assertEquals(outcome.name(), json(response).path("verdict").asText());
        assertEquals("no-store", response.headers().firstValue("Cache-Control").orElse(""));
    }

    @Test
    void aRunThatGoesOnIsTooEarly() throws Exception {
        try (RunBundleWriter writer = store.begin(RUN, "chat")) {
            HttpResponse<String> response = service.get(VERDICT);
            assertEquals(425, response.statusCode());
            assertEquals("RUNNING", json(response).path("verdict").asText());
            assertEquals("10", response.headers().firstValue("Retry-After").orElse(""));
            assertEquals(RUN, writer.info().run());
        }
    }

    @Test
    void whoWaitsIsAnsweredAsSoonAsThereIsAVerdict() throws Exception {
        try (RunBundleWriter writer = store.begin(RUN, "chat")) {
            CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return service.get(VERDICT + "?wait=30s");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            TestingStore.conclude(writer, RUN, "chat", Verdict.Outcome.PROMOTE);
            HttpResponse<String> response = waiting.get(30, TimeUnit.SECONDS);
            assertEquals(200, response.statusCode());
            assertEquals("PROMOTE", json(response).path("verdict").asText());
        }
    }

    @Test
    void whoWaitsIsAnsweredWhenTheServiceStops() throws Exception {
        try (RunBundleWriter writer = store.begin(RUN, "chat");
                Socket socket = new Socket("127.0.0.1", service.service().port())) {
            socket.getOutputStream()
                    .write(("GET " + VERDICT + "?wait=30s HTTP/1.1\r\nHost: h\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            // A second request on another connection is answered after the first was read.
            service.get("/health");
            CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> {
                try {
                    service.service().close();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 425 "), answer);
            closing.get(20, TimeUnit.SECONDS);
            assertEquals(RUN, writer.info().run());
        }
    }

    @Test
    void aKilledRunIsInconclusive() throws Exception {
        store.begin(RUN, "chat").close();
        Instant since = Instant.now().minus(Duration.ofMinutes(6));
        store.age(RUN, since);
        HttpResponse<String> response = service.get(VERDICT + "?wait=5s");
        assertEquals(200, response.statusCode());
        assertEquals("INCONCLUSIVE", json(response).path("verdict").asText());
        assertTrue(
                response.body().contains("the run was killed: it has written nothing since " + since), response.body());
        assertEquals(
                "killed", json(service.get("/api/v1/runs/" + RUN)).path("state").asText());
    }

    @Test
    void aRunThatWasNotJudgedIsInconclusive() throws Exception {
        store.end(RUN, "chat");
        assertEquals(425, service.get(VERDICT).statusCode(), "it may be writing its verdict");
        store.age(RUN, Instant.now().minus(Duration.ofMinutes(1)));
        HttpResponse<String> response = service.get(VERDICT);
        assertEquals(200, response.statusCode());
        assertEquals("INCONCLUSIVE", json(response).path("verdict").asText());
        assertTrue(response.body().contains("was not judged"), response.body());
    }

    @Test
    void anUnknownRunIsNotFound() throws Exception {
        for (String path : List.of(VERDICT, "/api/v1/runs/" + RUN, "/api/v1/runs/latest", "/api/v1/runs/x/files")) {
            HttpResponse<String> response = service.get(path);
            assertEquals(404, response.statusCode(), path);
            assertFalse(json(response).path("error").asText().isEmpty(), path);
        }
    }

    @Test
    void aBrokenVerdictIsAnErrorThatNamesTheFile() throws Exception {
        store.judge(RUN, "chat", Verdict.Outcome.PROMOTE);
        Files.writeString(store.directory().resolve(RUN).resolve("verdict.json"), "{\"verdict\": \"PROM");
        HttpResponse<String> response = service.get(VERDICT);
        assertEquals(500, response.statusCode());
        assertTrue(json(response).path("error").asText().contains("verdict.json"), response.body());
        assertEquals(200, service.get("/api/v1/runs").statusCode(), "the list is there all the same");
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "-1s", "31s", "1h", "1m", "999999999999s", "s", "5s5s"})
    void aWaitThatIsNoneIsToldSo(String wait) throws Exception {
        store.judge(RUN, "chat", Verdict.Outcome.PROMOTE);
        HttpResponse<String> response = service.get(VERDICT + "?wait=" + wait);
        assertEquals(400, response.statusCode());
        assertTrue(json(response).path("error").asText().contains("\"" + wait + "\""), response.body());
    }

    @Test
    void listsTheLatestRunsFirst() throws Exception {
        assertEquals(0, json(service.get("/api/v1/runs")).path("runs").size(), "a store that is not there yet");
        store.judge(RUN, "chat", Verdict.Outcome.ROLLBACK);
        store.end(LATER, "other");
        JsonNode runs = json(service.get("/api/v1/runs")).path("runs");
        assertEquals(LATER, runs.path(0).path("run").asText());
        assertEquals(RUN, runs.path(1).path("run").asText());
        assertEquals("ROLLBACK", runs.path(1).path("verdict").asText());
        assertEquals("judged", runs.path(1).path("state").asText());
        assertFalse(runs.path(0).has("verdict"), "absent is not empty");
        assertEquals(
                RUN,
                json(service.get("/api/v1/runs?scenario=chat"))
                        .path("runs")
                        .path(0)
                        .path("run")
                        .asText());
        assertEquals(1, json(service.get("/api/v1/runs?limit=1")).path("runs").size());
        assertEquals(400, service.get("/api/v1/runs?limit=0").statusCode());
        assertEquals(400, service.get("/api/v1/runs?limit=1001").statusCode());
    }

    @Test
    void servesTheFilesOfABundle() throws Exception {
        store.judge(RUN, "chat", Verdict.Outcome.PROMOTE);
        Path bundle = store.directory().resolve(RUN);
        Files.writeString(bundle.resolve("report.html"), "<!doctype html>");
        Files.writeString(bundle.resolve("x.tmp"), "half");
        Path outside = Files.writeString(directory.resolve("outside.txt"), "not of this store");
        Files.createSymbolicLink(bundle.resolve("link.txt"), outside);
        JsonNode files = json(service.get("/api/v1/runs/" + RUN + "/files")).path("files");
        List<String> names = files.findValuesAsText("name");
        assertTrue(
                names.containsAll(List.of("run.json", "scenario.yaml", "verdict.json", "report.html")),
                names.toString());
        assertFalse(names.contains("link.txt") || names.contains("x.tmp"), names.toString());
        HttpResponse<String> report = service.get("/api/v1/runs/" + RUN + "/files/report.html");
        assertEquals("<!doctype html>", report.body());
        assertEquals(
                "text/html; charset=utf-8",
                report.headers().firstValue("Content-Type").orElse(""));
        for (String absent : List.of("link.txt", "x.tmp", "none.json")) {
            assertEquals(
                    404, service.get("/api/v1/runs/" + RUN + "/files/" + absent).statusCode(), absent);
        }
    }

    /** Sends bytes as they are, which a client of good manners would not. */
    private String raw(String head) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", service.service().port())) {
            OutputStream out = socket.getOutputStream();
            out.write((head + "\r\nHost: h\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/runs/" + RUN + "/files/../../secret.txt",
                "/api/v1/runs/" + RUN + "/files/..%2f..%2fsecret.txt",
                "/api/v1/runs/" + RUN + "/files/%2e%2e/secret.txt",
                "/api/v1/runs/" + RUN + "/files/..%5c..%5csecret.txt",
                "/api/v1/runs/" + RUN + "/files/%00",
                "/api/v1/runs/../../secret.txt",
                "/api/v1/runs/%2e%2e/verdict",
                "//api/v1/runs/..;/files/secret.txt"
            })
    void noPathLeadsOutOfTheStore(String path) throws Exception {
        store.judge(RUN, "chat", Verdict.Outcome.PROMOTE);
        Files.writeString(directory.resolve("secret.txt"), "s3cret");
        String answer = raw("GET " + path + " HTTP/1.1");
        assertTrue(answer.startsWith("HTTP/1.1 400 ") || answer.startsWith("HTTP/1.1 404 "), answer);
        assertFalse(answer.contains("s3cret"), answer);
    }

    @Test
    void headHasTheHeadersAndNoBody() throws Exception {
        store.judge(RUN, "chat", Verdict.Outcome.PROMOTE);
        for (String path : List.of(VERDICT, "/api/v1/runs/" + RUN, "/health")) {
            HttpResponse<String> get = service.get(path);
            HttpResponse<String> head = service.send("HEAD", path, "", "");
            assertEquals(get.statusCode(), head.statusCode(), path);
            assertEquals("", head.body(), path);
            assertEquals(
                    get.headers().firstValue("Content-Length"), head.headers().firstValue("Content-Length"), path);
        }
    }

    @Test
    void tellsTheMethodsOfAPath() throws Exception {
        HttpResponse<String> options = service.send("OPTIONS", VERDICT, "", "");
        assertEquals(204, options.statusCode());
        assertEquals("OPTIONS, GET, HEAD", options.headers().firstValue("Allow").orElse(""));
        HttpResponse<String> wrong = service.send("DELETE", VERDICT, "", "");
        assertEquals(405, wrong.statusCode());
        assertEquals("OPTIONS, GET, HEAD", wrong.headers().firstValue("Allow").orElse(""));
        assertEquals(405, service.get("/hooks/flagger/rollback").statusCode());
        assertEquals(
                "OPTIONS, GET, HEAD, DELETE",
                service.send("OPTIONS", "/api/v1/gates/prod/chat/abc", "", "")
                        .headers()
                        .firstValue("Allow")
                        .orElse(""));
        assertEquals(404, service.get("/").statusCode());
        assertEquals(404, service.get("/api/v2/runs").statusCode());
        assertEquals(404, service.get(VERDICT + "/more").statusCode());
    }

    @Test
    void aBodyThatAPageCouldHaveSentIsRefused() throws Exception {
        HttpResponse<String> response = service.send("POST", "/api/v1/gates", "text/plain", "{}");
        assertEquals(415, response.statusCode());
        assertTrue(response.body().contains("application/json"), response.body());
    }

    @Test
    void aBodyHasALimit() throws Exception {
        HttpResponse<String> response = service.post("/api/v1/gates", "[" + " ".repeat(100_000) + "]");
        assertEquals(413, response.statusCode());
        assertTrue(json(response).path("error").asText().contains("65536 bytes"), response.body());
    }

    @Test
    void aBodyThatIsNoJsonIsToldSo() throws Exception {
        HttpResponse<String> response = service.post("/api/v1/gates", "{\"namespace\": ");
        assertEquals(400, response.statusCode());
        assertTrue(json(response).path("error").asText().contains("not JSON"), response.body());
        HttpResponse<String> hook = service.post("/hooks/flagger/rollback", "nonsense");
        assertEquals(400, hook.statusCode());
    }

    @Test
    void aRequestThatBreaksOffTakesNoRoom() throws Exception {
        // More than the service answers at once.
        for (int i = 0; i < 300; i++) {
            try (Socket socket = new Socket("127.0.0.1", service.service().port())) {
                socket.getOutputStream()
                        .write("POST /api/v1/gates HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf"
                                .getBytes(StandardCharsets.US_ASCII));
            }
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        int status = 503;
        while (status == 503 && System.nanoTime() < end) {
            status = service.get("/health").statusCode();
        }
        assertEquals(200, status);
        assertEquals(200, service.get("/health").statusCode());
    }

    @Test
    void tellsThatItLives() throws Exception {
        HttpResponse<String> response = service.get("/health");
        assertEquals(200, response.statusCode());
        assertEquals("ok", json(response).path("status").asText());
    }
}
