package dev.plimsoll.reports.causes;

import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * What moved in a run, as events for its bundle: {@code drift} of a soak run, and {@code attribution} of anomalies to the
 * signals that moved with them. Pure: the same results give the same findings.
 */
public final class Causes {
    /** The types of events that tell what moved. */
    public static final Set<String> TYPES = Set.of(Attribution.TYPE, Drift.TYPE);

    /**
     * How far beyond chance a shift must be. Chosen on one set of simulated runs and kept on another
     * ({@code CauseCalibrationTest}).
     */
    private static final ShiftScan SYMPTOMS = new ShiftScan(2.5, 2);

    private static final ShiftScan SIGNALS = new ShiftScan(2.5, 2);
    private static final int MOST = 20;

    private Causes() {}

    /** What moved in a run of which the bundle tells. */
    public static List<RunEvent> of(RunBundle bundle) {
        return of(bundle.results(), RunSeries.of(bundle));
    }

    /**
     * What moved in a run, in order of time; at most {@value #MOST} findings of each measured phase, the clearest.
     *
     * @param results what was measured of nodes and generator
     * @param series what was measured of the clients
     */
    public static List<RunEvent> of(RunResults results, RunSeries series) {
        List<RunEvent> events = new ArrayList<>();
        for (PhaseWindow window : results.plannedWindows()) {
            if (window.measured()) {
                phase(window, results, series, events);
            }
        }
        events.sort(Comparator.comparingDouble(RunEvent::t));
        return events;
    }

    private static void phase(PhaseWindow window, RunResults results, RunSeries series, List<RunEvent> events) {
        if (!results.hasStarted(window.leg())) {
            return;
        }
        Grid.of(window, results.legStart(window.leg()), series).ifPresent(grid -> {
            DriftSearch.search(grid, results).forEach(drift -> events.add(drift.event()));
            new Attributor(SYMPTOMS, SIGNALS)
                    .attribute(grid, results).stream().limit(MOST).forEach(found -> events.add(found.event()));
        });
    }
}
