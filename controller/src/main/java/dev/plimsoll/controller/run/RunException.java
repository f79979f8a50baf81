package dev.plimsoll.controller.run;

/** A run that could not be begun or brought to an end. The message is a sentence with the next step. */
public final class RunException extends Exception {
    private static final long serialVersionUID = 1;

    /** With a sentence for a person. */
    public RunException(String message) {
        super(message);
    }

    /** With a sentence for a person and its cause. */
    public RunException(String message, Throwable cause) {
        super(message, cause);
    }
}
