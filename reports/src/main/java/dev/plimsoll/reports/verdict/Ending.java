package dev.plimsoll.reports.verdict;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Why the load of a judged run ended when it did. */
public enum Ending {
    /** The length as written was over. */
    AS_PLANNED,
    /** The longest length that {@code gate.extend_until} allows was over. */
    AT_LONGEST,
    /** Every check that more load could settle was settled. */
    DECIDED,
    /** A limit was surely broken. */
    BROKEN,
    /** It was interrupted, lost an agent, or never began. */
    BROKEN_OFF;

    /** The name in {@code verdict.json}. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
