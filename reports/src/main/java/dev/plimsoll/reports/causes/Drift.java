package dev.plimsoll.reports.causes;

import dev.plimsoll.reports.bundle.RunEvent;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A difference between the beginning and the end of a long phase at equal load.
 *
 * @param t the beginning of the last part, in seconds since the load began
 * @param phase the phase
 * @param kind what drifted
 * @param node where; {@value #TARGET} for what the clients saw
 * @param sentence the finding for a person
 * @param figures what the sentence says, in numbers
 */
record Drift(double t, String phase, Kind kind, String node, String sentence, Map<String, Object> figures) {
    /** The type of its event. */
    static final String TYPE = "drift";
    /** Stands for a node where none is known to have drifted. */
    static final String TARGET = "target";

    /** What drifted. */
    enum Kind {
        /** A GPU clocked down as it became hot. */
        THERMAL,
        /** A GPU clocked down at its power limit, and not because it became hotter. */
        POWER,
        /** A GPU clocked down, and neither heat nor power tells why. */
        CLOCK,
        /** Fewer tokens or requests came out at equal clocks, or clocks that nobody measured. */
        THROUGHPUT,
        /** Requests took longer, and as many came out, at equal clocks or clocks that nobody measured. */
        LATENCY;

        /** The name in {@code events.ndjson}. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Copies the map. */
    Drift {
        figures = Map.copyOf(figures);
    }

    /** The line for {@code events.ndjson}. */
    RunEvent event() {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("kind", kind.label());
        detail.put("node", node);
        detail.put("phase", phase);
        detail.put("figures", figures);
        return new RunEvent(t, TYPE, sentence, detail);
    }
}
