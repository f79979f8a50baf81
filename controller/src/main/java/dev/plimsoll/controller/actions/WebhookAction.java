package dev.plimsoll.controller.actions;

import dev.plimsoll.agent.fetch.Fetched;
import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.controller.actions.GateActions.Limits;
import dev.plimsoll.scenarios.Gate.Action;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** The verdict as a JSON {@code POST}. Tried again after a failed connection or a status of 5xx or 429. */
final class WebhookAction {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;
    private static final int ANSWER_LIMIT = 4096;

    private final Action.Webhook hook;
    private final Limits limits;
    private final Consumer<String> says;

    WebhookAction(Action.Webhook hook, Limits limits, Consumer<String> says) {
        this.hook = hook;
        this.limits = limits;
        this.says = says;
    }

    /** Sends it, and tells whether it was taken. */
    boolean run(String json) {
        String name = "webhook " + place(hook.url());
        Vertx vertx = Vertx.vertx();
        try {
            HttpFetch fetch = new HttpFetch(vertx, Optional.empty());
            String problem = "";
            for (int attempt = 1; attempt <= limits.attempts(); attempt++) {
                if (attempt > 1) {
                    Thread.sleep(limits.pause());
                }
                try {
                    Fetched answer = fetch.fetch(request(json))
                            .toCompletionStage()
                            .toCompletableFuture()
                            .join();
                    if (answer.ok()) {
                        says.accept(name + " took the verdict");
                        return true;
                    }
                    problem = "answered with status " + answer.status();
                    if (answer.status() < SERVER_ERROR && answer.status() != TOO_MANY_REQUESTS) {
                        break;
                    }
                } catch (CompletionException e) {
                    Throwable cause = e.getCause() == null ? e : e.getCause();
                    problem = "failed: " + cause.getMessage();
                }
            }
            says.accept(name + " " + problem);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            says.accept(name + " was interrupted");
            return false;
        } catch (IllegalArgumentException e) {
            says.accept(name + " cannot be called: " + e.getMessage());
            return false;
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private HttpFetch.Fetch request(String json) {
        Map<String, String> headers = new LinkedHashMap<>(hook.headers());
        if (headers.keySet().stream().noneMatch("content-type"::equalsIgnoreCase)) {
            headers.put("Content-Type", "application/json");
        }
        return new HttpFetch.Fetch(
                "POST", hook.url(), headers, json.getBytes(StandardCharsets.UTF_8), limits.request(), ANSWER_LIMIT);
    }

    /** Paths and queries of webhooks often are secrets. */
    private static String place(URI url) {
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }
}
