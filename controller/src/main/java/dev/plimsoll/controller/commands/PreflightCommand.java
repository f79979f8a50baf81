package dev.plimsoll.controller.commands;

import dev.plimsoll.agent.preflight.MachineLook;
import dev.plimsoll.agent.protocol.LookRequest;
import dev.plimsoll.controller.run.PreflightPlan;
import dev.plimsoll.measurements.Fact;
import dev.plimsoll.measurements.MachineFacts;
import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.preflight.Check;
import dev.plimsoll.reports.preflight.Examination;
import dev.plimsoll.reports.preflight.Machine;
import dev.plimsoll.reports.preflight.PreflightReport;
import dev.plimsoll.reports.preflight.VersionsLock;
import dev.plimsoll.reports.render.PreflightText;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Preflight;
import dev.plimsoll.scenarios.PreflightCheck;
import dev.plimsoll.scenarios.Scenario;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plimsoll preflight}. */
@Command(
        name = "preflight",
        description = {
            "Is this machine fit to be measured? Looks at GPUs, versions, kernel, clock, disk and the way to the target.%n",
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

    private final Console console;
    private final Map<String, String> environment;

    @Parameters(
            paramLabel = "SCENARIO",
            arity = "0..1",
            description = "Looks at this machine as the scenario's nodes, and holds it against its `preflight`.")
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
            names = "--format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "What goes to the standard output (default: text).")
    private RunOptions.Format format;

    @Option(names = "--no-color", description = "No colours. NO_COLOR in the environment does the same.")
    private boolean noColor;

    PreflightCommand(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    /** What is looked at, and what it is held against. */
    private record Subject(
            Preflight wanted, Optional<Target> target, List<PreflightPlan.Look> looks, Map<String, String> unseen) {
        boolean seen() {
            return unseen.isEmpty()
                    || looks.stream().anyMatch(look -> !look.serves().isEmpty());
        }
    }

    @Override
    public Integer call() throws CommandException, ScenarioException, InterruptedException {
        Optional<ScenarioFile> file = Optional.empty();
        if (scenario.isPresent()) {
            requireNoneOf("SCENARIO says it", url.isPresent() ? "--url" : "", model.isPresent() ? "--model" : "");
            file = Optional.of(Scenarios.read(scenario.get(), overrides, environment));
        }
        UnaryOperator<String> masking = file.<UnaryOperator<String>>map(found -> new Masking(found.secrets()))
                .orElse(UnaryOperator.identity());
        PreflightPlan.Place here = new PreflightPlan.Place("here", host(), host());
        Subject subject = file.isPresent() ? of(file.get().scenario(), here) : ofThisMachine(here);
        VersionsLock locked = lock.isPresent()
                ? Locks.read(lock.get())
                : writeLock.isPresent() ? VersionsLock.NONE : Locks.of(subject.wanted());
        boolean asked = writeLock.isPresent() || locked.versions().containsKey(PreflightCheck.VERSIONS_VLLM);
        Optional<Fact> served = subject.target()
                .filter(target -> asked && target.api() != Api.HTTP)
                .map(TargetVersion::of);
        Examination examination = new Examination(subject.wanted(), locked);
        List<Check> checks = new ArrayList<>();
        Optional<MachineFacts> facts = Optional.empty();
        for (PreflightPlan.Look look : subject.looks()) {
            MachineFacts found = MachineLook.here().look(look.place().host(), look.request());
            facts = Optional.of(found);
            for (Machine machine : look.machines(found)) {
                checks.addAll(examination.machine(machine));
            }
        }
        subject.unseen().forEach((node, why) -> checks.addAll(examination.unseen(node, why)));
        served.ifPresent(version -> checks.addAll(examination.target(version)));
        PreflightReport report = new PreflightReport(checks);
        report = report.plus(examination.unmet(report));
        Console shown = noColor ? console.plain() : console;
        shown.print(masking.apply(
                format == RunOptions.Format.JSON
                        ? BundleJson.file(report)
                        : PreflightText.render(report, shown.colourOut(), shown.width())));
        if (writeLock.isPresent()) {
            write(
                    writeLock.get(),
                    VersionsLock.of(
                            facts.orElseThrow(), served.filter(Fact::known).map(Fact::value)));
        }
        return ExitCode.ofPreflight(report, subject.seen()).code();
    }

    private static void requireNoneOf(String reason, String... given) throws CommandException {
        for (String option : given) {
            if (!option.isEmpty()) {
                throw new CommandException(ExitCode.USAGE, option + " is for a look without a scenario: " + reason);
            }
        }
    }

    private static Subject of(Scenario scenario, PreflightPlan.Place here) {
        PreflightPlan plan = PreflightPlan.of(scenario, List.of(here), true);
        return new Subject(scenario.preflight(), Optional.of(scenario.target()), plan.looks(), plan.unseen());
    }

    private Subject ofThisMachine(PreflightPlan.Place here) throws CommandException {
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
        Optional<Target> target = Optional.empty();
        List<String> targets = List.of();
        if (url.isPresent()) {
            URI uri = url.get();
            if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                throw new CommandException(ExitCode.USAGE, "--url is http://host[:port] or https://…, not " + uri);
            }
            targets = List.of(PreflightPlan.hostAndPort(uri));
            target = Optional.of(new Target(
                    List.of(uri),
                    Api.OPENAI_CHAT,
                    Target.MODEL_AUTO,
                    true,
                    Map.of(),
                    TARGET_LIMIT,
                    Target.Connections.DEFAULT,
                    Optional.empty()));
        }
        LookRequest request = new LookRequest(model, python, true, targets);
        PreflightPlan.Look look = new PreflightPlan.Look(here, List.of(here.host()), true, here.host(), request);
        return new Subject(wanted, target, List.of(look), Map.of());
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
