package dev.plimsoll.controller.run;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.reports.preflight.VersionsLock;
import dev.plimsoll.scenarios.OpenEnd;
import dev.plimsoll.scenarios.ScenarioFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is to be run.
 *
 * @param scenario the scenario
 * @param store the directory that gets the bundle
 * @param agents agent processes to start on this machine; 0: the agent lives in this process
 * @param judge whether the scenario's gate decides at the end; needs a gate
 * @param transport {@code io_uring}, {@code epoll} or {@code nio}; absent: the best one
 * @param shards event loops of an agent in this process that carry load; absent: one fewer than cores
 * @param kept whether there is a bundle; without, nothing is written anywhere, and {@code store} does not matter
 * @param preflight the versions that machines and target are held against, before any load; absent: nobody looks at them
 */
public record RunRequest(
        ScenarioFile scenario,
        Path store,
        int agents,
        boolean judge,
        Optional<String> transport,
        OptionalInt shards,
        boolean kept,
        Optional<VersionsLock> preflight) {
    private static final int MOST_SHARDS = 256;

    /** Without a look at the machines. */
    public RunRequest(
            ScenarioFile scenario,
            Path store,
            int agents,
            boolean judge,
            Optional<String> transport,
            OptionalInt shards,
            boolean kept) {
        this(scenario, store, agents, judge, transport, shards, kept, Optional.empty());
    }

    /** With a bundle, and as many shards as the machine carries. */
    public RunRequest(ScenarioFile scenario, Path store, int agents, boolean judge, Optional<String> transport) {
        this(scenario, store, agents, judge, transport, OptionalInt.empty(), true);
    }

    /** Checks the components. */
    public RunRequest {
        requireNonNull(scenario, "scenario");
        requireNonNull(store, "store");
        requireNonNull(transport, "transport");
        requireNonNull(preflight, "preflight");
        if (agents < 0 || agents > 64) {
            throw new IllegalArgumentException("agents are from 0 to 64, not " + agents);
        }
        if (shards.isPresent() && (shards.getAsInt() < 1 || shards.getAsInt() > MOST_SHARDS)) {
            throw new IllegalArgumentException("shards are from 1 to " + MOST_SHARDS + ", not " + shards.getAsInt());
        }
        if (judge && scenario.scenario().gate().isEmpty()) {
            throw new IllegalArgumentException("the scenario has no gate: to judge");
        }
        if (judge) {
            OpenEnd.of(scenario.scenario());
        }
    }

    /** The same with a look at the machines first, which are held against these versions. */
    public RunRequest after(VersionsLock lock) {
        return new RunRequest(scenario, store, agents, judge, transport, shards, kept, Optional.of(lock));
    }

    /** The end of the load that the gate may move; absent where it may not, or nothing is judged. */
    Optional<OpenEnd> openEnd() {
        return judge ? OpenEnd.of(scenario.scenario()) : Optional.empty();
    }
}
