package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.service.ControllerService;
import dev.plimsoll.controller.service.ServiceOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code plimsoll controller}. */
@Command(
        name = "controller",
        description = {
            "Serves the bundles of a store over HTTP, for Argo Rollouts and for people, and answers Flagger's webhooks.%n",
            "Prints its URL when it is ready, and runs until a signal ends it (exit code 0). It asks nobody who they "
                    + "are: keep it where only the cluster reaches it.",
            "A gate that outlived a controller which was killed is adopted by the next one on its store.%n"
        },
        footer = {"", "Example: plimsoll controller --port 8090 --store runs --scenarios scenarios"})
@SuppressWarnings("NullAway.Init") // set by picocli
final class ControllerCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8090",
            description = "Port; 0: any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to listen on; 0.0.0.0: every one (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(
            names = "--store",
            paramLabel = "DIR",
            defaultValue = "runs",
            description = "Where run bundles are kept: the --out of gates (default: ${DEFAULT-VALUE}).")
    private Path store;

    @Option(
            names = "--scenarios",
            paramLabel = "DIR",
            description = "Scenarios that a hook may gate a release with, by name: NAME.yaml (none).")
    private Optional<Path> scenarios;

    @Option(
            names = "--gates",
            paramLabel = "N",
            defaultValue = "1",
            description = "Gates at once; the others wait (default: ${DEFAULT-VALUE}).")
    private int gates;

    @Option(
            names = "--silence",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "A run that has written nothing for so long was killed (default: ${DEFAULT-VALUE}).")
    private long silence;

    ControllerCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandException, InterruptedException {
        ServiceOptions options = options();
        String shown = (host.contains(":") ? "[" + host + "]" : host) + ":";
        try (Serving serving = new Serving()) {
            ControllerService service = serving.start(
                    shown + port, vertx -> ControllerService.start(vertx, options, InstantSource.system()));
            console.print("http://" + shown + service.port() + "\n");
            console.say("serving the runs of " + store
                    + options.scenarios()
                            .map(s -> ", and gating with the scenarios of " + s)
                            .orElse("")
                    + "; Ctrl-C ends it");
            serving.untilSignalled();
            console.say("stopping");
            service.close();
            return ExitCode.DONE.code();
        }
    }

    private ServiceOptions options() throws CommandException {
        if (scenarios.isPresent() && !Files.isDirectory(scenarios.get())) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--scenarios " + scenarios.get() + " is no directory; name one that holds NAME.yaml files");
        }
        if (Files.exists(store) && !Files.isDirectory(store)) {
            throw new CommandException(
                    ExitCode.USAGE, "--store " + store + " is no directory; name the --out of gates");
        }
        try {
            return new ServiceOptions(host, port, store, scenarios, gates, Duration.ofSeconds(silence));
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }
}
