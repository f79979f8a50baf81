package dev.plimsoll.controller;

import dev.plimsoll.controller.commands.Console;
import dev.plimsoll.controller.commands.Plimsoll;

/** The program. */
public final class Main {
    private Main() {}

    /** Runs one command and ends with its exit code. */
    public static void main(String[] arguments) {
        int code = new Plimsoll(Console.ofSystem(), System.getenv()).run(arguments);
        System.out.flush();
        System.err.flush();
        System.exit(code);
    }
}
