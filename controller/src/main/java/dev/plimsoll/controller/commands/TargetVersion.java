package dev.plimsoll.controller.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plimsoll.agent.fetch.FetchException;
import dev.plimsoll.agent.fetch.Fetched;
import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.agent.fetch.HttpFetch.Fetch;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.scenarios.Target;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletionException;

/** Asks a target for vLLM's version, with one request. */
final class TargetVersion {
    private static final Duration LIMIT = Duration.ofSeconds(3);

    private TargetVersion() {}

    /** The version, or why it is not known. Blocks. */
    static Fact of(Target target) {
        String base =
                target.urls().getFirst().toString().replaceFirst("/+$", "").replaceFirst("/v1$", "");
        Vertx vertx = Vertx.vertx();
        try {
            Fetched answer = new HttpFetch(vertx, target.tls(), target.http() == Target.Http.HTTP_2)
                    .fetch(Fetch.get(URI.create(base + "/version"), target.headers(), LIMIT))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            return answer.ok()
                    ? version(answer.text())
                    : Fact.absent("GET /version of the target answers with status " + answer.status());
        } catch (CompletionException e) {
            Throwable cause = e.getCause() instanceof FetchException fetch ? fetch : e;
            return Fact.absent(String.valueOf(cause.getMessage()));
        } catch (IllegalArgumentException e) {
            return Fact.absent(String.valueOf(e.getMessage()));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static Fact version(String page) {
        try {
            String version =
                    JsonMapper.builder().build().readTree(page).path("version").asText("");
            return version.isBlank() ? Fact.absent("GET /version of the target names no version") : Fact.of(version);
        } catch (JsonProcessingException e) {
            return Fact.absent("GET /version of the target answers with no JSON");
        }
    }
}
