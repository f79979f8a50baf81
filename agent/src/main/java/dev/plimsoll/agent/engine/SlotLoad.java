package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.scenarios.Phase;

/**
 * A phase as shards carry it out.
 *
 * @param phase what is run
 * @param phaseIndex its index in the scenario
 * @param startNanos from the leg's start
 * @param endNanos from the leg's start
 */
public record SlotLoad(Phase phase, int phaseIndex, long startNanos, long endNanos) {
    /** Checks the components. */
    public SlotLoad {
        requireNonNull(phase, "phase");
        if (endNanos <= startNanos) {
            throw new IllegalArgumentException("a phase ends after its start");
        }
    }
}
