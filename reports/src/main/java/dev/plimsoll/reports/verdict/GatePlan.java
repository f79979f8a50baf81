package dev.plimsoll.reports.verdict;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.estimate.Level;
import dev.plimsoll.reports.verdict.estimate.Measured;
import dev.plimsoll.reports.verdict.estimate.Subject;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Operator;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Threshold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How long a gate must run to tell a change, before it runs, from how much earlier runs varied.
 *
 * @param scenario its name
 * @param runs the earlier runs that it is made of, the latest first
 * @param older how many older runs tell how much runs differ, besides
 * @param planned how long the measured phases of the scenario last, in seconds
 * @param checks every check, in the order of the gate
 * @param lengths how long it takes to tell each change in every check that can tell it
 */
public record GatePlan(
        String scenario,
        List<String> runs,
        int older,
        @JsonProperty("planned_s") double planned,
        List<Line> checks,
        List<Length> lengths) {
    private static final double NANOS_PER_SECOND = 1e9;

    /** Checks the components and copies the lists. */
    public GatePlan {
        requireNonNull(scenario, "scenario");
        runs = List.copyOf(runs);
        checks = List.copyOf(checks);
        lengths = List.copyOf(lengths);
    }

    /**
     * One check.
     *
     * @param expression as written in the scenario
     * @param kind where it comes from
     * @param measured the mean of the earlier runs; absent without a value
     * @param unit its unit's symbol
     * @param within the standard error of one run of the planned length, as a share of the value; absent where it is not
     *     known
     * @param between the standard deviation of runs of the same code beyond that, as a share of the value; absent with
     *     one run
     * @param lengths how long it takes to tell each change
     * @param note why a length is missing, or what else to know, a sentence; may be empty
     */
    public record Line(
            String expression,
            Verdict.Kind kind,
            Optional<Double> measured,
            String unit,
            Optional<Double> within,
            Optional<Double> between,
            List<Length> lengths,
            String note) {}

    /**
     * How long it takes to tell a change of a size.
     *
     * @param change beyond or within the limit, as a share of the value
     * @param seconds of measured load; absent where no length would do
     */
    public record Length(
            double change, @JsonProperty("seconds") Optional<Double> seconds) {}

    /**
     * Plans.
     *
     * @param scenario with a gate
     * @param earlier promoted runs of it; at least one
     * @param changes shares to tell, such as 0.05
     * @throws IllegalArgumentException without a gate, without earlier runs, or for a change that is not above 0
     */
    public static GatePlan of(Scenario scenario, EarlierRuns earlier, List<Double> changes) {
        Gate gate = scenario.gate()
                .orElseThrow(() -> new IllegalArgumentException("the scenario has no gate: to plan for"));
        if (earlier.isEmpty() || changes.stream().anyMatch(change -> !(change > 0))) {
            throw new IllegalArgumentException("a plan takes an earlier run or more and changes above 0, not "
                    + earlier.compared().size() + " and " + changes);
        }
        double planned = scenario.phases().stream()
                        .filter(phase -> phase.measure())
                        .map(phase -> phase.duration())
                        .reduce(Duration.ZERO, Duration::plus)
                        .toNanos()
                * scenario.repeat()
                / NANOS_PER_SECOND;
        Purses purses = Purses.of(
                gate,
                gate.stopWhenDecided() || gate.extendUntil().isPresent(),
                planned,
                gate.extendUntil().isPresent());
        Level level = purses.last();
        List<Line> lines = new ArrayList<>();
        for (Threshold threshold : gate.thresholds()) {
            Subject subject = Subject.of(threshold);
            lines.add(new CheckPlan(subject, threshold.operator(), level, planned)
                    .line(threshold.expression(), earlier.compared(), changes, flawless(threshold)));
        }
        List<BaselineCheck> comparisons =
                gate.baseline().map(Gate.Baseline::checks).orElse(List.of());
        double confidence = purses.planned(Verdict.Kind.BASELINE).confidence();
        for (BaselineCheck check : comparisons) {
            lines.add(new ComparisonPlan(check, confidence, comparisons.size(), planned, earlier).line(changes));
        }
        return new GatePlan(
                scenario.name(),
                earlier.compared().stream().map(RunResults::run).toList(),
                earlier.older(),
                planned,
                lines,
                changes.stream().map(change -> longest(lines, change)).toList());
    }

    /* The share that a ratio allows, when none of the earlier requests counts against it. */
    private static Optional<Double> flawless(Threshold threshold) {
        double allowed = threshold.operator().isUpperLimit() ? threshold.limit() : 1 - threshold.limit();
        return allowed > 0 ? Optional.of(allowed) : Optional.empty();
    }

    private static Length longest(List<Line> lines, double change) {
        return new Length(
                change,
                lines.stream()
                        .flatMap(line -> line.lengths().stream())
                        .filter(length -> length.change() == change)
                        .flatMap(length -> length.seconds().stream())
                        .max(Comparator.naturalOrder()));
    }

    /** The worst of several nodes, or the only value there is. */
    static Measured worst(Subject subject, Operator operator, RunResults run, Level level) {
        Comparator<Measured> byValue = Comparator.comparingDouble(m -> m.value().orElse(Double.NaN));
        return subject.measure(run, level).stream()
                .filter(one -> one.value().isPresent())
                .max(operator.isUpperLimit() ? byValue : byValue.reversed())
                .orElseGet(() -> subject.measure(run, level).getFirst());
    }
}
