package dev.plimsoll.reports.bundle;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * A line of {@code events.ndjson}.
 *
 * @param t seconds since the load began; negative before it
 * @param type such as {@code phase}, {@code error}, {@code agent_lost}, {@code abort}, {@code drift}, {@code attribution}
 * @param sentence one sentence for a person, without secrets
 * @param detail further named values, written beside these
 */
public record RunEvent(double t, String type, String sentence, Map<String, Object> detail) {
    /** Checks the components and copies the map. */
    public RunEvent {
        requireNonNull(type, "type");
        requireNonNull(sentence, "sentence");
        detail = Map.copyOf(detail);
    }
}
