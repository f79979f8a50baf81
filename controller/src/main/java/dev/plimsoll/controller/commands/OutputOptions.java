package dev.plimsoll.controller.commands;

import dev.plimsoll.reports.bundle.BundleJson;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;

/** How a command that looks at something prints what it found. */
@SuppressWarnings("NullAway.Init") // set by picocli
final class OutputOptions {
    @Option(
            names = "--format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "What goes to the standard output (default: text).")
    private RunOptions.Format format;

    @Option(names = "--no-color", description = "No colours. NO_COLOR in the environment does the same.")
    private boolean noColor;

    /**
     * Prints it.
     *
     * @param found printed as JSON where that is asked for
     * @param text of it, for a console with that width and those colours
     * @param masking takes secrets out
     */
    void print(Console console, Object found, Function<Console, String> text, UnaryOperator<String> masking) {
        Console shown = noColor ? console.plain() : console;
        shown.print(masking.apply(format == RunOptions.Format.JSON ? BundleJson.file(found) : text.apply(shown)));
    }
}
