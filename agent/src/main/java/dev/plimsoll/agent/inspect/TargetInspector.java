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
import dev.plimsoll.scenarios.Nearest;
import dev.plimsoll.scenarios.Target;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out what a target is. */
public final class TargetInspector {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final byte[] NOTHING = {};
    private static final int MOST_NAMED = 10;

    private final HttpFetch fetch;
    private final Duration timeout;

    /** Asks through that client. */
    public TargetInspector(HttpFetch fetch) {
        this(fetch, TIMEOUT);
    }

    /** Waits that long for each answer. */
    TargetInspector(HttpFetch fetch, Duration timeout) {
        this.fetch = fetch;
        this.timeout = timeout;
    }

    /**
     * Asks the target's first URL: models, version, cache configuration, and words that are one token each. What cannot
     * be found out is a note. Nothing more is asked of a target that does not answer in HTTP, and nothing at all of a
     * plain HTTP target.
     *
     * @return the facts; fails only when requests cannot be made without one: {@code model: auto} and no list of models,
     *     or headers that would break requests. The message is a sentence that names the URL or header and the next step
     */
    public Future<TargetFacts> inspect(Target target) {
        if (target.api() == Api.HTTP) {
            return Future.succeededFuture(new TargetFacts(
                    List.of(), Optional.empty(), Optional.empty(), Map.of(), Vocabulary.BUILT_IN, List.of()));
        }
        try {
            return new Inspection(target).run();
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(e);
        }
    }

    /** What came of one question: the page, or why there is none. */
    private record Reply(Optional<Fetched> page, String problem, boolean answered) {
        /** The page as JSON; a missing node when it is none. */
        JsonNode json() {
            try {
                return page.isEmpty()
                        ? MissingNode.getInstance()
                        : JSON.readTree(page.get().text());
            } catch (JsonProcessingException e) {
                return MissingNode.getInstance();
            }
        }
    }

    /** One inspection under way, confined by the sequence of its futures. */
    private final class Inspection {
        private final Target target;
        private final URI base;
        private final Map<String, String> headers;
        private final List<String> notes = new ArrayList<>();
        private final List<String> models = new ArrayList<>();
        private String model;
        private Optional<String> version = Optional.empty();
        private Map<String, String> cache = Map.of();

        Inspection(Target target) {
            this.target = target;
            this.base = target.urls().getFirst();
            this.model = target.model();
            this.headers = RequestHeaders.merge(base, target.headers(), Map.of());
            RequestHeaders.putIfAbsent(headers, "User-Agent", RequestHeaders.USER_AGENT);
        }

        Future<TargetFacts> run() {
            return ask("GET", "/v1/models", NOTHING).compose(reply -> {
                models(reply);
                if (models.isEmpty() && model.equals(Target.MODEL_AUTO)) {
                    return Future.failedFuture(new IllegalStateException(
                            notes.getFirst() + " Check that the server is up, or name a model in target.model."));
                }
                if (!reply.answered()) {
                    notes.add("Nothing else was asked of it: prompts may have more or fewer tokens than asked for.");
                    return Future.succeededFuture(facts(Vocabulary.BUILT_IN));
                }
                return ask("GET", "/version", NOTHING)
                        .compose(page -> {
                            version(page);
                            return ask("GET", "/metrics", NOTHING);
                        })
                        .compose(page -> {
                            cache(page);
                            return vocabulary();
                        })
                        .map(this::facts);
            });
        }

        private void models(Reply reply) {
            reply.json().path("data").forEach(card -> {
                if (card.path("id").isTextual()) {
                    models.add(card.path("id").textValue());
                }
            });
            boolean auto = model.equals(Target.MODEL_AUTO);
            if (models.isEmpty()) {
                String asked = auto ? "which model to ask for" : "whether " + model + " is served";
                notes.add("It is not known " + asked + ": " + problem(reply, "/v1/models", "lists no models") + ".");
            } else if (auto) {
                model = models.getFirst();
            } else if (!models.contains(model)) {
                notes.add("The target does not serve " + model + served() + ".");
            }
        }

        /** The served name that was probably meant, else all names, of which a server with many adapters has many. */
        private String served() {
            return Nearest.to(model, models)
                    .map(nearest -> "; the nearest that it serves is " + nearest)
                    .orElseGet(() -> "; it serves "
                            + String.join(", ", models.subList(0, Math.min(models.size(), MOST_NAMED)))
                            + (models.size() > MOST_NAMED ? ", …" : ""));
        }

        private void version(Reply reply) {
            version = Optional.ofNullable(reply.json().path("version").textValue());
            if (version.isEmpty()) {
                notes.add("The version of vLLM is not known: " + problem(reply, "/version", "tells no version") + ".");
            }
        }

        private void cache(Reply reply) {
            List<PrometheusText.Sample> samples = reply.page()
                    .map(page -> PrometheusText.parse(page.text()).named("vllm:cache_config_info"))
                    .orElse(List.of());
            if (samples.isEmpty()) {
                notes.add("The configuration of the target's cache is not known: "
                        + problem(reply, "/metrics", "has no vllm:cache_config_info") + ".");
            } else {
                cache = samples.getFirst().labels();
            }
        }

        private Future<Vocabulary> vocabulary() {
            List<String> problems = new ArrayList<>();
            return new VocabularySearch(
                            body -> ask("POST", "/tokenize", body).map(reply -> {
                                if (!reply.problem().isEmpty()) {
                                    problems.add(": " + reply.problem());
                                }
                                return reply.json();
                            }),
                            target.api(),
                            model)
                    .find()
                    .onSuccess(found -> {
                        if (!found.exact()) {
                            notes.add("The target's tokenizer confirmed no vocabulary, so that prompts may have more or"
                                    + " fewer tokens than asked for" + (problems.isEmpty() ? "" : problems.getFirst())
                                    + ".");
                        }
                    });
        }

        private String problem(Reply reply, String path, String otherwise) {
            return reply.problem().isEmpty()
                    ? TargetPaths.shown(target.api(), base, path) + " " + otherwise
                    : reply.problem();
        }

        /** Asks one question; never fails. */
        private Future<Reply> ask(String method, String path, byte[] body) {
            Map<String, String> sent = new LinkedHashMap<>(headers);
            if (body.length > 0) {
                RequestHeaders.putIfAbsent(sent, "Content-Type", "application/json");
            }
            return fetch.fetch(new Fetch(
                            method,
                            TargetPaths.resolve(target.api(), base, path),
                            sent,
                            body,
                            timeout,
                            HttpFetch.DEFAULT_LIMIT))
                    .map(answer -> {
                        if (!answer.ok()) {
                            return new Reply(
                                    Optional.empty(),
                                    TargetPaths.shown(target.api(), base, path) + " answered " + answer.status(),
                                    true);
                        }
                        return answer.truncated()
                                ? new Reply(
                                        Optional.empty(),
                                        TargetPaths.shown(target.api(), base, path) + " answers at too great length",
                                        true)
                                : new Reply(Optional.of(answer), "", true);
                    })
                    .otherwise(e -> new Reply(Optional.empty(), String.valueOf(e.getMessage()), false));
        }

        private TargetFacts facts(Vocabulary vocabulary) {
            return new TargetFacts(models, Optional.of(model), version, cache, vocabulary, notes);
        }
    }
}
