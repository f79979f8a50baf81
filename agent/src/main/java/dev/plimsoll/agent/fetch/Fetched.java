package dev.plimsoll.agent.fetch;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;

/**
 * An answer.
 *
 * @param status the HTTP status
 * @param contentType its {@code Content-Type}; empty without one
 * @param body what was read of its body, up to the limit; owned by this record
 * @param truncated whether the body was longer than the limit
 */
public record Fetched(int status, String contentType, byte[] body, boolean truncated) {
    /** Checks the components. */
    public Fetched {
        requireNonNull(contentType, "contentType");
        requireNonNull(body, "body");
    }

    /** Whether the status is 2xx. */
    public boolean ok() {
        return status >= 200 && status <= 299;
    }

    /** The body as UTF-8 text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
