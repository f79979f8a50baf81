package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.coldstart.ColdStartException;
import dev.plimsoll.controller.coldstart.ColdStartRun;
import dev.plimsoll.reports.coldstart.ColdStartReport;
import dev.plimsoll.reports.render.ColdStartText;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plimsoll coldstart}. */
@Command(
        name = "coldstart",
        description = {
            "How long does a server take from its start to /health, and to its first token?%n",
            "Starts COMMAND again and again, ends it and its process group each time, and tells the spread. Without a "
                    + "COMMAND it waits for the endpoint to go down and come up again.%n"
        },
        footer = {
            "",
            "Example: plimsoll coldstart --repeat 5 --drop-caches -- vllm serve /models/llama --port 8000",
            "",
            "0: measured, 2: usage, 4: a start did not come up."
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class ColdstartCommand implements Callable<Integer> {
    private static final int REPEAT = 3;

    private final Console console;

    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "Starts the server; write it after --.")
    private List<String> command = List.of();

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8000",
            description = "Where it serves (${DEFAULT-VALUE}).")
    private URI url;

    @Option(names = "--repeat", paramLabel = "N", description = "How many starts (3; 1 without a COMMAND).")
    private Optional<Integer> repeat;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "1800",
            description = "How long one start may take (${DEFAULT-VALUE}).")
    private long timeoutSeconds;

    @Option(names = "--drop-caches", description = "Drop the page cache before each start; takes root.")
    private boolean dropCaches;

    @Option(names = "-H", paramLabel = "'NAME: VALUE'", description = "A header of each request. Repeatable.")
    private List<String> headers = List.of();

    @Option(names = "--logs", paramLabel = "DIR", description = "Keep the server's output there, a file a start.")
    private Optional<Path> logs;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    ColdstartCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandException, InterruptedException {
        ColdStartRun run = new ColdStartRun(plan(), console::say);
        Signals.take(name -> {
            console.say("interrupted by " + name + ": ending the server");
            run.stop();
        });
        try {
            ColdStartReport report = run.run();
            output.print(console, report, shown -> ColdStartText.render(report), UnaryOperator.identity());
            return ExitCode.DONE.code();
        } catch (ColdStartException e) {
            throw new CommandException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    private ColdStartRun.Plan plan() throws CommandException {
        Map<String, String> sent = new LinkedHashMap<>();
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw new CommandException(ExitCode.USAGE, "-H is 'NAME: VALUE', not \"" + header + "\"");
            }
            sent.put(
                    header.substring(0, colon).strip(),
                    header.substring(colon + 1).strip());
        }
        try {
            if (logs.isPresent()) {
                Files.createDirectories(logs.get());
            }
            return new ColdStartRun.Plan(
                    command,
                    url,
                    sent,
                    repeat.orElse(command.isEmpty() ? 1 : REPEAT),
                    Duration.ofSeconds(timeoutSeconds),
                    dropCaches,
                    logs);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, logs.orElseThrow() + " cannot be made: " + e.getMessage(), e);
        }
    }
}
