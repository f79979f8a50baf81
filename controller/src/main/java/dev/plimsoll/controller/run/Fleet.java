package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.AgentFacts;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** Where the agents of a run live. Safe for use by several threads. */
interface Fleet extends AutoCloseable {
    /** The bus that reaches them. */
    Vertx vertx();

    /** How many agents will greet. */
    int expected();

    /**
     * Brings the agents up, once the controller listens.
     *
     * @param gone told which agents will not come back, and why, a sentence; on any thread
     */
    void start(BiConsumer<Predicate<AgentFacts>, String> gone) throws RunException, InterruptedException;

    /** How long agents may take to greet before those that have not are replaced once. */
    default Duration patience() {
        return Duration.ofSeconds(30);
    }

    /** Whether the agents read the clock of this process, so that there is nothing to compare. */
    default boolean sharesClock() {
        return false;
    }

    /** How long before the start of a leg agents are told of it: a message may be late by so much. */
    default Duration ahead() {
        return Duration.ofMillis(400);
    }

    /**
     * Ends the agents that have not greeted, and starts others in their place. On a busy machine it happens that one gets
     * stuck in joining the cluster, and a new one does not.
     *
     * @param greeted tells those that have
     */
    default void replaceSilent(Predicate<Long> greeted) throws RunException {}

    /** An agent is lost for good: it must not go on with its load, even if it lives. Returns at once. */
    default void giveUp(AgentFacts lost) {}

    /** Ends agents and bus; returns within a few seconds. Does nothing the second time. */
    @Override
    void close();

    /** Makes the fleet of a run; nothing is started yet but the bus. */
    interface Factory {
        /** With a directory for the agents' logs. */
        Fleet open(Path directory) throws RunException, InterruptedException;
    }
}
