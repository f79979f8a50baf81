package dev.plimsoll.simulator.serving;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Response heads in the order and case of uvicorn. */
final class Heads {
    private static final DateTimeFormatter DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

    private Heads() {}

    /** The head of a streamed answer with status 200. */
    static void put(HttpServerResponse response, String contentType) {
        common(response);
        response.putHeader("content-type", contentType);
        response.putHeader("vary", "Origin");
    }

    /** A whole answer. */
    static void send(HttpServerResponse response, int status, String contentType, Buffer body) {
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status);
        common(response);
        response.putHeader("content-length", Integer.toString(body.length()));
        if (!contentType.isEmpty()) {
            response.putHeader("content-type", contentType);
        }
        response.putHeader("vary", "Origin");
        response.end(body);
    }

    private static void common(HttpServerResponse response) {
        response.putHeader("date", date(Instant.now()));
        response.putHeader("server", "uvicorn");
    }

    static String date(Instant instant) {
        // RFC 1123 in Java has no leading zero for the day; HTTP wants two digits.
        String text = DATE.format(instant);
        return text.charAt(6) == ' ' ? text.substring(0, 5) + "0" + text.substring(5) : text;
    }
}
