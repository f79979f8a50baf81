package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.controller.run.RunOutcome;
import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.render.WrkFigures;
import dev.plimsoll.reports.render.WrkText;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.scenarios.ScenarioException;
import dev.plimsoll.scenarios.ScenarioFile;
import dev.plimsoll.scenarios.ScenarioReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code plimsoll wrk}. The program starts it without the parser of the other commands ({@link #start}); that parser knows
 * of it for help, and hands all arguments on.
 */
@Command(
        name = "wrk",
        customSynopsis = "plimsoll wrk [OPTIONS] URL",
        description = {
            "Load a URL as wrk and wrk2 do: their options, their output.%n",
            "Without -R each connection sends its next request when it has its answer; with -R requests come by the clock, "
                    + "and latency counts from the instant each was due.%n",
            "  -c, --connections N   connections (10)",
            "  -d, --duration T      how long to send (10s)",
            "  -t, --threads N       event loops that share the connections (2)",
            "  -R, --rate N          requests a second, over all connections",
            "  -H, --header H        a header, such as \"Accept: text/html\"; repeatable",
            "  -L, --latency         print the distribution of latencies",
            "  -U, --u_latency       with -R, also from the instant each request was sent",
            "  -T, --timeout T       how long an answer may take (2s)",
            "  -v, --version         print the version",
            "      --format FORMAT   text, or json: what summary.json of a run bundle holds",
            "      --out DIR         keep a run bundle with a report there",
            "      --transport NAME  io_uring, epoll or nio (the best one that works here)%n",
            "Numbers may have a unit (1k, 1M, 1G), times too (2s, 2m, 2h). Lua scripts (-s) are not run: a scenario "
                    + "with `workload:` entries says what they said.%n"
        },
        footer = {"", "Example: plimsoll wrk -t2 -c100 -d30s --latency http://127.0.0.1:8080/index.html"})
final class WrkCommand implements Callable<Integer> {
    /** Its name on the command line. */
    static final String NAME = "wrk";

    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(10);
    private static final double LATE_MILLIS = 5;
    private static final double BUSY = 0.9;

    private final Console console;
    private final Map<String, String> environment;

    @Parameters(arity = "0..*", hidden = true)
    private final List<String> arguments = new ArrayList<>();

    WrkCommand(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    /** Whether {@link #start} can take this command line: it is one of {@code wrk} and asks for no help. */
    static boolean takes(List<String> line) {
        return !line.isEmpty() && line.getFirst().equals(NAME) && !line.contains("--help") && !line.contains("-h");
    }

    /**
     * Runs a command line that {@link #takes} takes.
     *
     * @return the exit code
     */
    static int start(Console console, Map<String, String> environment, List<String> line) {
        WrkCommand command = new WrkCommand(console, environment);
        List<String> own = line.subList(1, line.size());
        try {
            return command.run(WrkArguments.parse(own));
        } catch (CommandException | ScenarioException | RunException | RuntimeException e) {
            return Failures.tell(console, e, own.contains("--debug"));
        }
    }

    @Override
    public Integer call() throws CommandException, ScenarioException, RunException {
        return run(WrkArguments.parse(arguments));
    }

    private int run(WrkArguments wanted) throws CommandException, ScenarioException, RunException {
        if (wanted.version()) {
            Version.print(console);
        }
        if (wanted.url().isEmpty()) {
            if (wanted.version()) {
                return ExitCode.DONE.code();
            }
            throw new CommandException(ExitCode.USAGE, "which URL? see: plimsoll wrk --help");
        }
        URI url = AdHocScenario.url(wanted.url().get());
        AdHocRun.Options options = new AdHocRun.Options(
                wanted.out(), wanted.transport(), OptionalInt.of(Math.toIntExact(wanted.threads())), true);
        try (AdHocRun run = AdHocRun.prepare(options)) {
            ScenarioFile file = scenario(wanted, url);
            FirstConnection.check(url, connectTimeout(wanted));
            return load(wanted, url, file, run);
        }
    }

    /**
     * Without headers and a user in the URL there is nothing secret, and without a bundle nobody asks for its hash: then the
     * text is read as an agent reads it, which takes half the time.
     */
    private ScenarioFile scenario(WrkArguments wanted, URI url) throws CommandException, ScenarioException {
        String yaml = AdHocScenario.wrk(wanted, url);
        boolean plain = wanted.headers().isEmpty()
                && url.getRawUserInfo() == null
                && wanted.out().isEmpty();
        return plain
                ? new ScenarioFile(ScenarioReader.fromResolved(yaml), yaml, yaml, Set.of(), "", Map.of())
                : ScenarioReader.read("the command line", yaml, Path.of(""), List.of(), environment);
    }

    private int load(WrkArguments wanted, URI url, ScenarioFile file, AdHocRun run) throws RunException {
        Masking masking = new Masking(file.secrets());
        if (!wanted.json()) {
            console.print(WrkText.opening(
                    wanted.seconds(), AdHocScenario.shown(url), wanted.threads(), wanted.connections()));
        }
        AdHocRun.Ended ended = run.run(console, file, masking);
        RunOutcome outcome = ended.outcome();
        console.print(masking.apply(wanted.json() ? BundleJson.file(outcome.summary()) : text(wanted, outcome)));
        if (outcome.info().status() != RunInfo.Status.FINISHED && !ended.interrupted()) {
            console.say(masking.apply("plimsoll: " + outcome.info().reason()));
        }
        if (wanted.out().isPresent()) {
            console.say("bundle " + outcome.bundle());
        }
        return ended.code();
    }

    private static Duration connectTimeout(WrkArguments wanted) {
        Duration timeout = Duration.ofSeconds(wanted.timeoutSeconds());
        return timeout.compareTo(LONGEST_CONNECT) < 0 ? timeout : LONGEST_CONNECT;
    }

    private static String text(WrkArguments wanted, RunOutcome outcome) {
        WrkFigures figures = WrkFigures.of(outcome.results(), Math.toIntExact(wanted.threads()));
        WrkText.Detail detail = new WrkText.Detail(
                wanted.latency(), wanted.uncorrected(), wanted.rate().isPresent());
        return WrkText.closing(figures, detail, doubt(wanted, outcome));
    }

    /**
     * Why the figures may not be the server's. Paced requests that find no free connection wait, and the wait is in their
     * latency: that is the server's part as long as the generator itself is on time.
     */
    private static Optional<String> doubt(WrkArguments wanted, RunOutcome outcome) {
        Summary.GeneratorSummary generator = outcome.summary().generator();
        OptionalLong most = WrkFigures.mostUnderWay(outcome.results());
        boolean waited = wanted.rate().isPresent() && most.isPresent() && most.getAsLong() > wanted.connections();
        boolean onTime = generator.eventLoopLagP99Millis().orElse(0.0) <= LATE_MILLIS
                && generator.cpuMax().orElse(0.0) <= BUSY;
        if (waited && onTime) {
            return Optional.of("up to " + most.getAsLong() + " requests were under way or waited for one of "
                    + wanted.connections() + " connections, and the wait is in their latency; with more of them (-c) "
                    + "the server could be asked for more at once");
        }
        return generator.fit() ? Optional.empty() : Optional.of(String.join("; ", generator.findings()));
    }
}
