package dev.plimsoll.controller.commands;

import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.simulator.Simulator;
import io.vertx.core.Vertx;
import java.net.BindException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code plimsoll sim}. */
@Command(
        name = "sim",
        description = {
            "A server that looks like vLLM from outside, timed by a model of the engine: no GPU needed.%n",
            "Prints its URL when it is ready, and runs until a signal ends it (exit code 0).%n"
        },
        footer = {"", "Example of a bad release: plimsoll sim --decode-factor 2 --error-ratio 0.01"})
final class SimCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final SimOptions options = new SimOptions();

    SimCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandException, InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        Signals.take(name -> ended.countDown());
        Vertx vertx = Vertx.builder()
                .withTransport(Transports.choose(Optional.empty()))
                .build();
        try {
            Simulator simulator = start(vertx);
            if (options.unready().isPositive()) {
                simulator.faults().unready(options.unready());
            }
            console.print(simulator.url() + "\n");
            console.say("simulating " + String.join(", ", simulator.options().models()) + " (" + options.model()
                    + "); Ctrl-C ends it");
            ended.await();
            simulator.close().toCompletionStage().toCompletableFuture().join();
            return ExitCode.DONE.code();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private Simulator start(Vertx vertx) throws CommandException {
        try {
            return Simulator.start(vertx, options.build())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            boolean taken = cause instanceof BindException
                    || String.valueOf(cause.getMessage()).contains("in use");
            throw new CommandException(
                    ExitCode.FAILED,
                    "cannot listen on " + options.place() + ": " + cause.getMessage()
                            + (taken ? "; choose another port with --port, or any free one with --port 0" : ""),
                    e);
        }
    }
}
