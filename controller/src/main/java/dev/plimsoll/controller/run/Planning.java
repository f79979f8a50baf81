package dev.plimsoll.controller.run;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.reports.bundle.BundleException;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunStore;
import dev.plimsoll.reports.verdict.EarlierRuns;
import dev.plimsoll.reports.verdict.GatePlan;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.ScenarioFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How long a gate must run, from the last promoted runs of its scenario. Sends nothing.
 *
 * @param plan the plan; absent without an earlier run
 * @param problem why there is none, and what to do, a sentence; empty when there is one
 */
public record Planning(Optional<GatePlan> plan, String problem) {
    private static final int RUNS = 5;

    /** Checks the components. */
    public Planning {
        requireNonNull(plan, "plan");
        requireNonNull(problem, "problem");
    }

    /**
     * Plans for a scenario with a gate.
     *
     * @param file the scenario
     * @param store where earlier runs are kept
     * @param changes shares to tell, such as 0.05
     */
    public static Planning of(ScenarioFile file, Path store, List<Double> changes) {
        Optional<Gate> wanted = file.scenario().gate();
        try {
            EarlierRuns earlier;
            String problem = "";
            if (wanted.flatMap(Gate::baseline).isPresent()) {
                Baselines baselines = Baselines.find(wanted, store, file.loadHash());
                earlier = baselines.runs();
                problem = baselines.problem();
            } else {
                earlier = EarlierRuns.of(new RunStore(store)
                        .promoted(file.loadHash(), RUNS).stream()
                                .map(RunBundle::results)
                                .toList());
            }
            if (earlier.isEmpty()) {
                return new Planning(
                        Optional.empty(),
                        (problem.isEmpty() ? "there is no promoted run of this load in " + store : problem)
                                + "; a plan is made of how much promoted runs vary: run the gate once, better five"
                                + " times, on a release that is known to be good");
            }
            return new Planning(Optional.of(GatePlan.of(file.scenario(), earlier, changes)), "");
        } catch (BundleException e) {
            return new Planning(Optional.empty(), "an earlier run cannot be read: " + e.getMessage());
        }
    }
}
