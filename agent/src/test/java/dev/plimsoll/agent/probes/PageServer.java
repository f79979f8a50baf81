package dev.plimsoll.agent.probes;

import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.measurements.Reading;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A server of one page that can be exchanged, and a client of it. */
final class PageServer implements AutoCloseable {
    final Vertx vertx = Vertx.vertx();
    final Workers workers = new Workers();
    final HttpFetch fetch = new HttpFetch(vertx, Optional.empty());
    private final HttpServer server;
    private volatile Handler<HttpServerRequest> handler =
            request -> request.response().setStatusCode(404).end();

    PageServer() throws Exception {
        server = await(vertx.createHttpServer()
                .requestHandler(request -> handler.handle(request))
                .listen(0, "127.0.0.1"));
    }

    void page(String page) {
        handler = request -> request.response().end(page);
    }

    void handler(Handler<HttpServerRequest> handler) {
        this.handler = handler;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.actualPort() + "/metrics");
    }

    PageSource source() {
        return source(url(), Duration.ofSeconds(20));
    }

    PageSource source(URI url, Duration timeout) {
        return new PageSource(fetch, workers, url, timeout);
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** Why a probe gives no sample; empty when it gives one. */
    static Optional<String> problem(Probe probe) throws Exception {
        try {
            await(probe.sample());
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(String.valueOf(e.getCause().getMessage()));
        }
    }

    static double value(Map<String, Reading> readings, String metric) {
        Reading reading = readings.get(metric);
        if (reading == null || reading.asDouble().isEmpty()) {
            throw new AssertionError(metric + " has no value: " + reading + " in " + readings);
        }
        return reading.asDouble().getAsDouble();
    }

    static String resource(String name) throws Exception {
        try (InputStream in = PageServer.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() throws Exception {
        await(fetch.close());
        await(vertx.close());
        workers.close();
    }
}
