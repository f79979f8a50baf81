package dev.plimsoll.reports.preflight;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.measurements.MachineFacts;

/**
 * A machine that was looked at, and what for.
 *
 * @param node its name in checks
 * @param serves whether the target, or part of it, runs there
 * @param generates whether load comes from there
 * @param facts what was found
 */
public record Machine(String node, boolean serves, boolean generates, MachineFacts facts) {
    /** Checks the components. */
    public Machine {
        requireNonNull(node, "node");
        requireNonNull(facts, "facts");
        if (!serves && !generates) {
            throw new IllegalArgumentException("a machine serves or generates load: " + node);
        }
    }
}
