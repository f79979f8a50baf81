package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.run.AgentHost;
import dev.plimsoll.controller.run.RunException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code plimsoll agent}. */
@Command(
        name = "agent",
        description = {
            "A load agent that joins a controller, does what it says, and ends when the controller does.%n",
            "`gate --agents N` starts agents by itself; this command is for agents on other machines.%n"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class AgentCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--cluster",
            required = true,
            paramLabel = "NAME",
            description = "The cluster's name; the controller shows it.")
    private String cluster;

    @Option(
            names = "--controller",
            required = true,
            paramLabel = "HOST:PORT",
            description = "Where the controller listens for members.")
    private String controller;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address of this machine that members reach (${DEFAULT-VALUE}).")
    private String bind;

    @Option(names = "--port", description = "Port for members (any free one).")
    private Optional<Integer> port;

    @Option(
            names = "--label",
            paramLabel = "NAME",
            description = "Name in scenarios, for probes of its node (the host's).")
    private Optional<String> label;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description = "Event loops that send load (one fewer than cores, from 1 to 8).")
    private Optional<Integer> shards;

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            description = "io_uring, epoll or nio (the best that works here).")
    private Optional<String> transport;

    AgentCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandException, RunException, InterruptedException {
        AgentHost.Options options;
        try {
            options = new AgentHost.Options(cluster, controller, bind, number(port), label, number(shards), transport);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
        console.say("joining " + controller);
        AgentHost.serve(options);
        return ExitCode.DONE.code();
    }

    private static OptionalInt number(Optional<Integer> value) {
        return value.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }
}
