package dev.plimsoll.reports.verdict;

import static dev.plimsoll.reports.verdict.TestingGates.constant;
import static dev.plimsoll.reports.verdict.TestingGates.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.baseline.Circumstances;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Difference;
import dev.plimsoll.scenarios.Gate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaselineChoiceTest {
    private static final Map<String, String> CACHE =
            Map.of("block_size", "16", "num_gpu_blocks", "10000", "engine", "0");

    private static Circumstances of(
            String load, String model, String version, Map<String, String> cache, RunResults run) {
        return Circumstances.of(load, model, version, cache, run, List.of());
    }

    private static RunResults plain(String name) {
        return run(name, 2, constant(100, 1));
    }

    /* GPUs of so many GiB each, of which 10 are in use, and a power limit for all of them. */
    private static RunResults gpus(String name, int count, double gibibytes, double watts) {
        RunResults results = plain(name);
        Map<String, Reading> readings = Map.of(
                "gpu.count", Reading.of(count),
                "gpu.memory.used", Reading.of(10 * Math.pow(2, 30)),
                "gpu.memory.free", Reading.of((gibibytes - 10) * Math.pow(2, 30)),
                "gpu.power.limit", Reading.of(watts));
        results.add(new NodeSample("gpu-" + name, "nvidia-smi", "a", 0, readings), 0.5);
        return results;
    }

    private static Map<String, String> cache(String label, String value) {
        Map<String, String> cache = new HashMap<>(CACHE);
        cache.put(label, value);
        return cache;
    }

    private static BaselineChoice choice(Circumstances now, Set<Difference> allow, int runs) {
        List<BaselineCheck> checks = List.of(TestingGates.grows("latency.mean", 0.1, Double.NaN));
        return new BaselineChoice(now, new Gate.Baseline(Optional.empty(), runs, true, allow, checks), 0.95);
    }

    private static BaselineChoice offered(Set<Difference> allow, Circumstances now, Circumstances earlier) {
        BaselineChoice choice = choice(now, allow, 5);
        choice.offer(plain("before"), earlier);
        return choice;
    }

    private static void assertUnlike(String part, Difference kind, Circumstances now, Circumstances earlier) {
        BaselineChoice choice = offered(Set.of(), now, earlier);
        assertTrue(choice.chosen().isEmpty());
        String problem = choice.problem().orElseThrow();
        assertTrue(problem.startsWith("not comparable with run before: "), problem);
        assertTrue(problem.contains(part), problem);
        assertTrue(
                problem.endsWith(
                        "; if that is what the release changes, say so: gate.baseline.allow: [" + kind.label() + "]"),
                problem);
        assertEquals(1, offered(Set.of(kind), now, earlier).chosen().compared().size());
    }

    @Test
    void takesTheLatestRunsThatAreAlike() {
        Circumstances now = of("h", "m", "1", CACHE, plain("now"));
        BaselineChoice choice = choice(now, Set.of(), 2);
        choice.offer(plain("d"), of("h", "m", "1", CACHE, plain("d")));
        choice.offer(plain("c"), of("h", "m", "0", CACHE, plain("c")));
        choice.offer(plain("b"), of("h", "m", "1", CACHE, plain("b")));
        choice.offer(plain("a"), now);
        choice.offer(plain("z"), of("h", "m", "0", CACHE, plain("z")));
        assertEquals(
                List.of("d", "b"),
                choice.chosen().compared().stream().map(RunResults::run).toList());
        assertEquals(1, choice.chosen().older(), "a tells how much runs differ");
        assertFalse(choice.isFull());
        for (int i = 0; i < 20; i++) {
            choice.offer(plain("older-" + i), now);
        }
        assertTrue(choice.isFull());
        assertEquals(18, choice.chosen().older(), "20 in all");
        assertEquals(Optional.empty(), choice.problem());
        assertEquals(1, choice.notes().size(), "nobody misses z");
        assertTrue(choice.notes().getFirst().startsWith("not compared with run c: vLLM version 0, now 1"));
    }

    @Test
    void anotherServerIsNotComparable() {
        Circumstances now = of("h", "m", "0.33.0", CACHE, plain("now"));
        assertUnlike(
                "vLLM version 0.32.0, now 0.33.0",
                Difference.VLLM_VERSION,
                now,
                of("h", "m", "0.32.0", CACHE, plain("x")));
        assertUnlike("model n, now m", Difference.MODEL, now, of("h", "n", "0.33.0", CACHE, plain("x")));
        assertUnlike(
                "cache_config_info block_size 32, now 16",
                Difference.CACHE_CONFIG,
                now,
                of("h", "m", "0.33.0", cache("block_size", "32"), plain("x")));
    }

    @Test
    void anotherKindOfGpuIsNotComparable() {
        Circumstances now = of("h", "", "", Map.of(), gpus("now", 2, 80, 1400));
        assertUnlike(
                "2 GPUs of 40 GiB with 1,400 W, now 2 GPUs of 80 GiB with 1,400 W",
                Difference.GPU,
                now,
                of("h", "", "", Map.of(), gpus("x", 2, 40, 1400)));
        assertUnlike("1 GPU of", Difference.GPU, now, of("h", "", "", Map.of(), gpus("x", 1, 80, 1400)));
        assertUnlike("with 700 W", Difference.GPU, now, of("h", "", "", Map.of(), gpus("x", 2, 80, 700)));
        Circumstances same = of("h", "", "", Map.of(), gpus("another-name", 2, 79.6, 1400));
        assertEquals(1, offered(Set.of(), now, same).chosen().compared().size());
    }

    @Test
    void anotherLoadOrAnUnfitGeneratorIsNeverComparable() {
        Set<Difference> all = Set.of(Difference.values());
        Circumstances now = of("h", "m", "1", CACHE, plain("now"));
        String load = offered(all, now, of("i", "m", "1", CACHE, plain("x")))
                .problem()
                .orElseThrow();
        assertEquals("not comparable with run before: load i, now h", load);
        Circumstances unfit = Circumstances.of("h", "m", "1", CACHE, plain("x"), List.of("the generator sent late"));
        assertEquals(
                "not comparable with run before: its generator was not fit: the generator sent late",
                offered(all, now, unfit).problem().orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"num_gpu_blocks, 10100, 1", "num_gpu_blocks, 12000, 0", "engine, 1, 1", "block_size, 17, 0"})
    void sizesThatFollowFromFreeMemoryMayDifferALittle(String label, String value, int chosen) {
        Circumstances now = of("h", "m", "1", CACHE, plain("now"));
        Circumstances earlier = of("h", "m", "1", cache(label, value), plain("x"));
        assertEquals(chosen, offered(Set.of(), now, earlier).chosen().compared().size());
    }

    @Test
    void whatIsNotKnownIsNoDifferenceAndIsTold() {
        Circumstances now = of("h", "m", "1", Map.of(), plain("now"));
        BaselineChoice choice = offered(Set.of(), now, of("h", "m", "", CACHE, plain("x")));
        assertEquals(1, choice.chosen().compared().size());
        assertEquals(
                List.of(
                        "compared with run before though the vLLM version is not known of the earlier one",
                        "compared with run before though cache_config_info is not known of this run"),
                choice.notes());
    }
}
