package dev.plimsoll.controller.coldstart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The server that starts, seen from outside. Used by one thread. */
final class Endpoint implements AutoCloseable {
    private static final Duration HEALTH_LIMIT = Duration.ofSeconds(2);
    private static final Duration TOKEN_LIMIT = Duration.ofMinutes(2);
    private static final int OK = 200;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String base;
    private final Map<String, String> headers;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(HEALTH_LIMIT)
            .build();

    /**
     * At that URL.
     *
     * @param headers sent along
     */
    Endpoint(URI url, Map<String, String> headers) {
        base = url.toString().replaceFirst("/+$", "").replaceFirst("/v1$", "");
        this.headers = headers;
    }

    /** Whether {@code GET /health} answers with 200. */
    boolean isHealthy() throws InterruptedException {
        try {
            return send("/health", Optional.empty(), HEALTH_LIMIT).statusCode() == OK;
        } catch (IOException notThere) {
            return false;
        }
    }

    /** Whether anything answers in HTTP, whatever it says. */
    boolean answers() throws InterruptedException {
        try {
            return send("/health", Optional.empty(), HEALTH_LIMIT).statusCode() > 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    /** Has one token generated and waits for it; tells why that did not work. */
    Optional<String> firstToken() throws InterruptedException {
        try {
            HttpResponse<String> models = send("/v1/models", Optional.empty(), TOKEN_LIMIT);
            String model =
                    JSON.readTree(models.body()).path("data").path(0).path("id").asText("");
            if (models.statusCode() != OK || model.isEmpty()) {
                return Optional.of("GET /v1/models names no model (status " + models.statusCode() + ")");
            }
            ObjectNode completion = JSON.createObjectNode().put("model", model).put("max_tokens", 1);
            completion.put("prompt", "Hello");
            HttpResponse<String> answer = send("/v1/completions", Optional.of(completion), TOKEN_LIMIT);
            if (answer.statusCode() != OK) {
                ObjectNode chat = JSON.createObjectNode().put("model", model).put("max_tokens", 1);
                chat.putArray("messages").addObject().put("role", "user").put("content", "Hello");
                answer = send("/v1/chat/completions", Optional.of(chat), TOKEN_LIMIT);
            }
            return answer.statusCode() == OK
                    ? Optional.empty()
                    : Optional.of("a first request was answered with status " + answer.statusCode());
        } catch (JsonProcessingException e) {
            return Optional.of("GET /v1/models answers with no JSON");
        } catch (IOException e) {
            return Optional.of("a first request was not answered: " + e.getMessage());
        }
    }

    private HttpResponse<String> send(String path, Optional<JsonNode> body, Duration limit)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(limit);
        headers.forEach(request::setHeader);
        if (body.isPresent()) {
            request.setHeader("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body.get().toString()));
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
