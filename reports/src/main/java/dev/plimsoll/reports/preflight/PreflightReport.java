package dev.plimsoll.reports.preflight;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * All checks of one look, as {@code preflight.json} keeps them.
 *
 * @param checks in the order they were made
 * @param nodes who looked at which node; empty where nobody tells
 */
public record PreflightReport(
        @JsonProperty("checks") List<Check> checks,

        @JsonProperty("nodes") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<Seen> nodes) {
    /** Copies the lists. */
    public PreflightReport {
        checks = List.copyOf(checks);
        nodes = List.copyOf(nodes);
    }

    /** Without who looked. */
    public PreflightReport(List<Check> checks) {
        this(checks, List.of());
    }

    /**
     * How a node was looked at.
     *
     * @param node as in the checks
     * @param host the machine's name; empty where it is not known
     * @param by who looked, such as {@code agent local}; or why nobody did
     */
    public record Seen(
            @JsonProperty("node") String node,

            @JsonProperty("host") @JsonInclude(JsonInclude.Include.NON_EMPTY)
            String host,

            @JsonProperty("by") String by) {
        /** Checks the components. */
        public Seen {
            requireNonNull(node, "node");
            requireNonNull(host, "host");
            requireNonNull(by, "by");
        }
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
        return new PreflightReport(Stream.concat(checks.stream(), more.stream()).toList(), nodes);
    }

    /** With these in the place of those of the same node and id. */
    public PreflightReport with(List<Check> answers) {
        List<Check> rest = checks.stream()
                .filter(check -> answers.stream().noneMatch(answer -> answer.isOf(check)))
                .toList();
        return new PreflightReport(rest, nodes).plus(answers);
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
