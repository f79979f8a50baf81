package dev.plimsoll.scenarios;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The checks that the records share. Each failure is an {@link IllegalArgumentException} whose message is the rule. */
final class Rule {
    private Rule() {}

    /** Fails with the rule and the offending value unless it holds. */
    static void require(boolean holds, String rule, @Nullable Object value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", not " + value);
        }
    }

    /** Fails unless the duration is longer than nothing. */
    static void positive(Duration duration, String what) {
        require(duration.isPositive(), what + " is longer than 0s", duration);
    }

    /** Fails unless the text has something other than white space in it. */
    static void notBlank(String text, String what) {
        require(!text.isBlank(), what + " is not empty", "\"" + text + "\"");
    }
}
