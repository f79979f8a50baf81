package dev.plimsoll.controller;

import dev.plimsoll.controller.commands.Console;
import dev.plimsoll.controller.commands.Plimsoll;
import dev.plimsoll.controller.commands.Version;

/** The program. */
public final class Main {
    private Main() {}

    /** Runs one command and ends with its exit code. */
    public static void main(String[] arguments) {
        Console console = Console.ofSystem();
        // Without the command line's parser, whose old class files no ahead-of-time cache takes.
        boolean versionAlone = arguments.length == 1 && Version.OPTIONS.contains(arguments[0]);
        int code = versionAlone ? Version.print(console) : new Plimsoll(console, System.getenv()).run(arguments);
        System.out.flush();
        System.err.flush();
        System.exit(code);
    }
}
