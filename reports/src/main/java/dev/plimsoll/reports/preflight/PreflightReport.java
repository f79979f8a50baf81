package dev.plimsoll.reports.preflight;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * All checks of one look, as {@code preflight.json} keeps them.
 *
 * @param checks in the order they were made
 */
public record PreflightReport(@JsonProperty("checks") List<Check> checks) {
    /** Copies the list. */
    public PreflightReport {
        checks = List.copyOf(checks);
    }

    /** Those of an outcome. */
    public List<Check> of(Outcome outcome) {
        return checks.stream().filter(check -> check.outcome() == outcome).toList();
    }

    /** The worst outcome; unknown when there is no check. */
    @JsonIgnore
    public Outcome worst() {
        return checks.stream().map(Check::outcome).reduce(Outcome::or).orElse(Outcome.UNKNOWN);
    }

    /** Whether anything at all could be looked at. */
    @JsonIgnore
    public boolean isBlind() {
        return checks.stream().allMatch(check -> check.outcome() == Outcome.UNKNOWN);
    }

    /** With more checks. */
    public PreflightReport plus(List<Check> more) {
        return new PreflightReport(Stream.concat(checks.stream(), more.stream()).toList());
    }

    /** With these in the place of those of the same node and id. */
    public PreflightReport with(List<Check> answers) {
        List<Check> rest = checks.stream()
                .filter(check -> answers.stream().noneMatch(answer -> answer.isOf(check)))
                .toList();
        return new PreflightReport(rest).plus(answers);
    }

    /** How many there are of each outcome, such as {@code 1 fail, 2 warn, 3 unknown, 12 ok}. */
    public String counts() {
        List<String> counts = new ArrayList<>();
        for (Outcome outcome : List.of(Outcome.FAIL, Outcome.WARN, Outcome.UNKNOWN, Outcome.OK)) {
            int count = of(outcome).size();
            if (count > 0) {
                counts.add(count + " " + outcome.label());
            }
        }
        return counts.isEmpty() ? "nothing was looked at" : String.join(", ", counts);
    }
}
