package dev.plimsoll.controller.commands;

import dev.plimsoll.controller.run.RunException;
import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.scenarios.ScenarioException;

/** What a person is told of a command that failed, and the exit code of it. */
final class Failures {
    private Failures() {}

    /**
     * Tells it on the error stream.
     *
     * @param debug with the place that it came from
     * @return the exit code
     */
    static int tell(Console console, Exception e, boolean debug) {
        console.say(sentence(e));
        if (debug) {
            e.printStackTrace(console.err());
        }
        return code(e).code();
    }

    private static ExitCode code(Exception e) {
        return switch (e) {
            case CommandException own -> own.code();
            case ScenarioException scenario -> ExitCode.USAGE;
            default -> ExitCode.FAILED;
        };
    }

    private static String sentence(Exception e) {
        return switch (e) {
            case ScenarioException scenario -> String.valueOf(scenario.getMessage());
            case CommandException own -> "plimsoll: " + own.getMessage();
            case BundleException bundle -> "plimsoll: " + bundle.getMessage();
            case RunException run -> "plimsoll: " + run.getMessage();
            default ->
                "plimsoll: failed inside: " + e + "; run it again with --debug, and report it with what that shows";
        };
    }
}
