package dev.plimsoll.agent;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.protocol.AgentFacts;

/**
 * What an agent is told when it is deployed.
 *
 * @param facts who it is
 * @param abandoned run once when the controller has not answered for 10 s: an agent process then ends, an agent in the
 *     controller's own process does nothing
 */
public record AgentSettings(AgentFacts facts, Runnable abandoned) {
    /** Checks the components. */
    public AgentSettings {
        requireNonNull(facts, "facts");
        requireNonNull(abandoned, "abandoned");
    }
}
