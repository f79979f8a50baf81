package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.protocol.TargetFacts;
import dev.plimsoll.agent.request.RequestFactory;
import dev.plimsoll.agent.request.WorkloadRequests;
import dev.plimsoll.agent.schedule.ArrivalSchedule;
import dev.plimsoll.scenarios.Scenario;
import dev.plimsoll.scenarios.ScenarioReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which request goes with which arrival: taken from the slots that shards walk, byte for byte. Agents have no part in
 * it: a plan numbers the shards of all of them through, so two agents of two shards are shards 0 to 3 of 4.
 */
class SeedOrderTest {
    private static final TargetFacts FACTS = new TargetFacts(
            List.of(), Optional.of("m"), Optional.empty(), Map.of(), TargetFacts.Vocabulary.BUILT_IN, List.of());

    private static final String OPEN = """
            name: order
            seed: %d
            target: {url: ["http://127.0.0.1:1", "http://127.0.0.1:2"], api: openai-chat, model: m}
            workload:
              - {name: short, weight: 3, input: {tokens: {distribution: uniform, min: 4, max: 12}}, output: {tokens: 9}}
              - {name: long, weight: 1, input: {tokens: 40}, shared_prefix: {tokens: 10, groups: 3}, output: {tokens: 5}}
            phases: [{name: load, duration: 10s, rate: {from: 5/s, to: 95/s}, arrivals: {gamma: {cv: 2}}}]
            """;

    /** An arrival, and all that is sent for it. */
    private record Sent(long nanos, int url, String bytes) {}

    /** The arrivals of all shards, by their place in the schedule. */
    private static List<Sent> sent(long seed, int shards) {
        Scenario scenario;
        try {
            scenario = ScenarioReader.read("test", OPEN.formatted(seed), Path.of(""), List.of(), Map.of())
                    .scenario();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        RequestFactory requests = WorkloadRequests.of(scenario, FACTS, Map.of());
        RequestRenderer renderer = new RequestRenderer(scenario.target());
        SlotLoad load = new SlotLoad(
                scenario.phases().getFirst(),
                0,
                0,
                scenario.phases().getFirst().duration().toNanos());
        TreeMap<Long, Sent> all = new TreeMap<>();
        for (int shard = 0; shard < shards; shard++) {
            ShardPlan plan = new ShardPlan(
                    shard,
                    shards,
                    scenario.seed(),
                    0,
                    List.of(load),
                    scenario.workload().size(),
                    scenario.target(),
                    scenario.objectives());
            ShardSlot slot = ShardSlot.of(
                    load,
                    plan,
                    requests,
                    renderer::render,
                    SupplyLine.budgets(1).getFirst());
            ArrivalSchedule arrivals = assertInstanceOf(ArrivalSchedule.class, slot.arrivals);
            AheadSupply supply = assertInstanceOf(AheadSupply.class, slot.supply);
            // Rendered ahead or at the last moment, it is the same request.
            if (supply instanceof AheadSupply ahead) {
                ahead.fill(7);
            }
            for (long at = arrivals.nextNanos(); at != ArrivalSchedule.END; at = arrivals.nextNanos()) {
                RenderedRequest ready = supply.poll();
                RenderedRequest request = ready == null ? supply.renderNow() : ready;
                String bytes = request.bytes().toString(StandardCharsets.UTF_8);
                request.drop();
                Sent before = all.put(arrivals.index(), new Sent(at, request.url(), bytes));
                assertEquals(null, before, "an arrival was taken twice");
            }
            supply.close();
        }
        return new ArrayList<>(all.values());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 16})
    void everyArrivalHasItsRequestHoweverManyShardsThereAre(int shards) {
        List<Sent> alone = sent(11, 1);
        // 5 to 95 a second over 10 s: 500 on average.
        assertTrue(alone.size() > 300, () -> "only " + alone.size());
        assertEquals(alone, sent(11, shards));
    }

    @Test
    void anotherSeedSendsOtherRequestsAtOtherInstants() {
        List<Sent> one = sent(11, 1);
        List<Sent> other = sent(12, 1);
        long equal = one.stream().filter(other::contains).count();
        assertEquals(0, equal);
        List<String> bodies = other.stream().map(Sent::bytes).toList();
        assertEquals(0, one.stream().filter(sent -> bodies.contains(sent.bytes)).count());
    }
}
