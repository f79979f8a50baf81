package dev.plimsoll.measurements;

import static java.util.Objects.requireNonNull;

/**
 * A named quantity with one definition.
 *
 * @param name the name used in scenarios, bundles and reports, such as {@code ttft} or {@code cpu.utilization}
 * @param kind what it is measured on, which decides the statistics it has
 * @param unit the unit of its statistics and limits
 * @param definition one sentence that says exactly what is measured
 */
public record Metric(String name, Kind kind, Unit unit, String definition) {

    /** What a metric is measured on. */
    public enum Kind {
        /** One value a request or a token, kept in a histogram: has every statistic. */
        REQUEST,
        /** One number for a window, such as a rate or a ratio: has no statistic. */
        WINDOW,
        /** One value a sample of a node, gathered by a probe: has every statistic, over samples. */
        NODE
    }

    /** Checks the components. */
    public Metric {
        requireNonNull(name, "name");
        requireNonNull(kind, "kind");
        requireNonNull(unit, "unit");
        requireNonNull(definition, "definition");
        if (!name.matches("[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*")) {
            throw new IllegalArgumentException(
                    "a metric name is lower-case words joined by dots or underscores, not \"" + name + "\"");
        }
    }

    /** Whether a threshold on this metric needs a statistic ({@code mean}, {@code p99}, …). */
    public boolean hasStatistics() {
        return kind != Kind.WINDOW;
    }
}
