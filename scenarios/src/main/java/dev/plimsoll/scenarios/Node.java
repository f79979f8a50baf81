package dev.plimsoll.scenarios;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A machine or service that is watched during the run.
 *
 * @param name names it in results
 * @param agent the label of the agent that runs its probes; absent: the first agent
 * @param probes how it is watched
 * @param interval how often each probe samples
 */
public record Node(String name, Optional<String> agent, List<ProbeSpec> probes, Duration interval) {
    /** Checks the components. */
    public Node {
        Rule.notBlank(name, "a node's name");
        probes = List.copyOf(probes);
        Rule.require(!probes.isEmpty(), "a node has at least one probe", "[]");
        Rule.require(interval.compareTo(Duration.ofMillis(100)) >= 0, "a node's interval is at least 100ms", interval);
    }
}
