package dev.plimsoll.reports.verdict;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Optional;

/**
 * What became of watching a gate while its load went on, as {@code verdict.json} keeps it.
 *
 * @param phase the last measured phase, which is the one that may end early or late
 * @param planned its length as written, in seconds
 * @param longest the most that it could last, in seconds
 * @param seconds how long it lasted; 0 when it never began
 * @param looks how often the gate looked
 * @param ending why the load ended
 * @param sentence the same for a person
 * @param decisions what was decided at a look before the end, in the order of the checks
 */
public record Watched(
        String phase,
        @JsonProperty("planned_s") double planned,
        @JsonProperty("longest_s") double longest,
        @JsonProperty("seconds") double seconds,
        int looks,
        Ending ending,
        String sentence,
        List<Decision> decisions) {
    /** Checks the components and copies the list. */
    public Watched {
        requireNonNull(phase, "phase");
        requireNonNull(ending, "ending");
        requireNonNull(sentence, "sentence");
        decisions = List.copyOf(decisions);
    }

    /**
     * A check that was decided at a look.
     *
     * @param expression as written in the scenario
     * @param kind where it comes from
     * @param outcome kept or broken
     * @param look which look it was, from 1
     * @param seconds how much of the phase had been measured, in seconds
     * @param confidence of the interval, all looks together
     * @param check what was found then
     */
    public record Decision(
            String expression,
            Verdict.Kind kind,
            Verdict.CheckOutcome outcome,
            int look,
            @JsonProperty("seconds") double seconds,
            double confidence,
            Verdict.Check check) {}

    /** The decision about a check, if it was decided before the end. */
    public Optional<Decision> decision(Verdict.Kind kind, String expression) {
        return decisions.stream()
                .filter(one -> one.kind() == kind && one.expression().equals(expression))
                .findFirst();
    }
}
