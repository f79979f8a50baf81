package dev.plimsoll.controller.service;

import dev.plimsoll.reports.bundle.BundleJson;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An answer.
 *
 * @param status the HTTP status
 * @param contentType of the body
 * @param body the text; empty when a file is the body
 * @param file the body, when it is one
 * @param headers further headers
 */
record Answer(int status, String contentType, String body, Optional<Path> file, Map<String, String> headers) {
    static final int OK = 200;
    static final int ACCEPTED = 202;
    static final int NO_CONTENT = 204;
    static final int BAD_REQUEST = 400;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int WRONG_METHOD = 405;
    static final int CONFLICT = 409;
    static final int TOO_LARGE = 413;
    static final int WRONG_TYPE = 415;
    static final int TOO_EARLY = 425;
    static final int TOO_MANY = 429;
    static final int FAILED = 500;
    static final int BUSY = 503;

    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";

    Answer {
        headers = Map.copyOf(headers);
    }

    /** JSON that is there already. */
    static Answer json(int status, String text) {
        return new Answer(status, JSON, text, Optional.empty(), Map.of());
    }

    /** A value as JSON. */
    static Answer json(int status, Object value) {
        return json(status, BundleJson.file(value));
    }

    /** What is wrong, and what to do, as JSON. */
    static Answer error(int status, String sentence) {
        return json(status, Map.of("error", sentence));
    }

    /** One line for a person: what Flagger shows in its events. */
    static Answer line(int status, String sentence) {
        return new Answer(status, TEXT, sentence + "\n", Optional.empty(), Map.of());
    }

    /** A file of the disk. */
    static Answer file(Path file, String contentType) {
        return new Answer(OK, contentType, "", Optional.of(file), Map.of());
    }

    /** With a header more. */
    Answer with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Answer(status, contentType, body, file, more);
    }
}
