package dev.plimsoll.agent.fetch;

import static java.util.Objects.requireNonNull;

/** A request without a whole answer. The message says why, in a sentence for a person, and names the URL. */
public final class FetchException extends Exception {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** With a sentence for a person and its cause. */
    public FetchException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = requireNonNull(kind, "kind");
    }

    /** What kind of failure. */
    public Kind kind() {
        return kind;
    }

    /** Kinds of failures. */
    public enum Kind {
        /** Nothing listens there, or no route leads there. */
        CONNECT,
        /** The host's name has no address. */
        UNKNOWN_HOST,
        /** The TLS handshake failed. */
        TLS,
        /** No whole answer in time. */
        TIMEOUT,
        /** The connection ended before the answer did. */
        RESET,
        /** What came is not HTTP. */
        PROTOCOL
    }
}
