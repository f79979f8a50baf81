package dev.plimsoll.agent.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.plimsoll.measurements.AgentEvent;
import dev.plimsoll.measurements.IntervalSnapshot;
import dev.plimsoll.measurements.NodeSample;

/** What an agent tells the controller of its own accord. Each is acknowledged by an empty reply. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Report.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = Report.Beat.class, name = "beat"),
    @JsonSubTypes.Type(value = Report.Interval.class, name = "interval"),
    @JsonSubTypes.Type(value = Report.Sample.class, name = "sample"),
    @JsonSubTypes.Type(value = Report.Event.class, name = "event"),
    @JsonSubTypes.Type(value = Report.LegEnded.class, name = "leg_ended"),
})
public sealed interface Report {

    /**
     * Here I am; sent each second until acknowledged.
     *
     * @param facts who
     */
    record Hello(AgentFacts facts) implements Report {}

    /**
     * Still here; sent every 500 ms. An agent whose beats go unanswered for 2 s stops its load by itself, and after 10 s
     * ends its process: a lost agent must not keep loading the target.
     *
     * @param agent who
     * @param run which run; empty when it has none
     */
    record Beat(String agent, String run) implements Report {}

    /**
     * One interval of load.
     *
     * @param snapshot what was measured
     */
    record Interval(IntervalSnapshot snapshot) implements Report {}

    /**
     * One sample of a probe.
     *
     * @param run which run
     * @param sample what was read
     */
    record Sample(String run, NodeSample sample) implements Report {}

    /**
     * A line for the run's events.
     *
     * @param run which run
     * @param event what happened
     */
    record Event(String run, AgentEvent event) implements Report {}

    /**
     * Nothing of the leg is in flight any more, and its last interval was sent before this.
     *
     * @param run which run
     * @param agent who
     * @param leg which leg
     * @param intervals how many snapshots of it were sent
     */
    record LegEnded(String run, String agent, int leg, int intervals) implements Report {}
}
