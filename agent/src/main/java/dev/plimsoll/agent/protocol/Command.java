package dev.plimsoll.agent.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What the controller tells one agent. Each is answered by an {@link Answer}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Command.Ping.class, name = "ping"),
    @JsonSubTypes.Type(value = Command.Look.class, name = "look"),
    @JsonSubTypes.Type(value = Command.LookAtPages.class, name = "look_at_pages"),
    @JsonSubTypes.Type(value = Command.Adopt.class, name = "adopt"),
    @JsonSubTypes.Type(value = Command.Inspect.class, name = "inspect"),
    @JsonSubTypes.Type(value = Command.Smoke.class, name = "smoke"),
    @JsonSubTypes.Type(value = Command.PrepareLeg.class, name = "prepare_leg"),
    @JsonSubTypes.Type(value = Command.StartLeg.class, name = "start_leg"),
    @JsonSubTypes.Type(value = Command.EndLeg.class, name = "end_leg"),
    @JsonSubTypes.Type(value = Command.StopLeg.class, name = "stop_leg"),
    @JsonSubTypes.Type(value = Command.Abort.class, name = "abort"),
    @JsonSubTypes.Type(value = Command.Release.class, name = "release"),
})
public sealed interface Command {

    /**
     * Asks for the agent's wall clock; answered by {@link Answer.Pong}.
     *
     * @param sequence tells answers apart
     */
    record Ping(int sequence) implements Command {}

    /**
     * Looks at the machine that the agent runs on; answered by {@link Answer.Looked}. An agent that serves no run yet does
     * so, too.
     *
     * @param request what is to be looked up
     */
    record Look(LookRequest request) implements Command {}

    /**
     * Looks at another machine by the pages that exporters serve for it; answered by {@link Answer.Looked}. An agent that
     * serves no run yet does so, too.
     *
     * @param request the pages
     */
    record LookAtPages(PagesRequest request) implements Command {}

    /**
     * Takes the agent for a run and starts its probes; answered by {@link Answer.Done}. An agent serves one run.
     *
     * @param plan its part
     */
    record Adopt(Plan plan) implements Command {}

    /**
     * Finds out what the target is; answered by {@link Answer.Inspected}. Sent to one agent.
     *
     * @param run the run's id
     */
    record Inspect(String run) implements Command {}

    /**
     * Runs the smoke test; answered by {@link Answer.Smoked}. Sent to one agent.
     *
     * @param run the run's id
     * @param facts what was found out
     */
    record Smoke(String run, TargetFacts facts) implements Command {}

    /**
     * Renders the first requests of a leg and opens connections; answered by {@link Answer.Prepared} when it could start
     * at once.
     *
     * @param run the run's id
     * @param leg its index
     * @param facts what was found out
     */
    record PrepareLeg(String run, int leg, TargetFacts facts) implements Command {}

    /**
     * Starts a prepared leg; answered at once.
     *
     * @param run the run's id
     * @param leg its index
     * @param wallMicros the start, by the agent's own wall clock, in µs since the epoch
     */
    record StartLeg(String run, int leg, long wallMicros) implements Command {}

    /**
     * Schedules nothing from an instant on that lies ahead; what is in flight then is awaited as at a phase's end.
     * Answered at once by {@link Answer.Ends}. Phases that would begin later do not begin.
     *
     * @param run the run's id
     * @param leg its index
     * @param wallMicros the end, by the agent's own wall clock, in µs since the epoch
     */
    record EndLeg(String run, int leg, long wallMicros) implements Command {}

    /**
     * Schedules no more; what is in flight is awaited as at a phase's end. Answered at once.
     *
     * @param run the run's id
     * @param leg its index
     * @param reason for the events
     */
    record StopLeg(String run, int leg, String reason) implements Command {}

    /**
     * Ends all load now. Requests in flight fail as timeouts; the last snapshot and {@link Report.LegEnded} follow.
     *
     * @param run the run's id
     * @param reason for the events
     */
    record Abort(String run, String reason) implements Command {}

    /**
     * The run is over: stops probes and lets the agent go. An agent process then ends.
     *
     * @param run the run's id
     */
    record Release(String run) implements Command {}
}
