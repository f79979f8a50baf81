package dev.plimsoll.controller.service;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every path of the service, and what answers there. Safe for use by several threads. */
final class Routes {
    private static final String GET = "GET";
    private static final String POST = "POST";
    private static final String DELETE = "DELETE";
    private static final String JSON = "application/json";

    private final RunsApi runs;
    private final GatesApi gates;
    private final FlaggerHooks flagger;
    private final String version;

    Routes(RunsApi runs, GatesApi gates, FlaggerHooks flagger, String version) {
        this.runs = runs;
        this.gates = gates;
        this.flagger = flagger;
        this.version = version;
    }

    /** Answers with a value of the path. */
    private interface Handler {
        Answer answer(Request request);
    }

    /** Answers a request. */
    Answer answer(Request request) {
        Optional<Map<String, Handler>> methods = methods(request.segments());
        if (methods.isEmpty()) {
            return Answer.error(
                    Answer.NOT_FOUND,
                    "there is nothing at /" + String.join("/", request.segments()) + "; see /api/v1/runs");
        }
        String allowed = allowed(methods.get());
        if (request.method().equals("OPTIONS")) {
            return Answer.json(Answer.NO_CONTENT, "").with("Allow", allowed);
        }
        Handler handler = methods.get().get(request.method());
        if (handler == null) {
            return Answer.error(Answer.WRONG_METHOD, "this path takes " + allowed + ", not " + request.method())
                    .with("Allow", allowed);
        }
        /* A page of another site can make a browser send a form or text, but not this type without asking first. */
        if (request.method().equals(POST) && !request.contentType().equals(JSON)) {
            return Answer.error(
                    Answer.WRONG_TYPE,
                    "the body's Content-Type is " + JSON + ", not \"" + request.contentType() + "\"");
        }
        return handler.answer(request);
    }

    private static String allowed(Map<String, Handler> methods) {
        StringBuilder allowed = new StringBuilder("OPTIONS");
        if (methods.containsKey(GET)) {
            allowed.append(", GET, HEAD");
        }
        List.of(POST, DELETE).stream()
                .filter(methods::containsKey)
                .forEach(one -> allowed.append(", ").append(one));
        return allowed.toString();
    }

    private Optional<Map<String, Handler>> methods(List<String> path) {
        if (path.equals(List.of("health"))) {
            return Optional.of(
                    Map.of(GET, request -> Answer.json(Answer.OK, Map.of("status", "ok", "version", version))));
        }
        if (path.size() == 3 && path.subList(0, 2).equals(List.of("hooks", "flagger"))) {
            return Optional.of(Map.of(POST, request -> flagger.answer(path.get(2), request.body())));
        }
        if (path.size() < 3 || !path.subList(0, 2).equals(List.of("api", "v1"))) {
            return Optional.empty();
        }
        List<String> rest = path.subList(3, path.size());
        return switch (path.get(2)) {
            case "runs" -> runs(rest);
            case "gates" -> gates(rest);
            default -> Optional.empty();
        };
    }

    private Optional<Map<String, Handler>> runs(List<String> rest) {
        if (rest.isEmpty()) {
            return Optional.of(Map.of(GET, request -> runs.list(request.query())));
        }
        String run = rest.getFirst();
        if (rest.size() == 1) {
            return Optional.of(Map.of(GET, request -> runs.run(run)));
        }
        return switch (rest.get(1)) {
            case "verdict" ->
                rest.size() == 2
                        ? Optional.of(Map.of(GET, request -> runs.verdict(run, request.query())))
                        : Optional.empty();
            case "files" ->
                switch (rest.size()) {
                    case 2 -> Optional.of(Map.of(GET, request -> runs.files(run)));
                    case 3 -> Optional.of(Map.of(GET, request -> runs.file(run, rest.get(2))));
                    default -> Optional.empty();
                };
            default -> Optional.empty();
        };
    }

    private Optional<Map<String, Handler>> gates(List<String> rest) {
        return switch (rest.size()) {
            case 0 -> Optional.of(Map.of(POST, request -> gates.ask(request.body())));
            case 3 ->
                Optional.of(Map.of(
                        GET, request -> gates.show(rest.get(0), rest.get(1), rest.get(2)),
                        DELETE, request -> gates.forget(rest.get(0), rest.get(1), rest.get(2))));
            default -> Optional.empty();
        };
    }
}
