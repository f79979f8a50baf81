package dev.plimsoll.controller.commands;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.reports.bundle.BundleJson;
import dev.plimsoll.reports.render.ComparisonHtml;
import dev.plimsoll.reports.render.ComparisonText;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.ComparedRun;
import dev.plimsoll.reports.verdict.Comparison;
import dev.plimsoll.reports.verdict.RunComparison;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.ComparisonReader;
import dev.plimsoll.scenarios.Difference;
import dev.plimsoll.scenarios.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plimsoll compare}. */
@Command(
        name = "compare",
        description = {
            "Compare two runs, or two groups of runs: every metric with its change, an interval, and a word.%n",
            "A run is a bundle's directory, the id of a run in --out, latest, or a result file of another tool: vllm bench "
                    + "serve --save-result, GuideLLM's JSON, AIPerf's JSON or JSONL.%n"
        },
        footer = {
            "",
            "Exit codes: 0 compared, 1 a --fail-on limit is surely broken, 2 usage, 3 not comparable,",
            "or a --fail-on limit is undecided.",
            "",
            "Examples: plimsoll compare 20260101-093000-250-7f3a2c latest --fail-on \"latency.p99 <= +10%%\"",
            "          plimsoll compare runs/a1 runs/a2 runs/a3 vs runs/b1 runs/b2"
        })
@SuppressWarnings("NullAway.Init") // set by picocli
final class CompareCommand implements Callable<Integer> {
    private static final String VERSUS = "vs";
    private static final double CONFIDENCE = 0.95;

    private final Console console;

    @Parameters(
            paramLabel = "RUN",
            arity = "0..*",
            description = "The earlier run and the later one; or earlier runs, the word vs, and later runs.")
    private List<String> runs = List.of();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "runs",
            description = "Where run bundles are kept (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "What goes to the standard output: text or json (default: text).")
    private RunOptions.Format format;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page with the percentile spectra, too.")
    private Optional<Path> html;

    @Option(
            names = "--fail-on",
            paramLabel = "LIMIT",
            description =
                    "End with 1 when the change is surely beyond it, such as \"latency.p99 <= +10%%\"; repeatable.")
    private List<String> limits = new ArrayList<>();

    @Option(
            names = "--allow",
            paramLabel = "WHAT",
            split = ",",
            description = "Compare though it differs: model, vllm_version, cache_config or gpu; repeatable.")
    private List<String> allowed = new ArrayList<>();

    @Option(names = "--no-color", description = "No colours. NO_COLOR in the environment does the same.")
    private boolean noColor;

    CompareCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandException {
        int versus = versus();
        Set<Difference> allow = allow();
        List<ComparedRun> before = find(runs.subList(0, versus));
        List<ComparedRun> after = find(runs.subList(runs.contains(VERSUS) ? versus + 1 : versus, runs.size()));
        List<BaselineCheck> checks = checks(before, after);
        Comparison comparison = RunComparison.compare(before, after, allow, CONFIDENCE);
        if (!checks.isEmpty() && comparison.comparable()) {
            comparison = comparison.with(RunComparison.judge(checks, before, after.getFirst(), CONFIDENCE));
        }
        Console shown = noColor ? console.plain() : console;
        if (html.isPresent()) {
            write(html.get(), ComparisonHtml.render(comparison, before, after));
        }
        shown.print(
                format == RunOptions.Format.JSON
                        ? BundleJson.file(comparison)
                        : ComparisonText.render(comparison, shown.colourOut(), shown.width()));
        html.ifPresent(file -> shown.say("wrote " + file));
        return ExitCode.of(comparison).code();
    }

    /** Where the later runs begin, or the word before them. */
    private int versus() throws CommandException {
        int at = runs.indexOf(VERSUS);
        if (at < 0 && runs.size() == 2) {
            return 1;
        }
        if (at <= 0 || at == runs.size() - 1 || runs.lastIndexOf(VERSUS) != at) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "compare takes two runs, or earlier runs, the word vs, and later runs, such as: plimsoll compare A1 A2"
                            + " vs B1; see: plimsoll compare --help");
        }
        return at;
    }

    private Set<Difference> allow() throws CommandException {
        Set<Difference> allow = EnumSet.noneOf(Difference.class);
        List<String> labels =
                Arrays.stream(Difference.values()).map(Difference::label).toList();
        for (String word : allowed) {
            allow.add(Difference.parse(word)
                    .orElseThrow(() -> new CommandException(
                            ExitCode.USAGE,
                            "--allow is one of " + String.join(", ", labels) + ", not \"" + word + "\""
                                    + Nearest.to(word, labels)
                                            .map(near -> "; the nearest is \"" + near + "\"")
                                            .orElse(""))));
        }
        return allow;
    }

    private List<ComparedRun> find(List<String> names) throws CommandException {
        ComparedRuns store = new ComparedRuns(out);
        List<ComparedRun> found = new ArrayList<>();
        for (String name : names) {
            found.add(store.find(name));
        }
        return found;
    }

    private List<BaselineCheck> checks(List<ComparedRun> before, List<ComparedRun> after) throws CommandException {
        if (limits.isEmpty()) {
            return List.of();
        }
        if (after.size() > 1) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--fail-on takes one run after vs, not " + after.size() + "; compare them one by one");
        }
        List<RunResults> all = new ArrayList<>();
        before.forEach(run -> run.results().ifPresent(all::add));
        after.forEach(run -> run.results().ifPresent(all::add));
        Set<String> requests = new LinkedHashSet<>();
        Set<String> nodes = new LinkedHashSet<>();
        Set<String> phases = new LinkedHashSet<>();
        for (RunResults results : all) {
            requests.addAll(results.requests());
            nodes.addAll(results.nodes());
            phases.addAll(results.phases());
        }
        List<BaselineCheck> checks = new ArrayList<>();
        for (String limit : limits) {
            try {
                BaselineCheck check = ComparisonReader.read(limit, requests, nodes, phases);
                known(check.metric(), all);
                checks.add(check);
            } catch (IllegalArgumentException e) {
                throw new CommandException(ExitCode.USAGE, "--fail-on \"" + limit + "\": " + e.getMessage(), e);
            }
        }
        return checks;
    }

    /** A metric of any name may come from a probe; one that no run has is a mistake. */
    private static void known(Metric metric, List<RunResults> all) {
        boolean measured = all.stream()
                .anyMatch(results -> !results.seriesOf(metric.name()).isEmpty());
        if (!measured && Metrics.find(metric.name()).isEmpty()) {
            List<String> names = Metrics.all().stream().map(Metric::name).toList();
            throw new IllegalArgumentException("unknown metric \"" + metric.name() + "\""
                    + Nearest.to(metric.name(), names)
                            .map(near -> "; the nearest is \"" + near + "\"")
                            .orElse("; no run has it"));
        }
    }

    private static void write(Path file, String page) throws CommandException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "cannot write " + file + ": there is no directory " + directory + "; make it first");
        }
        try {
            Files.writeString(file, page);
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
