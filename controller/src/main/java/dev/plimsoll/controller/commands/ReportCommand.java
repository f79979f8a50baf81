package dev.plimsoll.controller.commands;

import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunId;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.reports.causes.Causes;
import dev.plimsoll.reports.render.HtmlReport;
import dev.plimsoll.reports.render.JunitXml;
import dev.plimsoll.reports.render.MarkdownReport;
import dev.plimsoll.reports.render.OpenMetricsText;
import dev.plimsoll.reports.render.ReportData;
import dev.plimsoll.reports.render.ReportDataBuilder;
import dev.plimsoll.reports.render.TextReport;
import dev.plimsoll.reports.render.WatchText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plimsoll report}. */
@Command(
        name = "report",
        description = {
            "Render a run bundle again: report.html, verdict.md, junit.xml and metrics.txt in its directory, text here.%n",
            "Measures and judges nothing anew. A bundle whose run was killed is rendered as far as it goes.%n"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class ReportCommand implements Callable<Integer> {
    private static final String LATEST = "latest";

    private final Console console;

    @Parameters(paramLabel = "RUN", description = "A bundle's directory, the id of a run in --out, or: latest")
    private String run;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "runs",
            description = "Where run bundles are kept (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Option(names = "--no-color", description = "No colours. NO_COLOR in the environment does the same.")
    private boolean noColor;

    @Option(names = "--explain", description = "Say, too, why the load of a gate ended when it did, check by check.")
    private boolean explain;

    ReportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandException {
        Console shown = noColor ? console.plain() : console;
        RunBundle bundle = find();
        if (!bundle.isComplete()) {
            shown.say("this run is still going on, or was killed: what follows is partial");
        }
        ReportDataBuilder report =
                ReportDataBuilder.of(bundle).place(bundle.directory().toString());
        if (!bundle.isComplete()) {
            Causes.of(bundle).forEach(report::event);
        }
        ReportData data = report.build();
        write(bundle, data);
        shown.print(TextReport.render(data, shown.colourOut(), shown.width()));
        if (explain) {
            shown.print(
                    data.verdict().isPresent()
                            ? WatchText.render(data.verdict().get(), shown.width())
                            : "\nno verdict to explain: the run was not judged\n");
        }
        shown.say("wrote " + bundle.directory().resolve("report.html"));
        return ExitCode.DONE.code();
    }

    private RunBundle find() throws CommandException {
        try {
            if (run.equals(LATEST)) {
                return new RunStore(out)
                        .latest()
                        .orElseThrow(() -> new CommandException(
                                ExitCode.USAGE, "no run in " + out + " yet; name another directory with --out"));
            }
            Path directory = Path.of(run);
            return RunBundle.open(!Files.exists(directory) && RunId.isValid(run) ? out.resolve(run) : directory);
        } catch (BundleException | InvalidPathException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private static void write(RunBundle bundle, ReportData data) throws CommandException {
        Path directory = bundle.directory();
        replace(directory, "report.html", HtmlReport.render(data));
        replace(
                directory,
                "verdict.md",
                MarkdownReport.render(
                        data.info(), data.summary(), data.verdict(), data.events(), directory.toString()));
        replace(directory, "metrics.txt", OpenMetricsText.render(data.info(), data.summary(), data.verdict()));
        if (data.verdict().isPresent()) {
            replace(
                    directory,
                    "junit.xml",
                    JunitXml.render(data.info(), data.verdict().get()));
        }
    }

    /** Readers see the old file or the new one. */
    private static void replace(Path directory, String name, String content) throws CommandException {
        Path temporary = directory.resolve(name + ".tmp");
        try {
            Files.writeString(temporary, content);
            Files.move(temporary, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILED, "cannot write " + directory.resolve(name) + ": " + e.getMessage(), e);
        }
    }
}
