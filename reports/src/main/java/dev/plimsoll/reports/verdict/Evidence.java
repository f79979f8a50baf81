package dev.plimsoll.reports.verdict;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.reports.results.RunResults;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a verdict stands on besides the scenario's gate.
 *
 * @param results what the run measured
 * @param smoke what became of the smoke test; absent when the gate has none, or it was not reached
 * @param baseline earlier runs of the same load to compare with; empty when there is none
 * @param baselineProblem why there is no baseline, a sentence; empty when there is one or none is wanted
 * @param baselineNotes what a reader should know of the earlier runs, a sentence each: those that were left out
 * @param incomplete why the measurement is not whole, a sentence each: an abort, a lost agent; empty for a finished run.
 *     Such a run is never PROMOTE
 * @param watched what was decided while the load went on; absent when nobody watched
 */
public record Evidence(
        RunResults results,
        Optional<Verdict.Check> smoke,
        EarlierRuns baseline,
        String baselineProblem,
        List<String> baselineNotes,
        List<String> incomplete,
        Optional<Watched> watched) {
    /** Checks the components and copies the lists. */
    public Evidence {
        requireNonNull(results, "results");
        requireNonNull(smoke, "smoke");
        requireNonNull(baseline, "baseline");
        requireNonNull(baselineProblem, "baselineProblem");
        baselineNotes = List.copyOf(baselineNotes);
        incomplete = List.copyOf(incomplete);
        requireNonNull(watched, "watched");
    }

    /** Of a run that was not watched, with nothing to tell of the baseline. */
    public Evidence(
            RunResults results,
            Optional<Verdict.Check> smoke,
            List<RunResults> baseline,
            String baselineProblem,
            List<String> incomplete) {
        this(results, smoke, EarlierRuns.of(baseline), baselineProblem, List.of(), incomplete, Optional.empty());
    }
}
