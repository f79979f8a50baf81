package dev.plimsoll.controller.coldstart;

/** A start that could not be measured. The message is for a person and names the next step. */
public final class ColdStartException extends Exception {
    private static final long serialVersionUID = 1;

    /** With that message. */
    public ColdStartException(String message) {
        super(message);
    }

    /** With that message and cause. */
    public ColdStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
