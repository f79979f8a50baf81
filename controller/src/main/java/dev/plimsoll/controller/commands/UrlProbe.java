package dev.plimsoll.controller.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.agent.fetch.FetchException;
import dev.plimsoll.agent.fetch.Fetched;
import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.fetch.HttpFetch.Fetch;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Target;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** Finds out what a URL is, with one or two requests. */
final class UrlProbe {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private UrlProbe() {}

    /**
     * What was found.
     *
     * @param base what goes into {@code target.url}
     * @param api the protocol
     * @param model a model's name, or {@code auto}
     * @param path of an HTTP request, with its query
     * @param status that it answered with, or 200
     * @param notes what a person should know, a sentence each
     */
    record Finding(String base, Api api, String model, String path, int status, List<String> notes) {
        Finding {
            notes = List.copyOf(notes);
        }
    }

    /** Asks the URL. An API that is given is not doubted. */
    static Finding probe(URI url, Optional<Api> wanted) throws CommandException {
        Vertx vertx = Vertx.vertx();
        try {
            HttpFetch fetch = new HttpFetch(vertx, Optional.empty());
            if (wanted.isPresent() && wanted.get() == Api.HTTP) {
                return http(fetch, url, true);
            }
            Optional<Finding> models = models(fetch, url, wanted);
            return models.isPresent() ? models.get() : http(fetch, url, false);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static Optional<Finding> models(HttpFetch fetch, URI url, Optional<Api> wanted) throws CommandException {
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        String base = authority(url) + path.replaceFirst("/v1(/.*)?$", "").replaceFirst("/+$", "");
        Api api = wanted.orElse(Api.OPENAI_CHAT);
        Fetched answer;
        try {
            answer = get(fetch, URI.create(base + "/v1/models"));
        } catch (FetchException e) {
            if (wanted.isEmpty()) {
                throw unreachable(e);
            }
            return Optional.of(auto(base, api, "it could not be asked for its models (" + e.getMessage() + ")"));
        }
        Optional<String> model = answer.ok() ? firstModel(answer.text()) : Optional.empty();
        if (model.isPresent()) {
            return Optional.of(new Finding(base, api, model.get(), "/", OK, List.of()));
        }
        if (answer.status() == UNAUTHORIZED || answer.status() == FORBIDDEN) {
            return Optional.of(auto(base, api, "it wants a key: set API_KEY in the environment"));
        }
        return wanted.map(one -> auto(base, one, "GET /v1/models answered with status " + answer.status()));
    }

    private static Finding auto(String base, Api api, String note) {
        return new Finding(base, api, Target.MODEL_AUTO, "/", OK, List.of(note));
    }

    private static Optional<String> firstModel(String text) {
        try {
            JsonNode id = JsonMapper.builder()
                    .build()
                    .readTree(text)
                    .path("data")
                    .path(0)
                    .path("id");
            return id.isTextual() && !id.asText().isBlank() ? Optional.of(id.asText()) : Optional.empty();
        } catch (JsonProcessingException notJson) {
            return Optional.empty();
        }
    }

    private static Finding http(HttpFetch fetch, URI url, boolean evenUnreachable) throws CommandException {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String whole = url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
        List<String> notes = new ArrayList<>();
        int status = OK;
        try {
            Fetched answer = get(fetch, URI.create(authority(url) + whole));
            status = answer.status();
            if (!answer.ok()) {
                notes.add("GET " + path + " answered with status " + status + ", which the scenario now expects");
            }
        } catch (FetchException e) {
            if (!evenUnreachable) {
                throw unreachable(e);
            }
            notes.add("it does not answer yet (" + e.getMessage() + ")");
        }
        return new Finding(authority(url), Api.HTTP, Target.MODEL_AUTO, whole, status, notes);
    }

    private static CommandException unreachable(FetchException e) {
        return new CommandException(
                ExitCode.USAGE, e.getMessage() + ": start it first, or say with --api what it will be", e);
    }

    private static String authority(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority();
    }

    private static Fetched get(HttpFetch fetch, URI uri) throws FetchException {
        try {
            return fetch.fetch(Fetch.get(uri, Map.of(), TIMEOUT))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof FetchException failure) {
                throw failure;
            }
            throw e;
        }
    }
}
