package dev.plimsoll.measurements;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What was looked up of one machine.
 *
 * @param host the machine's name
 * @param machine facts of the machine; what is not in it was not looked up
 * @param gpus facts of each GPU, in the order of their numbers
 */
public record MachineFacts(String host, Map<MachineFact, Fact> machine, List<Map<GpuFact, Fact>> gpus) {
    private static final Fact NOT_LOOKED_UP = Fact.absent("it was not looked up");

    /** Checks the components and copies the collections. */
    public MachineFacts {
        requireNonNull(host, "host");
        EnumMap<MachineFact, Fact> facts = new EnumMap<>(MachineFact.class);
        facts.putAll(machine);
        machine = Collections.unmodifiableMap(facts);
        gpus = gpus.stream().map(MachineFacts::copy).toList();
    }

    private static Map<GpuFact, Fact> copy(Map<GpuFact, Fact> gpu) {
        EnumMap<GpuFact, Fact> facts = new EnumMap<>(GpuFact.class);
        facts.putAll(gpu);
        return Collections.unmodifiableMap(facts);
    }

    /** A fact of the machine; absent when it was not looked up. */
    public Fact of(MachineFact what) {
        return machine.getOrDefault(what, NOT_LOOKED_UP);
    }

    /** A fact of a GPU; absent when it was not looked up. */
    public Fact of(int gpu, GpuFact what) {
        return gpus.get(gpu).getOrDefault(what, NOT_LOOKED_UP);
    }
}
