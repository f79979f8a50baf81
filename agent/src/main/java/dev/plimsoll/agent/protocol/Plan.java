package dev.plimsoll.agent.protocol;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * One agent's part of a run. Global arrival {@code i} belongs to shard {@code i mod totalShards}; the agent's shards are
 * numbered from {@code firstShard}. Users of a closed loop are dealt out in the same way.
 *
 * @param run the run's id
 * @param scenario the resolved scenario, with secrets, as {@code ScenarioReader.fromResolved} takes it
 * @param promptFiles contents of the scenario's prompt files, by the path used in the scenario
 * @param firstShard the number of the agent's first shard
 * @param totalShards shards of all agents together
 * @param openEnd whether the scenario's {@code OpenEnd} holds: its last leg is scheduled for the longest length, and ends
 *     where {@link Command.EndLeg} says
 */
public record Plan(
        String run,
        String scenario,
        Map<String, String> promptFiles,
        int firstShard,
        int totalShards,
        boolean openEnd) {
    /** A part of a run whose legs last as long as written. */
    public Plan(String run, String scenario, Map<String, String> promptFiles, int firstShard, int totalShards) {
        this(run, scenario, promptFiles, firstShard, totalShards, false);
    }

    /** Checks the components. */
    public Plan {
        requireNonNull(run, "run");
        requireNonNull(scenario, "scenario");
        promptFiles = Map.copyOf(promptFiles);
        if (firstShard < 0 || firstShard >= totalShards) {
            throw new IllegalArgumentException("shard " + firstShard + " of " + totalShards + " does not exist");
        }
    }

    /** Without the scenario's text, which may hold secrets. */
    @Override
    public String toString() {
        return "Plan[" + run + ", shard " + firstShard + " of " + totalShards + "]";
    }
}
