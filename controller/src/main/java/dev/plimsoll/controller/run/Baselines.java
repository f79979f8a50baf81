package dev.plimsoll.controller.run;

import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.scenarios.Gate;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The earlier runs that a run is compared with.
 *
 * @param runs the latest first; empty when there is none
 * @param problem why there is none, a sentence; empty when there is one or none is wanted
 */
record Baselines(List<RunResults> runs, String problem) {
    /** None is wanted. */
    static final Baselines NONE = new Baselines(List.of(), "");

    Baselines {
        runs = List.copyOf(runs);
    }

    /** Finds those that the gate names: a bundle, the latest promoted one of a store, or the last ones of this store. */
    static Baselines find(Optional<Gate.Baseline> wanted, Path store, String loadHash) {
        if (wanted.isEmpty()) {
            return NONE;
        }
        Gate.Baseline baseline = wanted.get();
        try {
            if (baseline.run().isEmpty()) {
                return promoted(store, loadHash, baseline.runs());
            }
            Path named = Path.of(baseline.run().get());
            if (Files.isRegularFile(named.resolve("run.json"))) {
                return new Baselines(List.of(RunBundle.open(named).results()), "");
            }
            if (!Files.isDirectory(named)) {
                return new Baselines(
                        List.of(),
                        "gate.baseline.run: there is no " + named + "; name a run bundle or a store of them");
            }
            return promoted(named, loadHash, 1);
        } catch (BundleException | IllegalArgumentException | UncheckedIOException e) {
            return new Baselines(List.of(), "the baseline cannot be read: " + e.getMessage());
        }
    }

    private static Baselines promoted(Path store, String loadHash, int runs) {
        List<RunResults> found = new RunStore(store)
                .promoted(loadHash, runs).stream().map(RunBundle::results).toList();
        return new Baselines(
                found,
                found.isEmpty()
                        ? "there is no promoted run of this load in " + store
                                + "; promote one first, or name one with gate.baseline.run"
                        : "");
    }
}
