package dev.plimsoll.controller;

import dev.plimsoll.controller.commands.Console;
import dev.plimsoll.controller.commands.Plimsoll;

/** The program. */
public final class Main {
    private Main() {}

    /** Runs one command and ends with its exit code. */
    public static void main(String[] arguments) {
        Console console = Console.ofSystem();
        int code = Plimsoll.start(console, System.getenv(), arguments);
        System.out.flush();
        System.err.flush();
        System.exit(code);
    }
}
