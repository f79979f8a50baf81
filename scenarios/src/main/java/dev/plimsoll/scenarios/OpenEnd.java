package dev.plimsoll.scenarios;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * The end of a scenario's load that its gate may move: earlier with {@code gate.stop_when_decided}, later with
 * {@code gate.extend_until}. It is the end of the last phase, which is measured and whose load stays the same, so that
 * its beginning tells of its end; and there is one round.
 *
 * <p>The load is scheduled for the longest length and ended where the gate decides. The schedule is drawn from the seed
 * in order, so what is sent before the end does not depend on where the end is.
 *
 * @param phase the last phase's name
 * @param planned its length as written
 * @param longest the most that it may last
 */
public record OpenEnd(String phase, Duration planned, Duration longest) {
    /** Checks the components. */
    public OpenEnd {
        requireNonNull(phase, "phase");
        Rule.positive(planned, "a phase's duration");
        Rule.require(longest.compareTo(planned) >= 0, "the longest length is at least the planned one", longest);
    }

    /**
     * The movable end of a scenario; nothing when its gate asks for none.
     *
     * @throws IllegalArgumentException when its gate asks for one and its phases do not allow it; the message is a
     *     sentence for a person
     */
    public static Optional<OpenEnd> of(Scenario scenario) {
        Optional<Gate> gate = scenario.gate();
        if (gate.isEmpty()
                || (!gate.get().stopWhenDecided() && gate.get().extendUntil().isEmpty())) {
            return Optional.empty();
        }
        String key = gate.get().extendUntil().isPresent() ? "gate.extend_until" : "gate.stop_when_decided";
        Phase last = scenario.phases().getLast();
        Rule.require(scenario.repeat() == 1, key + " moves the end of the only round: leave it or repeat out", "both");
        Rule.require(
                last.measure(), key + " moves the end of the last phase, so the last one is measured", last.name());
        Rule.require(
                !(last.load() instanceof Load.Open open) || open.rate() instanceof Load.Rate.Constant,
                key
                        + " moves the end of the last phase, so its load is the same all along: a plain rate or concurrency",
                "that of " + last.name());
        gate.get()
                .extendUntil()
                .ifPresent(longest -> Rule.require(
                        longest.compareTo(last.duration()) > 0,
                        "gate.extend_until is longer than the last phase, which lasts " + text(last.duration()),
                        text(longest)));
        return Optional.of(new OpenEnd(
                last.name(), last.duration(), gate.get().extendUntil().orElse(last.duration())));
    }

    /** Whether the phase may last longer than written. */
    public boolean isExtendable() {
        return longest.compareTo(planned) > 0;
    }

    private static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
