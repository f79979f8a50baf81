package dev.plimsoll.simulator.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ModelCostTest {
    private static final ModelCost H100 = ModelCost.llama8bOnH100();
    private static final double MS = 1e6;

    @Test
    void bareDecodeIsBoundByReadingTheWeights() {
        // 16.06 GB / 3.35 TB/s = 4.794 ms, the floor of a step.
        assertEquals(4.794, H100.ideal().stepNanos(StepLoad.decode(1, 0)) / MS, 0.001);
    }

    @Test
    void fittedDecodeAddsTheWeightFactorAndTheOverheads() {
        // 1.4 · 4.794 + 32 · 0.032 + 0.126 + 0.004 + 0.046 = 7.912 ms.
        assertEquals(7.912, H100.stepNanos(StepLoad.decode(1, 0)) / MS, 0.001);
    }

    @Test
    void prefillIsBoundByArithmetic() {
        // 2 · 8.03e9 · 1024 / (989.5e12 · 0.45) = 36.93 ms, and attention 4 · 32 · 4096 · 1024 · 1025 / 2 / same =
        // 0.62.
        assertEquals(37.55, H100.ideal().stepNanos(StepLoad.prefill(1024, 0)) / MS, 0.01);
    }

    @Test
    void largerBatchAndLongerContextTakeLonger() {
        long previous = 0;
        for (int batch = 1; batch <= 256; batch *= 2) {
            long nanos = H100.stepNanos(StepLoad.decode(batch, batch * 1000L));
            assertTrue(nanos > previous, "batch " + batch);
            previous = nanos;
        }
        // 64 contexts of 1000 tokens: 8.389 GB of cache, · 1.9 / 3.35 TB/s = 4.758 ms more than without contexts.
        long with = H100.stepNanos(StepLoad.decode(64, 64_000));
        assertEquals(4.758, (with - H100.stepNanos(StepLoad.decode(64, 0))) / MS, 0.001);
        // 256 sequences with short contexts are bound by arithmetic: 2 · 8.03e9 · 256 / (989.5e12 · 0.30) = 13.85 ms,
        // and 1.024 + 0.126 + 1.024 + 0.046 ms of overheads.
        assertEquals(16.07, H100.stepNanos(StepLoad.decode(256, 0)) / MS, 0.01);
    }

    @Test
    void fasterDividesEveryTime() {
        StepCost fast = H100.faster(10);
        StepLoad load = StepLoad.prefill(1024, 0);
        assertEquals(H100.stepNanos(load) / 10.0, fast.stepNanos(load), 1);
        assertEquals(1_560_000, fast.requestOverheadNanos());
    }

    @Test
    void timeToFirstTokenOfALonePromptIsOverheadAndPrefill() {
        EngineConfig config = new EngineConfig(8192, 8192, 256, 16, 29_751, true);
        Sequence s = new Sequence(IntStream.range(0, 1024).toArray(), 10, Integer.MAX_VALUE, i -> i);
        VirtualRun.Result result = VirtualRun.of(new EngineCore(config, H100), List.of(new VirtualRun.Arrival(0, s)));
        // 15.6 before the queue, 37.55 prefill, 1.024 + 0.126 + 0.046 overheads.
        assertEquals(54.35, result.outcomes().get(0).ttftNanos() / MS, 0.02);
    }

    @Test
    void sameSeedGivesTheSameRunAndThroughputGrowsWithLoadUntilTheBatchIsFull() {
        List<Long> ends = new ArrayList<>();
        double[] throughput = new double[3];
        for (int i = 0; i < 3; i++) {
            for (int repeat = 0; repeat < 2; repeat++) {
                int requests = 8 << (2 * i);
                List<VirtualRun.Arrival> arrivals = new ArrayList<>();
                for (int r = 0; r < requests; r++) {
                    int first = r * 1000;
                    Sequence s = new Sequence(
                            IntStream.range(first, first + 128).toArray(), 100, Integer.MAX_VALUE, n -> first + n);
                    arrivals.add(new VirtualRun.Arrival(0, s));
                }
                EngineConfig config = new EngineConfig(8192, 8192, 256, 16, 29_751, true);
                VirtualRun.Result result = VirtualRun.of(new EngineCore(config, H100), arrivals);
                long end = result.steps().getLast().endNanos();
                ends.add(end);
                throughput[i] = requests * 100 / (end / 1e9);
            }
            assertEquals(ends.get(2 * i), ends.get(2 * i + 1));
        }
        // Weights are read once per step for all: sixteen times the batch gives far more than twice the tokens.
        assertTrue(throughput[1] > 2 * throughput[0], throughput[0] + ", " + throughput[1]);
        assertTrue(throughput[2] > throughput[1]);
        // A single H100 cannot decode faster than one batch of 256 per weight read.
        assertTrue(throughput[2] < 256 / 0.0067);
    }
}
