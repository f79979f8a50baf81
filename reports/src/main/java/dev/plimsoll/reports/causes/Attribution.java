package dev.plimsoll.reports.causes;

import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.results.NodeSeries;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Anomalies of one kind, and what moved with them.
 *
 * @param metric the metric that rose or fell
 * @param phase the phase
 * @param stretches when, in order of time; never empty
 * @param causes what moved with them, the likeliest first; empty where nothing did
 * @param sentence the finding for a person
 * @param figures what the sentence says, in numbers
 */
record Attribution(
        String metric,
        String phase,
        List<NodeSeries.Stretch> stretches,
        List<Cause> causes,
        String sentence,
        Map<String, Object> figures) {
    /** The type of its event. */
    static final String TYPE = "attribution";

    private static final int MOST_TIMES = 50;
    private static final int MOST_OTHERS = 5;
    private static final double HUNDRED = 100;

    /** Copies the collections. */
    Attribution {
        stretches = List.copyOf(stretches);
        causes = List.copyOf(causes);
        figures = Map.copyOf(figures);
    }

    /**
     * A signal that moved with an anomaly.
     *
     * @param suspect what it is
     * @param node of which node
     * @param lagSeconds by how much it came before; negative where it was seen later
     * @param strength how well it agrees in time, from 0 to 1
     * @param p how likely that is by chance
     * @param before its usual value
     * @param during its value in the anomaly
     */
    record Cause(
            Suspect suspect, String node, double lagSeconds, double strength, double p, double before, double during) {
        private Map<String, Object> detail() {
            Map<String, Object> detail = new LinkedHashMap<>();
            detail.put("cause", suspect.metric());
            detail.put("node", node);
            detail.put("lag_s", rounded(lagSeconds));
            detail.put("strength", rounded(strength));
            detail.put("before", rounded(before));
            detail.put("during", rounded(during));
            return detail;
        }
    }

    /** The line for {@code events.ndjson}. Its instant is the beginning of the first anomaly. */
    RunEvent event() {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("metric", metric);
        detail.put("phase", phase);
        if (!causes.isEmpty()) {
            Cause first = causes.getFirst();
            detail.put("cause", first.suspect().metric());
            detail.put("node", first.node());
            detail.put("lag_s", rounded(first.lagSeconds()));
            detail.put("strength", rounded(first.strength()));
            List<Map<String, Object>> others = new ArrayList<>();
            causes.stream().skip(1).limit(MOST_OTHERS).forEach(cause -> others.add(cause.detail()));
            detail.put("also", others);
        }
        detail.put(
                "times",
                stretches.stream()
                        .limit(MOST_TIMES)
                        .map(s -> List.of(rounded(s.from()), rounded(s.to())))
                        .toList());
        detail.put("figures", figures);
        return new RunEvent(stretches.getFirst().from(), TYPE, sentence, detail);
    }

    /** Three digits that matter are enough for a line that is read. */
    static double rounded(double value) {
        double size = Math.abs(value);
        if (!(size > 0) || size >= HUNDRED) {
            return Math.round(value * HUNDRED) / HUNDRED;
        }
        double unit = Math.pow(10, 3 - Math.ceil(Math.log10(size)));
        return Math.round(value * unit) / unit;
    }
}
