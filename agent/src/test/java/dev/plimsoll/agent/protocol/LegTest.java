package dev.plimsoll.agent.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Load;
import dev.plimsoll.scenarios.Objectives;
import dev.plimsoll.scenarios.OpenEnd;
import dev.plimsoll.scenarios.Phase;
import dev.plimsoll.scenarios.RequestSpec;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.Target;
import dev.plimsoll.scenarios.Work;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LegTest {
    private static final Phase WARM_UP = phase("warm-up", 10, false, false);
    private static final Phase STEADY = phase("steady", 60, true, false);
    private static final Phase ALONE = phase("alone", 30, true, true);

    @Test
    void theLastPhaseOfAnOpenEndIsPlannedForItsLongest() {
        OpenEnd end =
                new OpenEnd(STEADY.name(), STEADY.duration(), STEADY.duration().multipliedBy(5));
        Leg leg = Leg.of(scenario(1, WARM_UP, STEADY), Optional.of(end)).getFirst();
        assertEquals(WARM_UP.duration(), leg.slots().getLast().start());
        assertEquals(WARM_UP.duration().plus(end.longest()), leg.duration());
    }

    @Test
    void phasesFollowOneAnotherInOneLeg() {
        List<Leg> legs = Leg.of(scenario(1, WARM_UP, STEADY));

        assertEquals(1, legs.size());
        assertEquals(Duration.ofSeconds(10), legs.getFirst().slots().get(1).start());
        assertEquals(Duration.ofSeconds(70), legs.getFirst().duration());
    }

    @Test
    void phaseThatWaitsForTheOthersBeginsALeg() {
        List<Leg> legs = Leg.of(scenario(1, STEADY, ALONE));

        assertEquals(
                List.of("steady", "alone"),
                legs.stream().map(l -> l.slots().getFirst().phase().name()).toList());
        assertEquals(List.of(0, 0), legs.stream().map(Leg::round).toList());
    }

    @Test
    void furtherRoundsRepeatTheMeasuredPhasesOnly() {
        List<Leg> legs = Leg.of(scenario(3, WARM_UP, STEADY));

        assertEquals(List.of(0, 1, 2), legs.stream().map(Leg::round).toList());
        assertEquals(List.of(2, 1, 1), legs.stream().map(l -> l.slots().size()).toList());
        assertEquals(List.of(0, 1, 2), legs.stream().map(Leg::index).toList());
    }

    private static Phase phase(String name, long seconds, boolean measure, boolean afterDrain) {
        Load load = new Load.Closed(1, Duration.ZERO);
        return new Phase(name, Duration.ofSeconds(seconds), load, measure, Duration.ofSeconds(5), afterDrain);
    }

    private static Scenario scenario(int repeat, Phase... phases) {
        Target target = new Target(
                List.of(URI.create("http://127.0.0.1:1")),
                Api.HTTP,
                Target.MODEL_AUTO,
                false,
                Map.of(),
                Duration.ofSeconds(5),
                Target.Connections.DEFAULT,
                Optional.empty());
        Work work = new Work.Http("GET", "/", Map.of(), "", Work.Expectation.ANY_SUCCESS);
        return new Scenario(
                "legs",
                "",
                target,
                List.of(new RequestSpec("get", 1, work)),
                List.of(phases),
                repeat,
                1,
                Objectives.NONE,
                List.of(),
                Optional.empty());
    }
}
