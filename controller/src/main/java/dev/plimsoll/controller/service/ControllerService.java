package dev.plimsoll.controller.service;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.controller.run.BuildVersion;
import dev.plimsoll.reports.bundle.BundleException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The running service.
 *
 * <p>Requests are read on one event loop of the given Vert.x, and each is answered on a virtual thread of its own, for
 * answers read files and some wait for a verdict. Methods may be called from any thread.
 */
public final class ControllerService {
    /** Where the service keeps its book of gates in a store; no run has such a name. */
    static final String BOOK = ".gates";

    private static final int LONGEST_BODY = 64 * 1024;
    private static final int MOST_REQUESTS = 256;
    private static final long CLOSE_SECONDS = 3;

    private final Context context;
    private final HttpServer server;
    private final Routes routes;
    private final GateBook book;
    private final Semaphore room = new Semaphore(MOST_REQUESTS);
    private volatile boolean closing;

    private ControllerService(Vertx vertx, ServiceOptions options, InstantSource clock, GateRunner runner) {
        Path directory = options.store().resolve(BOOK);
        RunsApi runs = new RunsApi(options.store(), options.silence(), clock, () -> closing);
        book = new GateBook(directory, options.scenarios(), options.gates(), runner, clock);
        routes = new Routes(
                runs,
                new GatesApi(book, runs),
                new FlaggerHooks(book, runs, new EventLog(directory, clock)),
                BuildVersion.number());
        context = vertx.getOrCreateContext();
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setIdleTimeout(60)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS)
                        .setHttp2ClearTextEnabled(false))
                .requestHandler(this::receive);
    }

    /**
     * Starts it; the future fails when it cannot listen.
     *
     * @throws BundleException when the store's book of gates cannot be read, or another controller has it
     */
    public static Future<ControllerService> start(Vertx vertx, ServiceOptions options, InstantSource clock) {
        requireNonNull(vertx, "vertx");
        requireNonNull(options, "options");
        return start(
                vertx,
                options,
                clock,
                new GateProcess(options.store(), options.store().resolve(BOOK)));
    }

    /** The same with another way to run gates. */
    static Future<ControllerService> start(
            Vertx vertx, ServiceOptions options, InstantSource clock, GateRunner runner) {
        ControllerService service = new ControllerService(vertx, options, clock, runner);
        return service.server
                .listen(options.port(), options.host())
                .map(listening -> {
                    service.book.resume();
                    return service;
                })
                .onFailure(e -> service.book.close());
    }

    /** The port it listens on. */
    public int port() {
        return server.actualPort();
    }

    /**
     * Stops: answers those who wait, ends the gates that run so that their bundles say so, and closes every connection.
     * Blocks, for up to half a minute while gates end.
     */
    public void close() throws InterruptedException {
        closing = true;
        book.close();
        /* Answers on the way are sent before their connections are closed. */
        if (room.tryAcquire(MOST_REQUESTS, CLOSE_SECONDS, TimeUnit.SECONDS)) {
            room.release(MOST_REQUESTS);
        }
        server.close().toCompletionStage().toCompletableFuture().join();
    }

    private void receive(HttpServerRequest request) {
        if (!room.tryAcquire()) {
            send(
                    request,
                    Answer.error(Answer.BUSY, MOST_REQUESTS + " requests are being answered; ask again")
                            .with("Retry-After", "1"));
            return;
        }
        Buffer body = Buffer.buffer();
        AtomicBoolean held = new AtomicBoolean(true);
        request.exceptionHandler(e -> {
            /* One that broke off before its end; any other is being answered. */
            if (!request.isEnded()) {
                leave(held);
            }
        });
        request.handler(part -> {
            body.appendBuffer(part);
            /* A little too long gets an answer, which is read only after all has been sent; much too long gets none. */
            if (body.length() > 16 * LONGEST_BODY) {
                request.connection().close();
            }
        });
        request.endHandler(end -> {
            if (body.length() > LONGEST_BODY) {
                finish(request, held, Answer.error(Answer.TOO_LARGE, "a body has at most " + LONGEST_BODY + " bytes"));
                return;
            }
            Thread.ofVirtual().name("request").start(() -> {
                Answer answer = answer(request, body);
                context.runOnContext(x -> finish(request, held, answer));
            });
        });
    }

    private void leave(AtomicBoolean held) {
        if (held.compareAndSet(true, false)) {
            room.release();
        }
    }

    private void finish(HttpServerRequest request, AtomicBoolean held, Answer answer) {
        leave(held);
        send(request, answer);
    }

    private Answer answer(HttpServerRequest request, Buffer body) {
        Optional<List<String>> segments = Request.segments(request.path());
        if (segments.isEmpty()) {
            return Answer.error(
                    Answer.BAD_REQUEST, "a path is of letters, digits, dots, dashes and underscores between slashes");
        }
        Map<String, String> query = new HashMap<>();
        request.params().forEach(entry -> query.putIfAbsent(entry.getKey(), entry.getValue()));
        String type = Optional.ofNullable(request.getHeader("Content-Type")).orElse("");
        String method = request.method().name();
        try {
            return routes.answer(new Request(
                    method.equals("HEAD") ? "GET" : method,
                    segments.get(),
                    query,
                    type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT),
                    body.toString(StandardCharsets.UTF_8)));
        } catch (BundleException e) {
            return Answer.error(Answer.FAILED, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return Answer.error(Answer.FAILED, "failed inside: " + e);
        }
    }

    private static void send(HttpServerRequest request, Answer answer) {
        HttpServerResponse response = request.response();
        if (response.closed() || response.ended()) {
            return;
        }
        response.setStatusCode(answer.status());
        response.putHeader("Cache-Control", "no-store").putHeader("X-Content-Type-Options", "nosniff");
        answer.headers().forEach(response::putHeader);
        if (answer.status() == Answer.NO_CONTENT) {
            response.end();
            return;
        }
        response.putHeader("Content-Type", answer.contentType());
        boolean head = request.method().name().equals("HEAD");
        if (answer.file().isPresent()) {
            sendFile(response, answer.file().get(), head);
            return;
        }
        Buffer body = Buffer.buffer(answer.body());
        if (head) {
            response.putHeader("Content-Length", Integer.toString(body.length()))
                    .end();
        } else {
            response.end(body);
        }
    }

    private static void sendFile(HttpServerResponse response, Path file, boolean head) {
        try {
            if (head) {
                response.putHeader("Content-Length", Long.toString(Files.size(file)))
                        .end();
                return;
            }
        } catch (IOException e) {
            response.reset();
            return;
        }
        response.sendFile(file.toAbsolutePath().toString()).onFailure(e -> response.reset());
    }
}
