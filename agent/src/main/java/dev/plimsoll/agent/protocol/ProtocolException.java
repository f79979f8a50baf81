package dev.plimsoll.agent.protocol;

/** Bytes that are not a message of this protocol version. */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1;

    /** With a sentence for a person. */
    public ProtocolException(String message) {
        super(message);
    }

    /** With a sentence for a person and its cause. */
    public ProtocolException(String message, Throwable cause) {
        super(message, cause);
    }
}
