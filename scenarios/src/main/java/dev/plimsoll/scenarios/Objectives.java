package dev.plimsoll.scenarios;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Unit;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What makes a request good: it succeeded, and each of these metrics of it is at most the limit.
 *
 * @param limits limits by metric; times of a request only
 * @param share the share of all scheduled requests that must be good, for capacity searches
 */
public record Objectives(Map<Metric, Duration> limits, double share) {
    /** No objective: every successful request is good. */
    public static final Objectives NONE = new Objectives(Map.of(), 0.95);

    /** Checks the components. */
    public Objectives {
        limits = Collections.unmodifiableMap(new LinkedHashMap<>(limits));
        limits.forEach((metric, limit) -> {
            Rule.require(
                    metric.kind() == Metric.Kind.REQUEST && metric.unit() == Unit.MILLISECONDS,
                    "an objective is a time of a request",
                    metric.name());
            Rule.positive(limit, "an objective");
        });
        Rule.require(share > 0 && share <= 1, "objectives.share is above 0 and at most 100%", share);
    }
}
