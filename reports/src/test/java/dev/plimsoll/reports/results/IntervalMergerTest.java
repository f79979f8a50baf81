package dev.plimsoll.reports.results;

import static dev.plimsoll.reports.results.TestingLoad.millis;
import static dev.plimsoll.reports.results.TestingLoad.range;
import static dev.plimsoll.reports.results.TestingLoad.snapshot;
import static dev.plimsoll.reports.results.TestingLoad.succeeded;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.measurements.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
final class IntervalMergerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static IntervalMerger merger(String... agents) {
        IntervalMerger merger = new IntervalMerger(List.of(agents), SECOND);
        merger.legStarts(0, 10);
        return merger;
    }

    @Test
    void percentileOfTwoAgentsIsThatOfAllValuesAndNotTheMeanOfTwoPercentiles() {
        IntervalMerger merger = merger("a", "b");
        assertTrue(merger.add(snapshot("a", 0, true, succeeded("steady", "chat", range(1, 1000))))
                .isEmpty());
        MergedInterval merged = merger.add(snapshot("b", 0, true, succeeded("steady", "chat", range(1001, 2000))))
                .getFirst();

        Histogram latency = merged.requests().getFirst().histograms().get(Metrics.LATENCY.name());
        // 99 % of 2,000 values is the 1,980th; averaging the agents' own would give (990 + 1990) / 2 = 1,490.
        assertEquals(1980, latency.getValueAtPercentile(99) / 1e6, 1980 * 0.001);
        assertEquals(millis(range(1, 2000)), latency, "merged is bit for bit what one agent would have");
        assertEquals(2000, merged.requests().getFirst().counts().succeeded());
        assertEquals(2, merged.agents());
        assertEquals(10, merged.t());
    }

    @Test
    void intervalsComeOutInOrderOnceEveryAgentDelivered() {
        IntervalMerger merger = merger("a", "b");
        merger.add(snapshot("a", 1, false));
        merger.add(snapshot("a", 0, false));
        assertEquals(List.of(), merger.add(snapshot("b", 1, false)));
        List<MergedInterval> out = merger.add(snapshot("b", 0, false));
        assertEquals(List.of(0, 1), out.stream().map(MergedInterval::index).toList());
        assertEquals(List.of(10.0, 11.0), out.stream().map(MergedInterval::t).toList());
        assertEquals(List.of(), merger.problems());
    }

    @Test
    void agentThatIsDoneWithTheLegIsNotAwaited() {
        IntervalMerger merger = merger("a", "b");
        merger.add(snapshot("a", 0, true));
        merger.add(snapshot("b", 0, false));
        MergedInterval out = merger.add(snapshot("b", 1, true)).getFirst();
        assertEquals(1, out.index());
        assertEquals(2, out.agents(), "an agent that has ended is not missing");
    }

    @Test
    void lostAgentIsNotAwaitedAndWhatItDeliveredStays() {
        IntervalMerger merger = merger("a", "b");
        merger.add(snapshot("b", 0, false, succeeded("steady", "chat", 5)));
        merger.add(snapshot("a", 0, false, succeeded("steady", "chat", 5)));
        merger.add(snapshot("b", 1, false, succeeded("steady", "chat", 5)));
        merger.add(snapshot("a", 2, false, succeeded("steady", "chat", 5)));
        merger.add(snapshot("a", 1, false, succeeded("steady", "chat", 5)));
        List<MergedInterval> out = merger.lost("b");
        assertEquals(List.of(2), out.stream().map(MergedInterval::index).toList());
        assertEquals(1, out.getFirst().agents());
        assertEquals(1, out.getFirst().requests().getFirst().counts().succeeded());
    }

    @Test
    void duplicateLateAndStrangeSnapshotsAreLeftOutAndTold() {
        IntervalMerger merger = merger("a", "b");
        merger.add(snapshot("a", 0, false, succeeded("steady", "chat", 5)));
        merger.add(snapshot("a", 0, false, succeeded("steady", "chat", 5)));
        merger.add(snapshot("x", 0, false, succeeded("steady", "chat", 5)));
        MergedInterval out = merger.add(snapshot("b", 0, false)).getFirst();
        merger.add(snapshot("b", 0, false, succeeded("steady", "chat", 5)));
        assertEquals(1, out.requests().getFirst().counts().succeeded());
        List<String> problems = merger.problems();
        assertEquals(3, problems.size(), problems::toString);
        assertTrue(problems.get(0).contains("came twice"));
        assertTrue(problems.get(1).contains("agent x"));
        assertTrue(problems.get(2).contains("after that interval was complete"));
        assertEquals(List.of(), merger.problems(), "told once");
    }

    @Test
    void snapshotThatNeverArrivesIsNotAwaitedOnceItsAgentEndedTheLeg() {
        IntervalMerger merger = merger("a", "b");
        merger.add(snapshot("a", 0, false));
        merger.add(snapshot("a", 1, true));
        merger.add(snapshot("b", 1, true));
        List<MergedInterval> out = merger.legEnded("b", 0, 2);
        assertEquals(List.of(0, 1), out.stream().map(MergedInterval::index).toList());
        assertEquals(List.of("1 of 2 intervals of leg 0 from agent b never arrived"), merger.problems());
    }

    @Test
    void flushGivesOutWhatIsLeftAndTellsWhatIsMissing() {
        IntervalMerger merger = merger("a", "b");
        merger.add(snapshot("a", 0, false));
        assertEquals(1, merger.flush().size());
        assertEquals(List.of("interval 0 of leg 0 lacks agent b"), merger.problems());
    }

    @Test
    void snapshotOfALegThatWasNotStartedIsRejected() {
        IntervalMerger merger = new IntervalMerger(List.of("a"), SECOND);
        assertThrows(IllegalArgumentException.class, () -> merger.add(snapshot("a", 0, false)));
    }

    @Property(tries = 50)
    void anyOrderOfArrivalGivesTheSameIntervals(
            @ForAll @IntRange(min = 1, max = 4) int agents,
            @ForAll @IntRange(min = 1, max = 8) int intervals,
            @ForAll long seed) {
        List<String> names =
                IntStream.range(0, agents).mapToObj(i -> "agent-" + i).toList();
        IntervalMerger merger = new IntervalMerger(names, SECOND);
        merger.legStarts(0, 0);
        List<int[]> order = new ArrayList<>();
        for (int agent = 0; agent < agents; agent++) {
            for (int index = 0; index < intervals; index++) {
                order.add(new int[] {agent, index});
            }
        }
        Collections.shuffle(order, new Random(seed));
        List<MergedInterval> out = new ArrayList<>();
        for (int[] one : order) {
            out.addAll(merger.add(snapshot(
                    names.get(one[0]), one[1], one[1] == intervals - 1, succeeded("steady", "chat", 1 + one[0]))));
        }
        assertEquals(
                IntStream.range(0, intervals).boxed().toList(),
                out.stream().map(MergedInterval::index).toList());
        Histogram expected =
                millis(IntStream.rangeClosed(1, agents).asDoubleStream().toArray());
        for (MergedInterval interval : out) {
            assertEquals(expected, interval.requests().getFirst().histograms().get(Metrics.LATENCY.name()));
        }
        assertEquals(List.of(), merger.problems());
    }
}
