package dev.plimsoll.agent.protocol;

import static java.util.Objects.requireNonNull;

/**
 * Who an agent is. A new process is a new agent: ids are never used twice.
 *
 * @param id unique, made when the process starts
 * @param label the name that scenarios use for it; by default the host's name
 * @param version Plimsoll's version
 * @param host the machine's name
 * @param pid of its process
 * @param cores it may use
 * @param transport {@code io_uring}, {@code epoll} or {@code nio}
 * @param shards event loops that carry load
 */
public record AgentFacts(
        String id, String label, String version, String host, long pid, int cores, String transport, int shards) {
    /** Checks the components. */
    public AgentFacts {
        requireNonNull(id, "id");
        requireNonNull(label, "label");
        requireNonNull(version, "version");
        requireNonNull(host, "host");
        requireNonNull(transport, "transport");
        if (shards < 1) {
            throw new IllegalArgumentException("an agent has at least one shard, not " + shards);
        }
    }
}
