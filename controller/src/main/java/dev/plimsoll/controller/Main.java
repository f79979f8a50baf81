package dev.plimsoll.controller;

import dev.plimsoll.controller.commands.Console;
import dev.plimsoll.controller.commands.Plimsoll;
import dev.plimsoll.controller.run.OwnProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The program. */
public final class Main {
    private Main() {}

    /** Runs one command and ends with its exit code. */
    public static void main(String[] arguments) {
        Console console = Console.ofSystem();
        int code = Plimsoll.start(console, System.getenv(), arguments);
        System.out.flush();
        System.err.flush();
        Optional.ofNullable(System.getProperty(OwnProgram.EXIT_CODE_FILE)).ifPresent(file -> keep(code, Path.of(file)));
        System.exit(code);
    }

    private static void keep(int code, Path file) {
        try {
            Files.writeString(file, Integer.toString(code));
        } catch (IOException e) {
            System.err.println("plimsoll: cannot write the exit code into " + file + ": " + e.getMessage());
        }
    }
}
