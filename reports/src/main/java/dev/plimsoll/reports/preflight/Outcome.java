package dev.plimsoll.reports.preflight;

import com.fasterxml.jackson.annotation.JsonValue;

/** What became of a check, from the best to the worst. */
public enum Outcome {
    /** As wanted. */
    OK("ok"),
    /** It could not be looked at. */
    UNKNOWN("unknown"),
    /** Not as wanted; the measurement may be worse or less steady for it. */
    WARN("warn"),
    /** Not fit to be measured. */
    FAIL("fail");

    private final String label;

    Outcome(String label) {
        this.label = label;
    }

    /** The word for it. */
    @JsonValue
    public String label() {
        return label;
    }

    /** The worse of two. */
    Outcome or(Outcome other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
