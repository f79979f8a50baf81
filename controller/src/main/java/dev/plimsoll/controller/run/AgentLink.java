package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.ProtocolCodec;
import dev.plimsoll.agent.protocol.ProtocolException;
import dev.plimsoll.reports.bundle.RunInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * One agent as the controller knows it: who it is, its clock, its state, and the way to it.
 *
 * <p>Beats are noted on the bus' thread, so that slow files never look like a silent agent; all else belongs to the
 * run's thread.
 */
final class AgentLink {
    private final Vertx vertx;
    private final AgentFacts facts;
    private final Set<Integer> endedLegs = new HashSet<>();
    private volatile long lastHeard;
    private volatile boolean lost;
    private String state = "expected";
    private long offsetMicros;
    private long uncertaintyMicros = Long.MAX_VALUE;

    AgentLink(Vertx vertx, AgentFacts facts, long nanos) {
        this.vertx = vertx;
        this.facts = facts;
        lastHeard = nanos;
    }

    AgentFacts facts() {
        return facts;
    }

    String id() {
        return facts.id();
    }

    /** Notes that something came from it, from any thread. */
    void heard(long nanos) {
        lastHeard = nanos;
    }

    /** When something last came from it, by {@link System#nanoTime()}. */
    long lastHeard() {
        return lastHeard;
    }

    /** Gives it up for good, from any thread: its beats are answered no more, so that it stops its load. */
    void lose() {
        lost = true;
    }

    boolean isLost() {
        return lost;
    }

    void state(String changed) {
        state = changed;
    }

    /** Takes the measurement of its clock that is surest. */
    void clock(long offset, long uncertainty) {
        if (uncertainty < uncertaintyMicros) {
            offsetMicros = offset;
            uncertaintyMicros = uncertainty;
        }
    }

    /** Its wall clock − the controller's, in µs. */
    long offsetMicros() {
        return offsetMicros;
    }

    void legEnded(int leg) {
        endedLegs.add(leg);
    }

    boolean hasEnded(int leg) {
        return endedLegs.contains(leg);
    }

    /** As {@code run.json} tells of it. */
    RunInfo.AgentRef ref() {
        return new RunInfo.AgentRef(
                facts.id(),
                facts.label(),
                facts.version(),
                facts.host(),
                offsetMicros,
                uncertaintyMicros == Long.MAX_VALUE ? 0 : uncertaintyMicros,
                lost ? "lost" : state);
    }

    /** Sends a command. The answer comes on a thread of the bus; it fails when none comes within the limit. */
    Future<Answer> ask(Command command, Duration limit) {
        return vertx.eventBus()
                .<Object>request(
                        ProtocolCodec.agentAddress(facts.id()),
                        ProtocolCodec.encode(command),
                        new DeliveryOptions().setSendTimeout(limit.toMillis()))
                .compose(message -> {
                    heard(System.nanoTime());
                    try {
                        return Future.succeededFuture(
                                ProtocolCodec.decode(MessageBody.bytes(message.body()), Answer.class));
                    } catch (ProtocolException e) {
                        return Future.failedFuture(e);
                    }
                });
    }
}
