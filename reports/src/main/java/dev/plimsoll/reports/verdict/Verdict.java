package dev.plimsoll.reports.verdict;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The content of {@code verdict.json}.
 *
 * @param format version of the bundle's format
 * @param run the run's id
 * @param verdict the answer
 * @param reasons why, a sentence each; the first is the one to show
 * @param checks everything that was checked
 * @param watch what was decided while the load went on; absent when nobody watched
 */
public record Verdict(
        int format, String run, Outcome verdict, List<String> reasons, List<Check> checks, Optional<Watched> watch) {
    /** A verdict on a run that was not watched. */
    public Verdict(int format, String run, Outcome verdict, List<String> reasons, List<Check> checks) {
        this(format, run, verdict, reasons, checks, Optional.empty());
    }

    /** Checks the components and copies the lists. */
    public Verdict {
        requireNonNull(run, "run");
        requireNonNull(verdict, "verdict");
        reasons = List.copyOf(reasons);
        checks = List.copyOf(checks);
        requireNonNull(watch, "watch");
    }

    /** The answer to a pipeline. */
    public enum Outcome {
        /** Every check surely passed. */
        PROMOTE,
        /** A check surely failed. */
        ROLLBACK,
        /** Neither. */
        INCONCLUSIVE
    }

    /** Where a check comes from. */
    public enum Kind {
        /** A limit on the run. */
        THRESHOLD,
        /** A limit on the change from the baseline. */
        BASELINE,
        /** A request before the load. */
        SMOKE,
        /** The generator's own fitness. */
        GENERATOR;

        /** The name in {@code verdict.json}. */
        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What became of a check. */
    public enum CheckOutcome {
        /** Surely kept. */
        PASS,
        /** Surely broken. */
        FAIL,
        /** The limit lies inside the interval, or there is too little to tell. */
        UNDECIDED,
        /** There is nothing to check it on. */
        NO_DATA;

        /** The name in {@code verdict.json}. */
        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One check.
     *
     * @param expression as written in the scenario
     * @param kind where it comes from
     * @param outcome what became of it
     * @param measured the point estimate
     * @param unit its unit's symbol
     * @param limit the limit
     * @param low the interval's lower end
     * @param high the interval's upper end
     * @param confidence of the interval
     * @param samples how many values the estimate stands on
     * @param sentence what was found, and what would settle an undecided one
     */
    public record Check(
            String expression,
            Kind kind,
            CheckOutcome outcome,
            Optional<Double> measured,
            String unit,
            Optional<Double> limit,
            Optional<Double> low,
            Optional<Double> high,
            Optional<Double> confidence,
            long samples,
            String sentence) {}
}
