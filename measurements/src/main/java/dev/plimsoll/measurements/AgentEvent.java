package dev.plimsoll.measurements;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * Something worth a line in the run's events: the first errors of a class, a probe that went silent, a limit reached.
 *
 * @param agent the agent that saw it
 * @param wallMicros the instant by the agent's wall clock, in µs since the epoch
 * @param type what kind, such as {@code error} or {@code probe}
 * @param sentence one sentence for a person, without secrets
 * @param detail named values, as text
 */
public record AgentEvent(String agent, long wallMicros, String type, String sentence, Map<String, String> detail) {
    /** Checks the components and copies the map. */
    public AgentEvent {
        requireNonNull(agent, "agent");
        requireNonNull(type, "type");
        requireNonNull(sentence, "sentence");
        detail = Map.copyOf(detail);
    }
}
