package dev.plimsoll.controller.commands;

import dev.plimsoll.simulator.Simulator;
import dev.plimsoll.simulator.SimulatorOptions;
import java.util.concurrent.Callable;
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
        SimulatorOptions built = options.build();
        try (Serving serving = new Serving()) {
            Simulator simulator = serving.start(options.place(), vertx -> Simulator.start(vertx, built));
            if (options.unready().isPositive()) {
                simulator.faults().unready(options.unready());
            }
            console.print(simulator.url() + "\n");
            console.say("simulating " + String.join(", ", simulator.options().models()) + " (" + options.model()
                    + "); Ctrl-C ends it");
            serving.untilSignalled();
            return ExitCode.DONE.code();
        }
    }
}
