package dev.plimsoll.controller.commands;

import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunId;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.reports.imports.ImportException;
import dev.plimsoll.reports.imports.ImportedFile;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.ComparedRun;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the runs that a command line names: bundles, ids of runs in a store, files of other tools. */
final class ComparedRuns {
    private static final String LATEST = "latest";

    private final Path store;

    /** With ids of that store. */
    ComparedRuns(Path store) {
        this.store = store;
    }

    ComparedRun find(String argument) throws CommandException {
        try {
            if (argument.equals(LATEST)) {
                return of(new RunStore(store)
                        .latest()
                        .orElseThrow(() -> new CommandException(
                                ExitCode.USAGE, "no run in " + store + " yet; name another directory with --out")));
            }
            Path path = Path.of(argument);
            if (Files.isRegularFile(path)) {
                return ImportedFile.read(path);
            }
            boolean id = !Files.exists(path) && RunId.isValid(argument);
            if (!id && !Files.exists(path)) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "there is no run or file \"" + argument
                                + "\"; name a run bundle's directory, the id of a run in " + store
                                + ", latest, or a result file of vllm bench serve, GuideLLM or AIPerf");
            }
            return of(RunBundle.open(id ? store.resolve(argument) : path));
        } catch (BundleException | InvalidPathException | ImportException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private static ComparedRun of(RunBundle bundle) {
        RunInfo info = bundle.info();
        RunResults results = bundle.results();
        List<String> notes = new ArrayList<>();
        if (info.status() != RunInfo.Status.FINISHED) {
            notes.add("it did not go to its end (" + info.status().label() + ")"
                    + (info.reason().isEmpty() ? "" : ": " + info.reason()));
        }
        return new ComparedRun(
                info.run(),
                "Plimsoll " + info.plimsoll()
                        + (info.target().vllmVersion().isEmpty()
                                ? ""
                                : ", vLLM " + info.target().vllmVersion()),
                info.circumstances(results, bundle.summary().generator().findings()),
                Optional.of(results),
                Set.of(),
                Map.of(),
                Map.of(),
                notes);
    }
}
