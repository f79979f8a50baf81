package dev.plimsoll.reports.render;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.bundle.RunInfo;
import dev.plimsoll.reports.results.Summary;
import dev.plimsoll.reports.results.ValueCounts;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.Phase;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a report shows, bounded in size however long the run was. Made by a {@link ReportDataBuilder}.
 *
 * @param info the run
 * @param scenarioText the scenario as resolved, secrets masked; may be empty
 * @param phases the scenario's phases, for the description of the load; empty where they are not known
 * @param summary statistics
 * @param verdict the verdict, of a gate
 * @param place where the bundle is; empty where it is nowhere
 * @param timeline clients over time
 * @param spectra all values of the measured phases, by metric
 * @param parts latencies of the measured phases by phase and request, where there is more than one
 * @param baseline what to draw beside the spectra
 * @param nodes nodes over time
 * @param events what happened, in order
 * @param omitted what was cut to keep the report small, a sentence each
 */
public record ReportData(
        RunInfo info,
        String scenarioText,
        List<Phase> phases,
        Summary summary,
        Optional<Verdict> verdict,
        String place,
        Timeline timeline,
        Map<String, ValueCounts> spectra,
        Map<String, ValueCounts> parts,
        Optional<Baseline> baseline,
        List<NodeLane> nodes,
        List<RunEvent> events,
        List<String> omitted) {
    /** Checks the components and copies the collections. */
    public ReportData {
        requireNonNull(info, "info");
        requireNonNull(scenarioText, "scenarioText");
        phases = List.copyOf(phases);
        requireNonNull(summary, "summary");
        requireNonNull(verdict, "verdict");
        requireNonNull(place, "place");
        requireNonNull(timeline, "timeline");
        spectra = Collections.unmodifiableMap(new LinkedHashMap<>(spectra));
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
        nodes = List.copyOf(nodes);
        events = List.copyOf(events);
        omitted = List.copyOf(omitted);
    }

    /**
     * Another run's values.
     *
     * @param name how it is called in legends
     * @param spectra its values by metric
     */
    public record Baseline(String name, Map<String, ValueCounts> spectra) {
        /** Copies the map. */
        public Baseline {
            spectra = Map.copyOf(spectra);
        }
    }

    /** All values of a metric in the measured phases. */
    ValueCounts spectrum(String metric) {
        return spectra.getOrDefault(metric, ValueCounts.NONE);
    }

    /** Whether answers came as tokens. */
    boolean hasTokens() {
        return spectrum("ttft").total() > 0 || timeline.has("ttft");
    }
}
