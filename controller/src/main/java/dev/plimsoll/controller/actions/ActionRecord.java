package dev.plimsoll.controller.actions;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;

/**
 * What became of one action: an entry of {@code actions.json}.
 *
 * @param kind what was done
 * @param action the command's program and arguments, or the host of the webhook; masked by the writer
 * @param done whether it did what it should
 * @param sentence what became of it, for a person
 * @param exitCode of a command that ended by itself
 * @param attempts how often it was tried
 * @param seconds how long it took
 */
public record ActionRecord(
        Kind kind,
        String action,
        boolean done,
        String sentence,
        @JsonProperty("exit_code") Optional<Integer> exitCode,
        int attempts,
        double seconds) {
    /** Checks the components. */
    public ActionRecord {
        requireNonNull(kind, "kind");
        requireNonNull(action, "action");
        requireNonNull(sentence, "sentence");
        requireNonNull(exitCode, "exitCode");
    }

    /** What was done. */
    public enum Kind {
        /** A command. */
        EXEC,
        /** A request. */
        WEBHOOK;

        /** The name in {@code actions.json}. */
        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
