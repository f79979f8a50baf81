package dev.plimsoll.agent.protocol;

import dev.plimsoll.scenarios.OpenEnd;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.Scenario;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A stretch of phases that follow one another without a pause. A leg is prepared and started together on all agents,
 * and ends when nothing of it is in flight. A new leg begins with each round, and with each phase that waits for the
 * ones before it.
 *
 * @param index in the run, from 0
 * @param round which round of the measured phases, from 0
 * @param slots its phases
 */
public record Leg(int index, int round, List<Slot> slots) {
    /** Copies the list. */
    public Leg {
        slots = List.copyOf(slots);
        if (slots.isEmpty()) {
            throw new IllegalArgumentException("a leg has at least one phase");
        }
    }

    /**
     * A phase at its place in the leg.
     *
     * @param phase what is run
     * @param start from the leg's start
     */
    public record Slot(Phase phase, Duration start) {
        /** From the leg's start. */
        public Duration end() {
            return start.plus(phase.duration());
        }
    }

    /** How long the leg schedules requests. */
    public Duration duration() {
        return slots.getLast().end();
    }

    /** The legs of a scenario: all phases in the first round, the measured ones in each further round. */
    public static List<Leg> of(Scenario scenario) {
        return of(scenario, Optional.empty());
    }

    /** The same, with the last phase scheduled for the longest time that it may last. */
    public static List<Leg> of(Scenario scenario, Optional<OpenEnd> end) {
        List<Leg> legs = new ArrayList<>();
        for (int round = 0; round < scenario.repeat(); round++) {
            List<Slot> slots = new ArrayList<>();
            Duration start = Duration.ZERO;
            for (Phase phase : scenario.phases()) {
                if (round > 0 && !phase.measure()) {
                    continue;
                }
                if (phase.afterDrain() && !slots.isEmpty()) {
                    legs.add(new Leg(legs.size(), round, slots));
                    slots = new ArrayList<>();
                    start = Duration.ZERO;
                }
                Phase lasting = end.filter(one -> one.phase().equals(phase.name()))
                        .map(one -> phase.lasting(one.longest()))
                        .orElse(phase);
                slots.add(new Slot(lasting, start));
                start = start.plus(lasting.duration());
            }
            legs.add(new Leg(legs.size(), round, slots));
        }
        return List.copyOf(legs);
    }
}
