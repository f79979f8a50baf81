package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.scenarios.Objectives;
import dev.plimsoll.scenarios.Target;
import java.util.List;

/**
 * What one shard does in one leg.
 *
 * @param shard its number over all agents, from 0
 * @param totalShards of all agents together
 * @param seed of the scenario
 * @param round of the measured phases, from 0
 * @param slots the leg's phases
 * @param specs how many entries the workload has
 * @param target where requests go
 * @param objectives what makes a request good
 */
public record ShardPlan(
        int shard,
        int totalShards,
        long seed,
        int round,
        List<SlotLoad> slots,
        int specs,
        Target target,
        Objectives objectives) {
    /** Checks the components and copies the list. */
    public ShardPlan {
        slots = List.copyOf(slots);
        requireNonNull(target, "target");
        requireNonNull(objectives, "objectives");
        if (shard < 0 || shard >= totalShards || slots.isEmpty() || specs < 1) {
            throw new IllegalArgumentException("shard " + shard + " of " + totalShards + " has nothing to do");
        }
    }

    /** The shard's share of a limit over all shards; the shares of all add up to the limit. */
    public int share(int limit) {
        return limit / totalShards + (shard < limit % totalShards ? 1 : 0);
    }
}
