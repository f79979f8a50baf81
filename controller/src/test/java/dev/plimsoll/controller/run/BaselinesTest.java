package dev.plimsoll.controller.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.controller.commands.TestingBundles;
import dev.plimsoll.measurements.NodeSample;
import dev.plimsoll.measurements.Reading;
import dev.plimsoll.reports.bundle.RunBundle;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.scenarios.ComparisonReader;
import dev.plimsoll.scenarios.Difference;
import dev.plimsoll.scenarios.Gate;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaselinesTest {
    private static final Optional<Verdict.Outcome> PROMOTED = Optional.of(Verdict.Outcome.PROMOTE);

    @TempDir
    private static Path store;

    private static String first;
    private static String second;
    private static String older;
    private static RunBundle now;

    @BeforeAll
    static void write(@TempDir Path elsewhere) {
        older = TestingBundles.write(store, 1, 100, "0.31.0", PROMOTED);
        first = TestingBundles.write(store, 2, 100, "0.32.0", PROMOTED);
        second = TestingBundles.write(store, 3, 100, "0.32.0", PROMOTED);
        TestingBundles.write(store, 4, 150, "0.32.0", Optional.of(Verdict.Outcome.ROLLBACK));
        now = RunBundle.open(elsewhere.resolve(TestingBundles.write(elsewhere, 9, 100, "0.32.0", Optional.empty())));
    }

    private static Gate gate(Optional<String> run, int runs, Set<Difference> allow) {
        Gate.Baseline baseline = new Gate.Baseline(
                run,
                runs,
                true,
                allow,
                List.of(ComparisonReader.read("latency.mean <= +10%", List.of(), List.of(), List.of())));
        return new Gate(
                Optional.empty(),
                List.of(),
                0.95,
                Gate.OnUndecided.INCONCLUSIVE,
                true,
                Optional.empty(),
                Optional.of(baseline),
                List.of(),
                List.of(),
                List.of());
    }

    private static Baselines find(Optional<String> run, int runs, Set<Difference> allow) {
        return Baselines.find(Optional.of(gate(run, runs, allow)), store, now.info(), now.results(), Optional.empty());
    }

    private static List<String> names(Baselines baselines) {
        return baselines.runs().compared().stream().map(RunResults::run).toList();
    }

    @Test
    void theLastPromotedRunsOnTheSameKindOfTargetAreTheBaseline() {
        Baselines found = find(Optional.empty(), 5, Set.of());
        assertEquals(List.of(second, first), names(found));
        assertEquals("", found.problem());
        assertEquals(1, found.notes().size());
        assertTrue(found.notes().getFirst().startsWith("not compared with run " + older + ": vLLM version 0.31.0"));
        assertEquals(List.of(second), names(find(Optional.empty(), 1, Set.of())));
    }

    @Test
    void olderRunsTellHowMuchRunsDiffer() {
        assertEquals(1, find(Optional.empty(), 1, Set.of()).runs().older());
        assertEquals(0, find(Optional.empty(), 5, Set.of()).runs().older());
    }

    @Test
    void theVerdictTakesTheRunsThatTheWatchChoseUnlessMoreBecameKnownSince() {
        Optional<Gate> gate = Optional.of(gate(Optional.empty(), 5, Set.of()));
        RunResults results = now.results();
        Baselines watched = Baselines.find(gate, store, now.info(), results, Optional.empty());
        assertSame(watched, Baselines.find(gate, store, now.info(), results, Optional.of(watched)));
        results.add(new NodeSample("gpu-0", "nvidia-smi", "a", 0, Map.of("gpu.count", Reading.of(8))), 0);
        Baselines known = Baselines.find(gate, store, now.info(), results, Optional.of(watched));
        assertNotSame(watched, known);
        assertSame(known, Baselines.find(gate, store, now.info(), results, Optional.of(known)));
    }

    @Test
    void whatMayDifferIsComparedWith() {
        assertEquals(List.of(second, first, older), names(find(Optional.empty(), 5, Set.of(Difference.VLLM_VERSION))));
    }

    @Test
    void aNamedRunThatDiffersIsNotComparable() {
        Baselines found = find(Optional.of(store.resolve(older).toString()), 5, Set.of());
        assertTrue(found.runs().isEmpty());
        assertEquals(
                "not comparable with run " + older + ": vLLM version 0.31.0, now 0.32.0; if that is what the release"
                        + " changes, say so: gate.baseline.allow: [vllm_version]",
                found.problem());
        assertEquals(
                List.of(second), names(find(Optional.of(store.resolve(second).toString()), 5, Set.of())));
    }

    @Test
    void aNamedStoreGivesItsLastPromotedRuns() {
        assertEquals(List.of(second, first), names(find(Optional.of(store.toString()), 5, Set.of())));
    }

    @Test
    void noBaselineYetIsSaid(@TempDir Path empty) {
        Baselines found = find(Optional.of(empty.toString()), 5, Set.of());
        assertTrue(found.problem().startsWith("there is no promoted run of this load in " + empty), found.problem());
        assertTrue(find(Optional.of(empty.resolve("x").toString()), 5, Set.of())
                .problem()
                .startsWith("gate.baseline.run: there is no "));
    }
}
