package dev.plimsoll.controller.run;

import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.reports.results.GeneratorFitness;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.BaselineChoice;
import dev.plimsoll.reports.verdict.EarlierRuns;
import dev.plimsoll.reports.verdict.baseline.Circumstances;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.ProbeSpec;
import dev.plimsoll.scenarios.Scenario;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The earlier runs that a run is compared with.
 *
 * @param runs those to compare with, and older ones that tell how much runs differ; empty when there is none
 * @param problem why there is none, a sentence; empty when there is one or none is wanted
 * @param notes what a reader should know of the choice, a sentence each
 * @param chosenFor the circumstances of the run that they were chosen for; absent when none was looked for
 */
record Baselines(EarlierRuns runs, String problem, List<String> notes, Optional<Circumstances> chosenFor) {
    /** None is wanted. */
    static final Baselines NONE = none("");

    /** How many promoted runs are looked at, at most, for some that can be compared with. */
    private static final int MOST_LOOKED_AT = 50;

    Baselines {
        notes = List.copyOf(notes);
    }

    static Baselines none(String problem) {
        return new Baselines(EarlierRuns.NONE, problem, List.of(), Optional.empty());
    }

    /**
     * Finds those that the gate names: a bundle, the last promoted ones of a store, or the last ones of this store.
     *
     * @param wanted the gate, if there is one
     * @param store where the run itself is kept
     * @param now what describes the run; earlier ones are held to the same circumstances
     * @param results what the run measured
     * @param before those that were chosen while it went on; the same are taken if nothing became known since
     */
    static Baselines find(
            Optional<Gate> wanted, Path store, RunInfo now, RunResults results, Optional<Baselines> before) {
        if (wanted.flatMap(Gate::baseline).isEmpty()) {
            return NONE;
        }
        GeneratorFitness.Limits limits = GeneratorFitness.Limits.of(wanted.get());
        Circumstances known = circumstances(now, results, limits);
        Optional<Baselines> same =
                before.filter(one -> one.chosenFor().filter(known::isLike).isPresent());
        return same.orElseGet(() -> {
            Baselines found = find(wanted.get(), store, now.scenario().loadHash(), known);
            return new Baselines(found.runs(), found.problem(), found.notes(), Optional.of(known));
        });
    }

    /**
     * Finds those that a run to come will be compared with, as far as its circumstances are known.
     *
     * @param wanted the gate, if there is one
     * @param store where the run will be kept
     * @param loadHash of what shapes its load
     */
    static Baselines find(Optional<Gate> wanted, Path store, String loadHash) {
        if (wanted.flatMap(Gate::baseline).isEmpty()) {
            return NONE;
        }
        RunResults nothing = new RunResults("", List.of());
        return find(wanted.get(), store, loadHash, Circumstances.of(loadHash, "", "", Map.of(), nothing, List.of()));
    }

    /** Whether every node with a probe of GPUs has told of them: of what kind they are decides which runs are alike. */
    static boolean knowsGpus(Scenario scenario, RunResults results) {
        return scenario.nodes().stream()
                .filter(node -> node.probes().stream().anyMatch(ProbeSpec::tellsOfGpus))
                .allMatch(node ->
                        results.series(node.name()).keySet().stream().anyMatch(metric -> metric.startsWith("gpu.")));
    }

    private static Baselines find(Gate gate, Path store, String loadHash, Circumstances now) {
        Gate.Baseline baseline = gate.baseline().orElseThrow();
        GeneratorFitness.Limits limits = GeneratorFitness.Limits.of(gate);
        BaselineChoice choice = new BaselineChoice(now, baseline, gate.confidence());
        try {
            if (baseline.run().isEmpty()) {
                return promoted(store, loadHash, choice, limits);
            }
            Path named = Path.of(baseline.run().get());
            if (Files.isRegularFile(named.resolve("run.json"))) {
                offer(choice, RunBundle.open(named), limits);
                return chosen(choice, "");
            }
            if (!Files.isDirectory(named)) {
                return none("gate.baseline.run: there is no " + named + "; name a run bundle or a store of them");
            }
            return promoted(named, loadHash, choice, limits);
        } catch (BundleException | IllegalArgumentException | UncheckedIOException e) {
            return none("the baseline cannot be read: " + e.getMessage());
        }
    }

    private static Baselines promoted(
            Path store, String loadHash, BaselineChoice choice, GeneratorFitness.Limits limits) {
        for (RunBundle bundle : new RunStore(store).promoted(loadHash, MOST_LOOKED_AT)) {
            if (!choice.isFull()) {
                offer(choice, bundle, limits);
            }
        }
        return chosen(
                choice,
                "there is no promoted run of this load in " + store
                        + "; promote one first, or name one with gate.baseline.run");
    }

    private static void offer(BaselineChoice choice, RunBundle bundle, GeneratorFitness.Limits limits) {
        RunInfo info = bundle.info();
        if (choice.leavesOut(info.run(), info.circumstances(new RunResults(info.run(), List.of()), List.of()))) {
            return;
        }
        try {
            RunResults results = bundle.results();
            choice.offer(results, circumstances(info, results, limits));
        } catch (BundleException e) {
            choice.leaveOutBroken(info.run(), String.valueOf(e.getMessage()));
        }
    }

    /** With this gate's limits for the generator, as the earlier run may have had a gate with others. */
    private static Circumstances circumstances(RunInfo info, RunResults results, GeneratorFitness.Limits limits) {
        return info.circumstances(results, GeneratorFitness.of(results, limits).findings());
    }

    private static Baselines chosen(BaselineChoice choice, String nothingOffered) {
        String problem = choice.chosen().isEmpty() ? choice.problem().orElse(nothingOffered) : "";
        return new Baselines(choice.chosen(), problem, choice.notes(), Optional.empty());
    }
}
