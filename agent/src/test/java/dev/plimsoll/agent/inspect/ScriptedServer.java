package dev.plimsoll.agent.inspect;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;

/** An HTTP server that answers as a function says, and remembers what it was asked. */
final class ScriptedServer implements AutoCloseable {
    /** An answer; with status 0 the connection ends instead, and below that the request is left open. */
    record Answer(int status, String type, String body) {
        static final Answer HANG = new Answer(-1, "", "");
        static final Answer HANG_UP = new Answer(0, "", "");

        static Answer json(int status, String body) {
            return new Answer(status, "application/json", body);
        }

        static Answer events(String... data) {
            StringBuilder body = new StringBuilder();
            for (String one : data) {
                body.append("data: ").append(one).append("\n\n");
            }
            return new Answer(200, "text/event-stream", body.toString());
        }
    }

    /** A request that came. */
    record Asked(String line, MultiMap headers, String body) {}

    final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    /** Listens at that port, or at any that is free when it is 0; the script gets the path and the body. */
    ScriptedServer(Vertx vertx, int port, BiFunction<String, String, Answer> script) {
        server = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    asked.add(new Asked(request.method() + " " + request.uri(), request.headers(), body.toString()));
                    answer(request, script.apply(request.path(), body.toString()));
                }))
                .listen(port, "127.0.0.1")
                .await();
    }

    private static void answer(HttpServerRequest request, Answer answer) {
        if (answer.status() == 0) {
            request.connection().close();
        } else if (answer.status() > 0) {
            request.response()
                    .setStatusCode(answer.status())
                    .putHeader("Content-Type", answer.type())
                    .end(answer.body());
        }
    }

    int port() {
        return server.actualPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    @Override
    public void close() {
        server.close().await();
    }
}
