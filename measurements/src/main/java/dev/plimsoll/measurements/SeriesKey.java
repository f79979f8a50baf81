package dev.plimsoll.measurements;

import static java.util.Objects.requireNonNull;

/**
 * Which requests a series is about.
 *
 * @param round the round of the measured phases, from 0
 * @param phase the name of the phase
 * @param request the name of the request in the workload
 */
public record SeriesKey(int round, String phase, String request) {
    /** Checks the components. */
    public SeriesKey {
        requireNonNull(phase, "phase");
        requireNonNull(request, "request");
        if (round < 0) {
            throw new IllegalArgumentException("rounds count from 0, not " + round);
        }
    }
}
