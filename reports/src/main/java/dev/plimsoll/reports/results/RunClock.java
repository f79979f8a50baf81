package dev.plimsoll.reports.results;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/**
 * Places instants of agents' wall clocks on the run's timeline, whose zero is the start of the load.
 *
 * @param loadStarted the zero, by the controller's wall clock
 * @param offsetMicros each agent's wall clock − the controller's, in µs, by the agent's id; an agent that is not here
 *     has the controller's clock
 */
public record RunClock(Instant loadStarted, Map<String, Long> offsetMicros) {
    private static final double MICROS_PER_SECOND = 1e6;

    /** Copies the map. */
    public RunClock {
        offsetMicros = Map.copyOf(offsetMicros);
    }

    /** The same clock with one more agent. */
    public RunClock with(String agent, long micros) {
        Map<String, Long> more = new HashMap<>(offsetMicros);
        more.put(agent, micros);
        return new RunClock(loadStarted, more);
    }

    /** Seconds since the load began; negative before it. */
    public double t(String agent, long wallMicros) {
        long zero = ChronoUnit.MICROS.between(Instant.EPOCH, loadStarted);
        return (wallMicros - offsetMicros.getOrDefault(agent, 0L) - zero) / MICROS_PER_SECOND;
    }

    /** Seconds since the load began of an instant of the controller's clock. */
    public double t(Instant instant) {
        return ChronoUnit.MICROS.between(loadStarted, instant) / MICROS_PER_SECOND;
    }
}
