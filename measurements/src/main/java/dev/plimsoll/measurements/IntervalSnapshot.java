package dev.plimsoll.measurements;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Everything one agent measured in one interval of a leg. A leg is a stretch of phases that follow one another without
 * a pause; its intervals are numbered from 0 at the start instant that all agents share.
 *
 * @param run the run's id
 * @param agent the agent's id
 * @param leg the leg's index in the run, from 0
 * @param index the interval's index in the leg: it covers {@code [index, index + 1)} times the interval length
 * @param wallMicros the interval's start by the agent's own wall clock, in µs since the epoch
 * @param lengthMicros its length, in µs; shorter than the others only for the last of a leg
 * @param last whether it is the agent's last interval of the leg, sent when nothing is in flight any more
 * @param requests a part for each series in which something happened or is in flight
 * @param eventLoopLag how late timers fired on the agent's event loops, in nanoseconds
 * @param generator other readings of the agent itself, by metric name ({@code generator.…})
 */
public record IntervalSnapshot(
        String run,
        String agent,
        int leg,
        int index,
        long wallMicros,
        long lengthMicros,
        boolean last,
        List<RequestInterval> requests,
        Histogram eventLoopLag,
        Map<String, Reading> generator) {
    /** Checks the components. */
    public IntervalSnapshot {
        requireNonNull(run, "run");
        requireNonNull(agent, "agent");
        requireNonNull(eventLoopLag, "eventLoopLag");
        requests = List.copyOf(requests);
        generator = Map.copyOf(generator);
        if (leg < 0 || index < 0) {
            throw new IllegalArgumentException("legs and intervals count from 0, not " + leg + " and " + index);
        }
        if (lengthMicros < 0) {
            throw new IllegalArgumentException("an interval's length is not negative: " + lengthMicros);
        }
    }
}
