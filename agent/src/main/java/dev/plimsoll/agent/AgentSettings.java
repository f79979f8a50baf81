package dev.plimsoll.agent;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.protocol.AgentFacts;

/**
 * What an agent is told when it is deployed.
 *
 * @param facts who it is
 * @param over run once when there is nothing left to do, because its run was released or the controller has not answered
 *     for 10 s: an agent process then ends, an agent in the controller's own process does nothing
 */
public record AgentSettings(AgentFacts facts, Runnable over) {
    /** Checks the components. */
    public AgentSettings {
        requireNonNull(facts, "facts");
        requireNonNull(over, "over");
    }
}
