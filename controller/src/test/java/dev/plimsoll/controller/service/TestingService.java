package dev.plimsoll.controller.service;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** A service on a free port, and a client for it. */
final class TestingService implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ControllerService service;

    TestingService(Path store, Optional<Path> scenarios, GateRunner runner) {
        ServiceOptions options =
                new ServiceOptions("127.0.0.1", 0, store, scenarios, 1, ServiceOptions.DEFAULT_SILENCE);
        service = ControllerService.start(vertx, options, InstantSource.system(), runner)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    /** One that may gate with the scenarios {@code chat} and {@code long}, which are written into that directory. */
    static TestingService gating(Path directory, TestingStore store, GateRunner runner) throws IOException {
        Path scenarios = Files.createDirectory(directory.resolve("scenarios"));
        Files.writeString(scenarios.resolve("chat.yaml"), "name: chat\n");
        Files.writeString(scenarios.resolve("long.yaml"), "name: long\n");
        return new TestingService(store.directory(), Optional.of(scenarios), runner);
    }

    ControllerService service() {
        return service;
    }

    String url() {
        return "http://127.0.0.1:" + service.port();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path, "", "");
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, "application/json", body);
    }

    HttpResponse<String> send(String method, String path, String type, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(60))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() throws InterruptedException {
        service.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        client.close();
    }
}
