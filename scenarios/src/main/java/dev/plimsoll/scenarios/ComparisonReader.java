package dev.plimsoll.scenarios;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Reads a limit on a change outside of a scenario, in the syntax of {@code gate.baseline.checks}: {@code latency.p99 <=
 * +10%}, {@code output_throughput >= -5%}, {@code latency.mean <= +10% and +5ms}.
 */
public final class ComparisonReader {
    private ComparisonReader() {}

    /**
     * The limit that is written there. Metrics of nodes are taken as they are named; one that no run has is told when it
     * is compared.
     *
     * @param text the expression
     * @param requests names of requests that {@code on} may name
     * @param nodes names of nodes that {@code on} may name
     * @param phases names of phases that {@code in} may name
     * @throws IllegalArgumentException with the rule, the wrong word and its column
     */
    public static BaselineCheck read(
            String text, Collection<String> requests, Collection<String> nodes, Collection<String> phases) {
        Problems problems = new Problems(text);
        MetricNames names = new MetricNames(Optional.empty(), true, List.of(), true);
        Expressions expressions = new Expressions(names, requests, nodes, phases, List.of(), problems);
        YamlNode.Scalar scalar = new YamlNode.Scalar(text, true, new Place(text, 1, 1), 0);
        Optional<BaselineCheck> check = expressions.check(new Field(scalar, ""));
        return check.orElseThrow(() -> new IllegalArgumentException(problems.sentences()));
    }
}
