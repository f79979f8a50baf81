package dev.plimsoll.controller.commands;

import dev.plimsoll.agent.transport.Transports;
import dev.plimsoll.controller.run.RunRequest;
import dev.plimsoll.scenarios.ScenarioFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code gate} and {@code run} are told. */
@SuppressWarnings("NullAway.Init") // set by picocli
final class RunOptions {
    /** How results are printed. */
    enum Format {
        TEXT,
        JSON
    }

    @Parameters(
            paramLabel = "SCENARIO",
            description = "A YAML file, or the name of a ready scenario, such as chat-gate.")
    String scenario;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "runs",
            description = "Where run bundles are kept (default: ${DEFAULT-VALUE}).")
    Path out;

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "Override a key of the scenario, such as target.url=http://127.0.0.1:8000. Repeatable.")
    List<String> overrides = List.of();

    @Option(
            names = "--agents",
            paramLabel = "N",
            defaultValue = "0",
            description = "Agent processes on this machine, up to 64; 0: the load comes from this process (default).")
    int agents;

    @Option(
            names = "--format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "What goes to the standard output: a report for people, or JSON alone (default: text).")
    Format format;

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            description = "io_uring, epoll or nio (default: the best one that works here).")
    Optional<String> transport;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress.")
    boolean quiet;

    @Option(names = "--no-color", description = "No colours. NO_COLOR in the environment does the same.")
    boolean noColor;

    /** The run that is wanted. */
    RunRequest request(ScenarioFile file, boolean judge) throws CommandException {
        try {
            if (transport.isPresent()) {
                Transports.choose(transport);
            }
            return new RunRequest(file, out, agents, judge, transport);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }
}
