package dev.plimsoll.scenarios;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * A stretch of load. A phase starts the moment the one before it ends; what that one still has in flight goes on, and
 * counts where it was scheduled.
 *
 * @param name names it in results
 * @param duration how long requests are scheduled
 * @param load how they are scheduled
 * @param measure whether it counts for summaries and gates; a warm-up does not
 * @param drain how long its requests are awaited after its end; the rest then fail as timeouts
 * @param afterDrain whether it starts only when everything before it has ended
 */
public record Phase(String name, Duration duration, Load load, boolean measure, Duration drain, boolean afterDrain) {
    /** Checks the components. */
    public Phase {
        Rule.require(
                name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,79}"),
                "a phase's name is up to 80 letters, digits, dots, dashes and underscores",
                "\"" + name + "\"");
        Rule.positive(duration, "a phase's duration");
        requireNonNull(load, "load");
        Rule.require(!drain.isNegative(), "drain is not negative", drain);
    }

    /** The same phase with another length. */
    public Phase lasting(Duration other) {
        return new Phase(name, other, load, measure, drain, afterDrain);
    }
}
