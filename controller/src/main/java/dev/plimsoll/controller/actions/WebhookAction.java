package dev.plimsoll.controller.actions;

import dev.plimsoll.agent.fetch.Fetched;
import dev.plimsoll.agent.fetch.HttpFetch;
import dev.plimsoll.controller.actions.GateActions.Limits;
import dev.plimsoll.scenarios.Gate.Action;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * The verdict as a JSON {@code POST}. Tried again after a failed connection or a status of 5xx or 429, each time after
 * twice the pause. Every attempt has the same {@code Idempotency-Key}, so that a receiver can tell a repetition from news.
 */
final class WebhookAction {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;
    private static final int ANSWER_LIMIT = 4096;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final double NANOS_PER_SECOND = 1e9;

    private final Action.Webhook hook;
    private final Limits limits;
    private final Consumer<String> says;
    private final InstantSource clock;
    private final String place;

    WebhookAction(Action.Webhook hook, Limits limits, Consumer<String> says, InstantSource clock) {
        this.hook = hook;
        this.limits = limits;
        this.says = says;
        this.clock = clock;
        place = place(hook.url());
    }

    /** What was tried so far. */
    private record Trial(boolean taken, int attempts, String sentence) {}

    /**
     * Sends it, and tells what became of it.
     *
     * @param key the same for every attempt, and for no other webhook
     */
    ActionRecord run(String json, String key) {
        long start = System.nanoTime();
        Trial trial = sent(json, key);
        String sentence = "webhook " + place + " " + trial.sentence();
        says.accept(sentence);
        return new ActionRecord(
                ActionRecord.Kind.WEBHOOK,
                place,
                trial.taken(),
                sentence,
                Optional.empty(),
                trial.attempts(),
                (System.nanoTime() - start) / NANOS_PER_SECOND);
    }

    private Trial sent(String json, String key) {
        Vertx vertx = Vertx.vertx();
        int attempt = 0;
        try {
            HttpFetch fetch = new HttpFetch(vertx, Optional.empty());
            Duration pause = limits.pause();
            String problem = "";
            while (attempt < limits.attempts()) {
                if (attempt > 0) {
                    Thread.sleep(pause);
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
                }
                attempt++;
                try {
                    Fetched answer = fetch.fetch(request(json, key))
                            .toCompletionStage()
                            .toCompletableFuture()
                            .join();
                    if (answer.ok()) {
                        return new Trial(true, attempt, "took the verdict");
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
            return new Trial(false, attempt, problem + (attempt > 1 ? ", " + attempt + " times" : ""));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Trial(false, attempt, "was interrupted");
        } catch (IllegalArgumentException e) {
            return new Trial(false, attempt, "cannot be called: " + e.getMessage());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private HttpFetch.Fetch request(String json, String key) {
        Map<String, String> headers = new LinkedHashMap<>(hook.headers());
        if (headers.keySet().stream().noneMatch("content-type"::equalsIgnoreCase)) {
            headers.put("Content-Type", "application/json");
        }
        headers.put("Idempotency-Key", key);
        hook.secret().ifPresent(secret -> {
            String timestamp = Long.toString(clock.instant().getEpochSecond());
            headers.put(WebhookSignature.TIMESTAMP_HEADER, timestamp);
            headers.put(WebhookSignature.HEADER, WebhookSignature.of(secret, timestamp, json));
        });
        return new HttpFetch.Fetch(
                "POST",
                hook.url(),
                headers,
                json.getBytes(StandardCharsets.UTF_8),
                hook.timeout().orElse(limits.request()),
                ANSWER_LIMIT);
    }

    /** Paths and queries of webhooks often are secrets. */
    private static String place(URI url) {
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }
}
