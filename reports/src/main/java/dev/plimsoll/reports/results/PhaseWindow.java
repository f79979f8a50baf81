package dev.plimsoll.reports.results;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Phase;

/**
 * The stretch of a leg in which one phase schedules requests.
 *
 * @param leg which leg, from 0
 * @param round which round of the measured phases, from 0
 * @param phase the phase's name
 * @param measured whether it counts for summaries and gates
 * @param openLoop whether arrivals come by the clock
 * @param steady whether the load is the same all along the phase, so that its beginning tells of its end
 * @param start in seconds from the leg's start
 * @param seconds how long it is
 */
public record PhaseWindow(
        int leg,
        int round,
        String phase,
        boolean measured,
        boolean openLoop,
        boolean steady,
        double start,
        double seconds) {
    private static final double NANOS_PER_SECOND = 1e9;

    /** Checks the components. */
    public PhaseWindow {
        requireNonNull(phase, "phase");
        if (leg < 0 || round < 0) {
            throw new IllegalArgumentException("legs and rounds count from 0, not " + leg + " and " + round);
        }
        if (!(start >= 0) || !(seconds >= 0)) {
            throw new IllegalArgumentException(
                    "a window has a start and a length of at least 0, not " + start + " and " + seconds);
        }
    }

    /** The window of a phase that starts that many seconds after its leg. */
    public static PhaseWindow of(Phase phase, int leg, int round, double start) {
        boolean steady = !(phase.load() instanceof Load.Open open) || open.rate() instanceof Load.Rate.Constant;
        return new PhaseWindow(
                leg,
                round,
                phase.name(),
                phase.measure(),
                phase.load() instanceof Load.Open,
                steady,
                start,
                phase.duration().toNanos() / NANOS_PER_SECOND);
    }

    /** In seconds from the leg's start. */
    public double end() {
        return start + seconds;
    }

    /** The same window, cut off where the leg was stopped. */
    PhaseWindow stoppedAt(double secondsFromLegStart) {
        double left = Math.max(0, Math.min(seconds, secondsFromLegStart - start));
        return new PhaseWindow(leg, round, phase, measured, openLoop, steady, start, left);
    }

    /** How many seconds of {@code [from, to)}, counted from the leg's start, lie inside. */
    public double overlap(double from, double to) {
        return Math.max(0, Math.min(to, end()) - Math.max(from, start));
    }
}
