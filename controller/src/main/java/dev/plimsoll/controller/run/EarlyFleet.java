package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.AgentFacts;
import dev.plimsoll.agent.protocol.Answer;
import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.Plan;
import dev.plimsoll.agent.protocol.ProtocolCodec;
import dev.plimsoll.agent.protocol.ProtocolException;
import dev.plimsoll.agent.protocol.Report;
import dev.plimsoll.agent.protocol.TargetFacts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The bus and the event loops of a run in this process, made on a thread of their own while the run itself is still being
 * made: on two cores that halves the time until the first request. Safe for use by several threads.
 */
public final class EarlyFleet implements AutoCloseable {
    private final CompletableFuture<Fleet> opening = new CompletableFuture<>();
    private boolean taken;

    private EarlyFleet() {}

    /**
     * Begins to open it.
     *
     * @param transport {@code io_uring}, {@code epoll} or {@code nio}; absent: the best one
     * @param shards event loops that carry load; absent: one fewer than cores
     */
    public static EarlyFleet begin(Optional<String> transport, OptionalInt shards) {
        EarlyFleet early = new EarlyFleet();
        Thread.ofPlatform().daemon().name("plimsoll-early").start(() -> early.open(transport, shards));
        return early;
    }

    private void open(Optional<String> transport, OptionalInt shards) {
        try {
            opening.complete(LocalFleet.open(transport, shards));
            rehearse();
        } catch (RunException | ProtocolException | RuntimeException | LinkageError e) {
            opening.completeExceptionally(e);
        }
    }

    /**
     * The first message of a kind takes long to be written and read, for its classes. These, in the order of a run, are for
     * nobody.
     */
    private static void rehearse() throws ProtocolException {
        AgentFacts facts = new AgentFacts("", "", "", "", 0, 1, "", 1);
        TargetFacts target = new TargetFacts(
                List.of(), Optional.empty(), Optional.empty(), Map.of(), TargetFacts.Vocabulary.BUILT_IN, List.of());
        ProtocolCodec.decode(ProtocolCodec.encode(new Report.Hello(facts)), Report.class);
        List<Command> commands = List.of(
                new Command.Adopt(new Plan("", "", Map.of(), 0, 1)),
                new Command.PrepareLeg("", 0, target),
                new Command.StartLeg("", 0, 0));
        for (Command command : commands) {
            ProtocolCodec.decode(ProtocolCodec.encode(command), Command.class);
        }
        for (Answer answer : List.of(new Answer.Done(), new Answer.Prepared(0, 0, 0, "", Optional.empty()))) {
            ProtocolCodec.decode(ProtocolCodec.encode(answer), Answer.class);
        }
    }

    /** Gives it to a run, which closes it; waits until it is open. */
    synchronized Fleet take() throws RunException, InterruptedException {
        taken = true;
        try {
            return opening.get();
        } catch (ExecutionException e) {
            @Nullable Throwable cause = e.getCause();
            throw new RunException("the event loops could not be made: " + (cause == null ? e : cause.getMessage()), e);
        }
    }

    /** Closes it, unless a run has it. */
    @Override
    public synchronized void close() {
        if (taken) {
            return;
        }
        try {
            opening.join().close();
        } catch (CompletionException failed) {
            // What was not opened needs no closing.
            return;
        }
    }
}
