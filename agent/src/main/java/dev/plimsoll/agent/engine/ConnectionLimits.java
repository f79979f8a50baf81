package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What one shard may do with connections.
 *
 * @param max connections at most, over all URLs, at least 1
 * @param reuse whether a connection serves one request after another; else it is closed after its first answer
 * @param connectTimeout how long opening one may take, over all addresses of a name; TLS may take as long again
 */
public record ConnectionLimits(int max, boolean reuse, Duration connectTimeout) {
    /** Checks the components. */
    public ConnectionLimits {
        requireNonNull(connectTimeout, "connectTimeout");
        if (max < 1) {
            throw new IllegalArgumentException("a shard needs at least 1 connection, not " + max);
        }
        if (!connectTimeout.isPositive()) {
            throw new IllegalArgumentException("the connect timeout is above 0, not " + connectTimeout);
        }
    }
}
