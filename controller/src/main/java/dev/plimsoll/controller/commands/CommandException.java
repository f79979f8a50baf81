package dev.plimsoll.controller.commands;

/** A command that cannot do what it was asked. The message is for a person and names the next step. */
final class CommandException extends Exception {
    private static final long serialVersionUID = 1;

    private final ExitCode code;

    CommandException(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    CommandException(ExitCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** What the program ends with. */
    ExitCode code() {
        return code;
    }
}
