package dev.plimsoll.scenarios;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Statistic;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A limit on the change from the baseline: {@code METRIC[.STATISTIC] [on NAME] [in PHASE] <= +10% [and +5ms]}.
 *
 * @param expression as written
 * @param metric what is compared
 * @param statistic of which statistic; present exactly when the metric has statistics
 * @param on one request of the workload, or one node
 * @param phase one phase
 * @param operator {@code <=} with a limit on growth, {@code >=} with a limit on loss
 * @param relative allowed change as a share of the baseline, such as 0.1 or −0.05
 * @param absolute allowed change in the metric's unit; with both, only a change beyond both fails
 */
public record BaselineCheck(
        String expression,
        Metric metric,
        Optional<Statistic> statistic,
        Optional<String> on,
        Optional<String> phase,
        Operator operator,
        OptionalDouble relative,
        OptionalDouble absolute) {
    /** Checks the components. */
    public BaselineCheck {
        requireNonNull(metric, "metric");
        requireNonNull(operator, "operator");
        Rule.require(
                statistic.isPresent() == metric.hasStatistics(),
                metric.hasStatistics()
                        ? metric.name() + " needs a statistic, such as " + metric.name() + ".mean"
                        : metric.name() + " is one number for a window and has no statistic",
                expression);
        Rule.require(
                relative.isPresent() || absolute.isPresent(), "a comparison has a limit, such as +10%", expression);
    }
}
