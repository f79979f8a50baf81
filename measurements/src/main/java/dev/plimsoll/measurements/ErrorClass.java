package dev.plimsoll.measurements;

import java.util.Locale;

/** Why a request failed. Each failed request counts in exactly one class. */
public enum ErrorClass {
    /** No connection: refused, unreachable, or not open in time. */
    CONNECT,
    /** The TLS handshake failed. */
    TLS,
    /** Not ended within the target's timeout, or within the drain after its phase. */
    TIMEOUT,
    /** The connection was closed or reset before the response began or while it was read. */
    RESET,
    /** Answered with a status of 400 to 499. */
    HTTP_4XX,
    /** Answered with a status of 500 to 599. */
    HTTP_5XX,
    /** The answer was not HTTP, not SSE or not JSON where it had to be. */
    PROTOCOL,
    /** An error event in a stream that began with status 200. */
    STREAM_ERROR,
    /** The stream ended without a finish reason or {@code [DONE]}. */
    TRUNCATED,
    /** A check of the scenario on the answer failed. */
    CONTENT,
    /** Never sent: the in-flight limit was reached, or no socket could be had. An error of the generator. */
    UNSENT;

    /** The name in bundles and reports, such as {@code http_5xx}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
