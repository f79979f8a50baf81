package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.Command;
import dev.plimsoll.agent.protocol.ProtocolCodec;
import dev.plimsoll.agent.protocol.ProtocolException;
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
            // The first message takes long to be written and read, for its classes; this one is for nobody.
            ProtocolCodec.decode(ProtocolCodec.encode(new Command.Ping(0)), Command.class);
        } catch (RunException | ProtocolException | RuntimeException | LinkageError e) {
            opening.completeExceptionally(e);
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
