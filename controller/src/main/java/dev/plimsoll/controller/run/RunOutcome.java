package dev.plimsoll.controller.run;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.verdict.Verdict;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a run ended.
 *
 * @param bundle its directory; empty for a run whose request keeps none
 * @param info what {@code run.json} says
 * @param summary what was measured
 * @param verdict of a gate
 * @param results everything it is made of
 */
public record RunOutcome(Path bundle, RunInfo info, Summary summary, Optional<Verdict> verdict, RunResults results) {
    /** Checks the components. */
    public RunOutcome {
        requireNonNull(bundle, "bundle");
        requireNonNull(info, "info");
        requireNonNull(summary, "summary");
        requireNonNull(verdict, "verdict");
        requireNonNull(results, "results");
    }
}
