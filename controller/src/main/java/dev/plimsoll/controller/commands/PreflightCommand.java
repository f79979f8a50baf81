package dev.plimsoll.controller.commands;

import dev.plimsoll.agent.preflight.MachineLook;
import dev.plimsoll.agent.protocol.LookRequest;
import dev.plimsoll.controller.run.PreflightPlan;
import dev.plimsoll.controller.run.PreflightTour;
import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.MachineFacts;
import dev.plimsoll.reports.preflight.Check;
import dev.plimsoll.reports.preflight.Examination;
import dev.plimsoll.reports.preflight.Machine;
import dev.plimsoll.reports.preflight.PreflightReport;
import dev.plimsoll.reports.preflight.VersionsLock;
import dev.plimsoll.reports.render.PreflightText;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Preflight;
import dev.plimsoll.scenarios.PreflightCheck;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioFile;
import dev.plimsoll.scenarios.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plimsoll preflight}. */
@Command(
        name = "preflight",
        description = {
            "Is this machine fit to be measured, or are a scenario's? Looks at GPUs, versions, kernel, clock, disk and the way to the target.%n",
            "0: nothing is wrong, 1: a check failed, 2: usage or scenario error, 3: the nodes could not be looked at. "
                    + "Warnings and unknowns change no exit code. `plimsoll gate` looks at the same before it sends load.%n"
        },
        footer = {
            "",
            "Examples: plimsoll preflight --url http://127.0.0.1:8000 --model /models/llama",
            "          plimsoll preflight --write-lock            (on a node that is known to be good)",
            "          plimsoll preflight --lock versions.lock.yaml"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class PreflightCommand implements Callable<Integer> {
    private static final Duration TARGET_LIMIT = Duration.ofSeconds(3);
    private static final int MOST_AGENTS = 64;

    private final Console console;
    private final Map<String, String> environment;

    @Parameters(
            paramLabel = "SCENARIO",
            arity = "0..1",
            description = "Looks from where a gate of it would, at its nodes, and holds them against its `preflight`.")
    private Optional<String> scenario;

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "Override a key of the scenario, such as preflight.driver_minimum=550.54.15. Repeatable.")
    private List<String> overrides = List.of();

    @Option(names = "--url", paramLabel = "URL", description = "The target, without a scenario.")
    private Optional<URI> url;

    @Option(names = "--model", paramLabel = "PATH", description = "Where the model lies, without a scenario.")
    private Optional<String> model;

    @Option(names = "--python", paramLabel = "PROGRAM", description = "The Python that serves, without a scenario.")
    private Optional<String> python;

    @Option(names = "--lock", paramLabel = "FILE", description = "Hold versions against this file.")
    private Optional<Path> lock;

    @Option(
            names = "--write-lock",
            paramLabel = "FILE",
            arity = "0..1",
            fallbackValue = VersionsLock.FILE,
            description = "Write this machine's versions to a file (${FALLBACK-VALUE}).")
    private Optional<Path> writeLock;

    @Option(names = "--force", description = "Let --write-lock replace a file.")
    private boolean force;

    @Option(
            names = "--agents",
            paramLabel = "N",
            defaultValue = "0",
            description = "Look by as many agent processes as the gate has, up to 64; 0: by this process (default).")
    private int agents;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    PreflightCommand(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    @Override
    public Integer call() throws CommandException, ScenarioException, RunException, InterruptedException {
        return scenario.isPresent() ? ofScenario(scenario.get()) : ofThisMachine();
    }

    private int ofScenario(String name) throws CommandException, ScenarioException, RunException, InterruptedException {
        requireNoneOf("SCENARIO says it", url.isPresent() ? "--url" : "", model.isPresent() ? "--model" : "");
        if (agents < 0 || agents > MOST_AGENTS) {
            throw new CommandException(ExitCode.USAGE, "--agents is from 0 to " + MOST_AGENTS + ", not " + agents);
        }
        ScenarioFile file = Scenarios.read(name, overrides, environment);
        Preflight wanted = file.scenario().preflight();
        VersionsLock locked = locked(wanted);
        Optional<Fact> served = served(locked, Optional.of(file.scenario().target()));
        PreflightTour tour = PreflightTour.take(file, locked, agents, console::say);
        return tell(
                new Found(tour.report(), tour.firstNode(), tour.seen()),
                wanted,
                locked,
                served,
                new Masking(file.secrets()));
    }

    private int ofThisMachine() throws CommandException, InterruptedException {
        if (agents != 0) {
            throw new CommandException(ExitCode.USAGE, "--agents is for the look at a SCENARIO");
        }
        Preflight none = Preflight.DEFAULT;
        Preflight wanted = new Preflight(
                none.driverMinimum(),
                none.drivers(),
                none.lock(),
                model,
                python,
                none.limits(),
                none.required(),
                none.tolerated());
        VersionsLock locked = locked(wanted);
        List<String> targets = url.isPresent() ? List.of(PreflightPlan.hostAndPort(checked(url.get()))) : List.of();
        Optional<Fact> served = served(locked, url.map(PreflightCommand::target));
        String host = host();
        MachineFacts facts = MachineLook.here().look(host, new LookRequest(model, python, true, targets));
        List<Check> checks = new Examination(wanted, locked).machine(new Machine(host, true, true, facts));
        return tell(
                new Found(new PreflightReport(checks), Optional.of(facts), true),
                wanted,
                locked,
                served,
                UnaryOperator.identity());
    }

    private VersionsLock locked(Preflight wanted) throws CommandException {
        return lock.isPresent() ? Locks.read(lock.get()) : writeLock.isPresent() ? VersionsLock.NONE : Locks.of(wanted);
    }

    /** The version that the target tells, where somebody wants to know it. */
    private Optional<Fact> served(VersionsLock locked, Optional<Target> target) {
        boolean asked = writeLock.isPresent() || locked.versions().containsKey(PreflightCheck.VERSIONS_VLLM);
        return target.filter(one -> asked && one.api() != Api.HTTP).map(TargetVersion::of);
    }

    /** What a look found: the checks, a machine whose versions can be locked, and whether anything could be looked at. */
    private record Found(PreflightReport report, Optional<MachineFacts> machine, boolean seen) {}

    private int tell(
            Found found, Preflight wanted, VersionsLock locked, Optional<Fact> served, UnaryOperator<String> masking)
            throws CommandException {
        PreflightReport report = served.map(
                        version -> found.report().plus(new Examination(wanted, locked).target(version)))
                .orElse(found.report());
        output.print(console, report, shown -> PreflightText.render(report, shown.colourOut(), shown.width()), masking);
        if (writeLock.isPresent()) {
            MachineFacts machine = found.machine().orElseGet(() -> new MachineFacts("", Map.of(), List.of()));
            write(
                    writeLock.get(),
                    VersionsLock.of(machine, served.filter(Fact::known).map(Fact::value)));
        }
        return ExitCode.ofPreflight(report, found.seen()).code();
    }

    private static void requireNoneOf(String reason, String... given) throws CommandException {
        for (String option : given) {
            if (!option.isEmpty()) {
                throw new CommandException(ExitCode.USAGE, option + " is for a look without a scenario: " + reason);
            }
        }
    }

    private static URI checked(URI url) throws CommandException {
        if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw new CommandException(ExitCode.USAGE, "--url is http://host[:port] or https://…, not " + url);
        }
        return url;
    }

    private static Target target(URI url) {
        return new Target(
                List.of(url),
                Api.OPENAI_CHAT,
                Target.MODEL_AUTO,
                true,
                Map.of(),
                TARGET_LIMIT,
                Target.Connections.DEFAULT,
                Optional.empty());
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private void write(Path file, VersionsLock versions) throws CommandException {
        if (versions.versions().isEmpty()) {
            throw new CommandException(
                    ExitCode.INCONCLUSIVE,
                    "no version is known here, so no lock file was written: run it where nvidia-smi and the serving Python "
                            + "are, or name them with --python and --url");
        }
        try {
            if (Files.exists(file) && !force && !Files.readString(file).equals(versions.yaml())) {
                throw new CommandException(
                        ExitCode.USAGE,
                        file + " is there already and is different: name another file, or replace it with --force");
            }
            Files.writeString(file, versions.yaml());
        } catch (IOException e) {
            throw new CommandException(ExitCode.FAILED, file + " cannot be written: " + e.getMessage(), e);
        }
        console.say("wrote " + file + ": "
                + String.join(
                        ", ",
                        versions.versions().entrySet().stream()
                                .map(one -> one.getKey().id().replaceFirst("versions\\.", "") + " " + one.getValue())
                                .toList()));
    }
}
