package dev.plimsoll.reports.bundle;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import java.util.Map;

/**
 * A line of {@code nodes.ndjson}: one sample of one probe.
 *
 * @param t when, in seconds since the load began; negative before it
 * @param node the node's name
 * @param probe the probe's type
 * @param agent the agent that ran it
 * @param readings by metric name: a number, {@code {"unavailable": reason}} or {@code {"failed": reason}}
 */
public record NodeLine(double t, String node, String probe, String agent, Map<String, Reading> readings) {
    /** Checks the components and copies the map. */
    public NodeLine {
        requireNonNull(node, "node");
        requireNonNull(probe, "probe");
        requireNonNull(agent, "agent");
        readings = Map.copyOf(readings);
    }

    /** The line of a sample taken at this instant in seconds since the load began. */
    public static NodeLine of(NodeSample sample, double t) {
        return new NodeLine(t, sample.node(), sample.probe(), sample.agent(), sample.readings());
    }

    /** The sample, without its agent's wall clock. */
    NodeSample toSample() {
        return new NodeSample(node, probe, agent, 0, readings);
    }
}
