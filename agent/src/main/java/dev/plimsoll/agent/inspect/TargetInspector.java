package dev.plimsoll.agent.inspect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.plimsoll.agent.fetch.Fetched;
import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.fetch.HttpFetch.Fetch;
import dev.plimsoll.agent.probes.PrometheusText;
import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.agent.protocol.TargetFacts.Vocabulary;
import dev.plimsoll.agent.request.RequestHeaders;
import dev.plimsoll.agent.request.TargetPaths;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Target;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out what a target is. */
public final class TargetInspector {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final HttpFetch fetch;

    /** Asks through that client. */
    public TargetInspector(HttpFetch fetch) {
        this.fetch = fetch;
    }

    /**
     * Asks the target's first URL: models, version, cache configuration, and words that are one token each. What cannot
     * be found out is a note. Nothing is asked of a plain HTTP target.
     *
     * @return the facts; fails only when requests cannot be made without one: {@code model: auto} and no list of models.
     *     The message is a sentence that names the URL and the next step
     */
    public Future<TargetFacts> inspect(Target target) {
        if (target.api() == Api.HTTP) {
            return Future.succeededFuture(new TargetFacts(
                    List.of(), Optional.empty(), Optional.empty(), Map.of(), Vocabulary.BUILT_IN, List.of()));
        }
        List<String> notes = new ArrayList<>();
        return get(target, "/v1/models").compose(page -> {
            List<String> models = new ArrayList<>();
            json(page).path("data").forEach(card -> models.add(card.path("id").asText()));
            if (target.model().equals(Target.MODEL_AUTO) && models.isEmpty()) {
                return Future.failedFuture(new IllegalStateException(
                        TargetPaths.resolve(target.api(), target.urls().getFirst(), "/v1/models")
                                + " lists no models: check that the server is up, or name one in target.model"));
            }
            return rest(target, models, notes);
        });
    }

    private Future<TargetFacts> rest(Target target, List<String> models, List<String> notes) {
        boolean auto = target.model().equals(Target.MODEL_AUTO);
        String model = auto ? models.getFirst() : target.model();
        if (models.isEmpty()) {
            notes.add("The target lists no models, so it is not known whether it serves " + model + ".");
        } else if (!models.contains(model)) {
            notes.add("The target does not serve " + model + "; it serves " + String.join(", ", models) + ".");
        }
        return get(target, "/version")
                .compose(version -> get(target, "/metrics")
                        .compose(metrics -> new VocabularySearch(
                                        (path, body) -> post(target, path, body), target.api(), model)
                                .find()
                                .map(found -> {
                                    if (!found.exact()) {
                                        notes.add(
                                                "The target's tokenizer confirmed no vocabulary, so prompts may have more or"
                                                        + " fewer tokens than asked for.");
                                    }
                                    Optional<String> text = Optional.ofNullable(
                                            json(version).path("version").textValue());
                                    return new TargetFacts(
                                            models, Optional.of(model), text, cache(metrics), found, notes);
                                })));
    }

    private static Map<String, String> cache(Optional<Fetched> page) {
        return page.map(p -> PrometheusText.parse(p.text()).named("vllm:cache_config_info"))
                .filter(samples -> !samples.isEmpty())
                .map(samples -> samples.getFirst().labels())
                .orElse(Map.of());
    }

    private Future<Optional<Fetched>> get(Target target, String path) {
        return ask(target, "GET", path, new byte[0]);
    }

    private Future<Optional<Fetched>> post(Target target, String path, byte[] body) {
        return ask(target, "POST", path, body);
    }

    /** The answer if it is a whole good one. */
    private Future<Optional<Fetched>> ask(Target target, String method, String path, byte[] body) {
        URI base = target.urls().getFirst();
        Map<String, String> headers = RequestHeaders.merge(base, target.headers(), Map.of());
        if (body.length > 0) {
            headers.put("Content-Type", "application/json");
        }
        URI uri = TargetPaths.resolve(target.api(), base, path);
        return fetch.fetch(new Fetch(method, uri, headers, body, TIMEOUT, HttpFetch.DEFAULT_LIMIT))
                .map(answer -> Optional.of(answer).filter(a -> a.ok() && !a.truncated()))
                .otherwise(Optional.empty());
    }

    /** The page as JSON; a missing node when it is none. */
    static JsonNode json(Optional<Fetched> page) {
        if (page.isEmpty()) {
            return MissingNode.getInstance();
        }
        try {
            return JSON.readTree(page.get().text());
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
