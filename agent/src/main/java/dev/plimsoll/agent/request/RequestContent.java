package dev.plimsoll.agent.request;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One request before it is bytes on a connection.
 *
 * @param spec the index of its entry in the workload
 * @param method such as {@code POST}
 * @param path path and query, the target URL's own path not included
 * @param headers to send, without {@code Host}, {@code Content-Length} and {@code Connection}
 * @param body may be empty; owned by this record
 * @param answer how its answer is read
 */
public record RequestContent(
        int spec, String method, String path, Map<String, String> headers, byte[] body, AnswerFormat answer) {
    /** Checks the components and copies the map. */
    public RequestContent {
        requireNonNull(method, "method");
        requireNonNull(path, "path");
        requireNonNull(body, "body");
        requireNonNull(answer, "answer");
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }
}
