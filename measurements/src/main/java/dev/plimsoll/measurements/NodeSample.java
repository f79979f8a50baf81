package dev.plimsoll.measurements;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * One sample of one probe.
 *
 * @param node the node's name in the scenario
 * @param probe the probe's type, such as {@code vllm}
 * @param agent the agent that ran the probe, whose clock the instant is
 * @param wallMicros the instant by the agent's wall clock, in µs since the epoch
 * @param readings what was read, by metric name; a metric that a probe could have but lacks is there as not available
 */
public record NodeSample(String node, String probe, String agent, long wallMicros, Map<String, Reading> readings) {
    /** Checks the components and copies the map. */
    public NodeSample {
        requireNonNull(node, "node");
        requireNonNull(probe, "probe");
        requireNonNull(agent, "agent");
        readings = Map.copyOf(readings);
    }
}
