package dev.plimsoll.controller.commands;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. */
@Command(
        name = "plimsoll",
        description = {
            "Drives a vLLM endpoint or any HTTP service with load, watches its nodes, and answers a pipeline:",
            "PROMOTE, ROLLBACK or INCONCLUSIVE.%n"
        },
        versionProvider = Version.Provider.class,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = false,
        footer = {
            "",
            "Exit codes: 0 PROMOTE or done, 1 ROLLBACK, 2 usage or scenario error (nothing was sent),",
            "3 INCONCLUSIVE, 4 interrupted or failed inside (what was measured is kept).",
            "",
            "Try it without a GPU: plimsoll demo"
        })
public final class Plimsoll implements Runnable {
    private final Console console;
    private final CommandLine line;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show where an error came from.")
    private boolean debug;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /**
     * The command line of a process.
     *
     * @param console where it writes
     * @param environment for variables of scenarios
     */
    public Plimsoll(Console console, Map<String, String> environment) {
        this.console = console;
        line = new CommandLine(this);
        List<Object> commands = List.of(
                new GateCommand(console, environment),
                new RunCommand(console, environment),
                new PreflightCommand(console, environment),
                new ColdstartCommand(console),
                new ValidateCommand(console, environment),
                new SchemaCommand(console),
                new InitCommand(console),
                new ReportCommand(console),
                new CompareCommand(console),
                // It reads its options itself.
                new CommandLine(new WrkCommand(console, environment)).setUnmatchedOptionsArePositionalParams(true),
                new ChatCommand(console, environment),
                new SimCommand(console),
                new DemoCommand(console),
                new ControllerCommand(console),
                new AgentCommand(console),
                new HelpFor(console));
        commands.forEach(line::addSubcommand);
        line.setOut(new PrintWriter(console.out(), true));
        line.setErr(new PrintWriter(console.err(), true));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                console.colourOut() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(100);
        line.setParameterExceptionHandler(this::misused);
        line.setExecutionExceptionHandler((e, command, parsed) -> Failures.tell(console, e, debug));
    }

    /**
     * Runs a command of the process' command line and gives its exit code. One that must start fast goes without the
     * parser, whose old class files no ahead-of-time cache takes.
     */
    public static int start(Console console, Map<String, String> environment, String... arguments) {
        List<String> given = List.of(arguments);
        if (given.size() == 1 && Version.OPTIONS.contains(given.getFirst())) {
            return Version.print(console);
        }
        return WrkCommand.takes(given)
                ? WrkCommand.start(console, environment, given)
                : new Plimsoll(console, environment).run(arguments);
    }

    /** Runs a command and gives its exit code. */
    public int run(String... arguments) {
        return line.execute(arguments);
    }

    /** Without a command, there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }

    private int misused(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        boolean unknownCommand = command == line
                && e instanceof UnmatchedArgumentException
                && arguments.length > 0
                && !arguments[0].startsWith("-");
        console.say("plimsoll: " + (unknownCommand ? "there is no command " + arguments[0] : e.getMessage()));
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            Suggestions.of(unmatched.getUnmatched().getFirst(), command)
                    .ifPresent(nearest -> console.say("did you mean: " + nearest));
        }
        console.say("see: " + command.getCommandSpec().qualifiedName() + " --help");
        trace(e);
        return ExitCode.USAGE.code();
    }

    private void trace(Exception e) {
        if (debug) {
            e.printStackTrace(console.err());
        }
    }
}
