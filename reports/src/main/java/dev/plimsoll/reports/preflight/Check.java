package dev.plimsoll.reports.preflight;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One thing that was looked at on one node.
 *
 * @param id what was looked at, by the names of {@code dev.plimsoll.scenarios.PreflightCheck}
 * @param node where
 * @param outcome what became of it
 * @param found what there is, or why that is not known
 * @param wanted what there should be
 * @param why why it matters to a measurement
 * @param repair how to make it so
 */
public record Check(
        @JsonProperty("id") String id,
        @JsonProperty("node") String node,
        @JsonProperty("outcome") Outcome outcome,
        @JsonProperty("found") String found,
        @JsonProperty("wanted") String wanted,
        @JsonProperty("why") String why,
        @JsonProperty("repair") String repair) {
    /** Checks the components. */
    public Check {
        requireNonNull(id, "id");
        requireNonNull(node, "node");
        requireNonNull(outcome, "outcome");
        requireNonNull(found, "found");
        requireNonNull(wanted, "wanted");
        requireNonNull(why, "why");
        requireNonNull(repair, "repair");
    }

    /** With another outcome. */
    Check with(Outcome other) {
        return new Check(id, node, other, found, wanted, why, repair);
    }

    /** With another wish. */
    Check wanting(String other) {
        return new Check(id, node, outcome, found, other, why, repair);
    }

    /** Whether both are about the same. */
    boolean isOf(Check other) {
        return id.equals(other.id) && node.equals(other.node);
    }

    /** What is wrong, on one line. */
    public String sentence() {
        return id + " on " + node + ": " + found + "; wanted: " + wanted;
    }
}
