package dev.plimsoll.controller.commands;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.reports.render.TextReport;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Where a command writes.
 *
 * @param out for data
 * @param err for people
 * @param outTerminal whether a terminal shows {@code out}
 * @param errTerminal whether a terminal shows {@code err}
 * @param colour whether terminals get colours
 * @param width of a line, in characters
 */
public record Console(
        PrintStream out, PrintStream err, boolean outTerminal, boolean errTerminal, boolean colour, int width) {
    /** Set by the launcher to {@code out=1,err=0,columns=120}: Java alone cannot tell one stream from another. */
    static final String TERMINAL_PROPERTY = "plimsoll.terminal";

    private static final int NARROWEST = 40;
    private static final int WIDEST = 240;

    /** Checks the components. */
    public Console {
        requireNonNull(out, "out");
        requireNonNull(err, "err");
        width = Math.clamp(width, NARROWEST, WIDEST);
    }

    /** The streams of the process, in UTF-8. */
    public static Console ofSystem() {
        PrintStream out = stream(FileDescriptor.out);
        PrintStream err = stream(FileDescriptor.err);
        System.setOut(out);
        System.setErr(err);
        String known = System.getProperty(TERMINAL_PROPERTY);
        if (known == null) {
            boolean terminal = System.console() != null && System.console().isTerminal();
            known = terminal ? "out=1,err=1" : "";
        }
        return of(out, err, known, System.getenv());
    }

    /** From the launcher's word and the environment. */
    static Console of(PrintStream out, PrintStream err, String known, Map<String, String> environment) {
        List<String> facts = List.of(known.split(","));
        int width = columns(facts, environment);
        boolean dumb = "dumb".equals(environment.get("TERM"));
        boolean colour = environment.getOrDefault("NO_COLOR", "").isEmpty() && !dumb;
        return new Console(out, err, facts.contains("out=1"), facts.contains("err=1") && !dumb, colour, width);
    }

    private static int columns(List<String> facts, Map<String, String> environment) {
        String columns = environment.getOrDefault("COLUMNS", "");
        for (String fact : facts) {
            if (columns.isEmpty() && fact.startsWith("columns=")) {
                columns = fact.substring("columns=".length());
            }
        }
        return columns.matches("[1-9]\\d{0,4}") ? Integer.parseInt(columns) : TextReport.DEFAULT_WIDTH;
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** Without colours. */
    Console plain() {
        return new Console(out, err, outTerminal, errTerminal, false, width);
    }

    /** Whether text on {@code out} has colours. */
    boolean colourOut() {
        return colour && outTerminal;
    }

    /** Whether text on {@code err} has colours. */
    boolean colourErr() {
        return colour && errTerminal;
    }

    /** A line for a person. */
    void say(String line) {
        err.println(line);
    }

    /** Data. */
    void print(String text) {
        out.print(text);
        out.flush();
    }
}
