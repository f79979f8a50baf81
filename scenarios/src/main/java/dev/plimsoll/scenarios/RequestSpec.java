package dev.plimsoll.scenarios;

import static java.util.Objects.requireNonNull;

/**
 * One kind of request in the workload.
 *
 * @param name names it in results
 * @param weight its share of all requests is weight / sum of weights
 * @param work what it asks for
 */
public record RequestSpec(String name, double weight, Work work) {
    /** Checks the components. */
    public RequestSpec {
        Rule.notBlank(name, "a request's name");
        Rule.require(weight > 0 && Double.isFinite(weight), "weight is above 0", weight);
        requireNonNull(work, "work");
    }
}
