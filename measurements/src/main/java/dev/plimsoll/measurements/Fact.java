package dev.plimsoll.measurements;

import static java.util.Objects.requireNonNull;

/**
 * Something that was looked up once, as text: a value, or the reason why there is none. Absent is never empty or zero.
 *
 * @param value what was found; empty when nothing was
 * @param absence why nothing was found, as the end of a sentence; empty when something was
 */
public record Fact(String value, String absence) {
    private static final int MOST_TEXT = 2_000;

    /** Checks the components. */
    public Fact {
        value = shortened(requireNonNull(value, "value"));
        absence = shortened(requireNonNull(absence, "absence"));
        if (value.isEmpty() == absence.isEmpty()) {
            throw new IllegalArgumentException(
                    "a fact is a value or the reason why there is none: \"" + value + "\", \"" + absence + "\"");
        }
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= MOST_TEXT ? line : line.substring(0, MOST_TEXT - 1) + "…";
    }

    /** A value; one without any text is an absence. */
    public static Fact of(String value) {
        return value.isBlank() ? absent("it is empty") : new Fact(value, "");
    }

    /** A number. */
    public static Fact of(long value) {
        return new Fact(Long.toString(value), "");
    }

    /** Nothing, and why. */
    public static Fact absent(String why) {
        return new Fact("", why.isBlank() ? "nobody told why" : why);
    }

    /** Whether there is a value. */
    public boolean known() {
        return !value.isEmpty();
    }
}
