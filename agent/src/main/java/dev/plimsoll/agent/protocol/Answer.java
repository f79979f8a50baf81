package dev.plimsoll.agent.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.plimsoll.measurements.MachineFacts;
import java.util.Optional;

/** What an agent answers to a {@link Command}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Answer.Done.class, name = "done"),
    @JsonSubTypes.Type(value = Answer.Refused.class, name = "refused"),
    @JsonSubTypes.Type(value = Answer.Pong.class, name = "pong"),
    @JsonSubTypes.Type(value = Answer.Looked.class, name = "looked"),
    @JsonSubTypes.Type(value = Answer.Inspected.class, name = "inspected"),
    @JsonSubTypes.Type(value = Answer.Smoked.class, name = "smoked"),
    @JsonSubTypes.Type(value = Answer.Prepared.class, name = "prepared"),
    @JsonSubTypes.Type(value = Answer.Ends.class, name = "ends"),
})
public sealed interface Answer {

    /** Understood and done. */
    record Done() implements Answer {}

    /**
     * Not done.
     *
     * @param reason one sentence that names the value and the next step
     */
    record Refused(String reason) implements Answer {}

    /**
     * The agent's wall clock.
     *
     * @param sequence of the ping
     * @param wallMicros µs since the epoch
     */
    record Pong(int sequence, long wallMicros) implements Answer {}

    /**
     * What the agent's machine is like.
     *
     * @param facts what was found out
     */
    record Looked(MachineFacts facts) implements Answer {}

    /**
     * What the target is.
     *
     * @param facts what was found out
     */
    record Inspected(TargetFacts facts) implements Answer {}

    /**
     * The smoke test is over.
     *
     * @param result what it found
     */
    record Smoked(SmokeResult result) implements Answer {}

    /**
     * Ready to start.
     *
     * @param leg which leg
     * @param requests rendered so far
     * @param connections open so far
     * @param http the version of HTTP: {@code 1.1} or {@code 2}
     * @param tls what speaks TLS: {@code openssl} or {@code jdk}; absent without {@code https}
     */
    record Prepared(int leg, long requests, int connections, String http, Optional<String> tls) implements Answer {}

    /**
     * The leg ends.
     *
     * @param leg which leg
     * @param wallMicros from when on nothing is scheduled, by the agent's own wall clock, in µs since the epoch: as
     *     asked for, or now when that has passed
     */
    record Ends(int leg, long wallMicros) implements Answer {}
}
