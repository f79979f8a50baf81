package dev.plimsoll.controller.commands;

import dev.plimsoll.agent.transport.Transports;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.BindException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** The life of a command that serves until a signal ends it. */
final class Serving implements AutoCloseable {
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Vertx vertx;

    /** Takes the signals that end a program from here on. */
    Serving() {
        Signals.take(name -> ended.countDown());
        vertx = Vertx.builder()
                .withTransport(Transports.choose(Optional.empty()))
                .build();
    }

    /**
     * Starts a server.
     *
     * @param place where it is to listen, as a person writes it
     * @throws CommandException when it cannot listen there
     */
    <T> T start(String place, Function<Vertx, Future<T>> server) throws CommandException {
        try {
            return server.apply(vertx).toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            boolean taken = cause instanceof BindException
                    || String.valueOf(cause.getMessage()).contains("in use");
            throw new CommandException(
                    ExitCode.FAILED,
                    "cannot listen on " + place + ": " + cause.getMessage()
                            + (taken ? "; choose another port with --port, or any free one with --port 0" : ""),
                    e);
        }
    }

    /** Waits for the signal. */
    void untilSignalled() throws InterruptedException {
        ended.await();
    }

    /** Ends all that was started, as far as that is done within 10 s: the process ends after it. */
    @Override
    public void close() {
        try {
            vertx.close().await(CLOSING.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            // An event loop hangs; the end of the process ends it.
            return;
        }
    }
}
