package dev.plimsoll.scenarios;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Statistic;
import java.util.Optional;

/**
 * A limit on the run: {@code METRIC[.STATISTIC] [on NAME] [in PHASE] OPERATOR LIMIT}.
 *
 * @param expression as written
 * @param metric what is limited
 * @param statistic of which statistic; present exactly when the metric has statistics
 * @param on one request of the workload, or one node; absent: all requests together, or the worst node
 * @param phase one phase; absent: all measured phases together
 * @param operator the comparison
 * @param limit in the metric's unit
 */
public record Threshold(
        String expression,
        Metric metric,
        Optional<Statistic> statistic,
        Optional<String> on,
        Optional<String> phase,
        Operator operator,
        double limit) {
    /** Checks the components. */
    public Threshold {
        requireNonNull(metric, "metric");
        requireNonNull(operator, "operator");
        Rule.require(
                statistic.isPresent() == metric.hasStatistics(),
                metric.hasStatistics()
                        ? metric.name() + " needs a statistic, such as " + metric.name() + ".mean"
                        : metric.name() + " is one number for a window and has no statistic",
                expression);
        Rule.require(Double.isFinite(limit), "a limit is a number", limit);
    }
}
