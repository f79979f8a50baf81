package dev.plimsoll.reports.coldstart;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * One start of a server.
 *
 * @param seconds by phase; a phase of which nothing is known is not in it
 */
public record ColdStart(Map<StartPhase, Double> seconds) {
    /** Checks and copies the map. */
    public ColdStart {
        EnumMap<StartPhase, Double> copy = new EnumMap<>(StartPhase.class);
        copy.putAll(seconds);
        copy.forEach((phase, value) -> {
            if (!(value >= 0) || value.isInfinite()) {
                throw new IllegalArgumentException(phase + " takes a time, not " + value);
            }
        });
        seconds = Collections.unmodifiableMap(copy);
    }
}
