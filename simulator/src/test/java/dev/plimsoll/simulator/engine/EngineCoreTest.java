package dev.plimsoll.simulator.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EngineCoreTest {
    /** 1 ms per prefill token and 10 ms per step with a decoding sequence: round numbers to add up by hand. */
    private static final StepCost ROUND = new StepCost() {
        @Override
        public long stepNanos(StepLoad load) {
            return load.prefillTokens() * 1_000_000L + (load.decodeSequences() > 0 ? 10_000_000L : 0);
        }

        @Override
        public long requestOverheadNanos() {
            return 0;
        }
    };

    private static EngineConfig config(int budget, int seqs, int blocks, boolean caching) {
        return new EngineConfig(64, budget, seqs, 4, blocks, caching);
    }

    private static Sequence sequence(int firstToken, int prompt, int output) {
        return new Sequence(
                IntStream.range(firstToken, firstToken + prompt).toArray(), output, Integer.MAX_VALUE, i -> 7);
    }

    private static VirtualRun.Result run(EngineConfig config, VirtualRun.Arrival... arrivals) {
        return VirtualRun.of(new EngineCore(config, ROUND), List.of(arrivals));
    }

    private static long[] millis(VirtualRun.Outcome outcome) {
        long[] nanos = outcome.tokenNanos();
        long[] millis = new long[nanos.length];
        for (int i = 0; i < nanos.length; i++) {
            millis[i] = nanos[i] / 1_000_000;
        }
        return millis;
    }

    @Test
    void prefillGivesTheFirstTokenAndEachDecodeOneMore() {
        VirtualRun.Result result =
                run(config(100, 10, 100, false), new VirtualRun.Arrival(5_000_000, sequence(0, 8, 3)));
        // Arrives at 5, prefill of 8 tokens 8 ms, then two decodes of 10 ms.
        assertArrayEquals(new long[] {13, 23, 33}, millis(result.outcomes().get(0)));
        assertEquals(FinishReason.LENGTH, result.outcomes().get(0).finish());
        assertEquals(8_000_000, result.outcomes().get(0).ttftNanos());
        assertArrayEquals(
                new long[] {10_000_000, 10_000_000}, result.outcomes().get(0).itlNanos());
    }

    @Test
    void tokenBudgetSplitsALongPrefillOverSteps() {
        VirtualRun.Result result = run(config(10, 10, 100, false), new VirtualRun.Arrival(0, sequence(0, 25, 1)));
        assertEquals(
                List.of(10, 10, 5),
                result.steps().stream().map(s -> s.load().prefillTokens()).toList());
        // Contexts of the three chunks: 0, 10, 20 tokens. Pairs: 10·11/2; 10·10 + 55; 5·20 + 15.
        assertEquals(
                List.of(55L, 155L, 115L),
                result.steps().stream().map(s -> s.load().prefillPairs()).toList());
        assertArrayEquals(new long[] {25}, millis(result.outcomes().get(0)));
    }

    @Test
    void runningSequencesAreServedBeforeAPrefillWithinTheBudget() {
        VirtualRun.Result result = run(
                config(10, 10, 100, false),
                new VirtualRun.Arrival(0, sequence(0, 4, 4)),
                new VirtualRun.Arrival(1, sequence(100, 20, 1)));
        // Step 1: prefill of 4. Then 1 decode and 9 prefill tokens, twice, and 1 decode with the last 2.
        assertEquals(
                List.of(4, 9, 9, 2),
                result.steps().stream().map(s -> s.load().prefillTokens()).toList());
        assertArrayEquals(new long[] {4, 23, 42, 54}, millis(result.outcomes().get(0)));
        assertArrayEquals(new long[] {54}, millis(result.outcomes().get(1)));
    }

    @Test
    void sequencesBeyondMaxNumSeqsWaitInOrderOfArrival() {
        VirtualRun.Result result = run(
                config(100, 1, 100, false),
                new VirtualRun.Arrival(0, sequence(0, 4, 2)),
                new VirtualRun.Arrival(1, sequence(100, 4, 1)),
                new VirtualRun.Arrival(2, sequence(200, 4, 1)));
        // One place: 4 + 10 ms, then 4 ms, then 4 ms.
        assertArrayEquals(new long[] {4, 14}, millis(result.outcomes().get(0)));
        assertArrayEquals(new long[] {18}, millis(result.outcomes().get(1)));
        assertArrayEquals(new long[] {22}, millis(result.outcomes().get(2)));
    }

    @Test
    void lastArrivedIsPreemptedAndComputedAnewWhenBlocksRunOut() {
        // 16 usable blocks of 4 tokens hold max_model_len = 64. Two sequences of 28 prompt tokens take 7 blocks each;
        // 2 blocks are left, one for each at token 29; at token 33 the first finds none.
        Sequence first = sequence(0, 28, 10);
        Sequence second = sequence(100, 28, 10);
        EngineCore engine = new EngineCore(config(100, 10, 17, false), ROUND);
        VirtualRun.Result result =
                VirtualRun.of(engine, List.of(new VirtualRun.Arrival(0, first), new VirtualRun.Arrival(0, second)));
        assertEquals(0, result.outcomes().get(0).preemptions());
        assertEquals(1, result.outcomes().get(1).preemptions());
        // Prefill 56 ms gives token 1 to both. Decode k computes token 28 + k and needs a new block at 29 and 33, so
        // decodes 1 to 4 (tokens 2 to 5) serve both; at decode 5 the second goes.
        assertArrayEquals(
                new long[] {56, 66, 76, 86, 96, 106, 116, 126, 136, 146},
                millis(result.outcomes().get(0)));
        // The first ends with decode 9 at 146 ms. The second had 5 tokens: 33 are computed anew in 33 ms, if it could
        // not come back earlier: 33 tokens need 9 blocks, the first holds 9 of 16 from 106 ms on.
        assertArrayEquals(
                new long[] {56, 66, 76, 86, 96, 179, 189, 199, 209, 219},
                millis(result.outcomes().get(1)));
        assertEquals(1, engine.metrics().preemptions());
        assertEquals(0, engine.cacheUsage());
    }

    @Test
    void prefixHitShortensThePrefillToTheRestOfThePrompt() {
        EngineCore engine = new EngineCore(config(100, 10, 100, true), ROUND);
        VirtualRun.Result result = VirtualRun.of(
                engine,
                List.of(
                        new VirtualRun.Arrival(0, sequence(0, 22, 1)),
                        new VirtualRun.Arrival(50_000_000, sequence(0, 22, 1))));
        // 22 tokens fill 5 blocks of 4: 20 tokens are found, 2 are left.
        assertEquals(22_000_000, result.outcomes().get(0).ttftNanos());
        assertEquals(2_000_000, result.outcomes().get(1).ttftNanos());
        assertEquals(20, result.outcomes().get(1).cachedTokens());
        assertEquals(44, engine.metrics().prefixQueries());
        assertEquals(20, engine.metrics().prefixHits());
        assertEquals(20, engine.metrics().promptTokensCached());
    }

    @Test
    void wholePromptInCacheStillComputesItsLastBlock() {
        VirtualRun.Result result = run(
                config(100, 10, 100, true),
                new VirtualRun.Arrival(0, sequence(0, 20, 1)),
                new VirtualRun.Arrival(50_000_000, sequence(0, 20, 1)));
        // All 5 blocks are known, but the result of the last token is needed: 4 blocks are taken.
        assertEquals(16, result.outcomes().get(1).cachedTokens());
    }

    @Test
    void answersAreFoundAgainAsPartOfTheNextPrompt() {
        // Prompt 0..11 answered by eight tokens 7; the next turn is prompt, answer, and four tokens more.
        int[] nextTurn = IntStream.concat(
                        IntStream.range(0, 12),
                        IntStream.concat(IntStream.generate(() -> 7).limit(8), IntStream.range(50, 54)))
                .toArray();
        VirtualRun.Result result = run(
                config(100, 10, 100, true),
                new VirtualRun.Arrival(0, sequence(0, 12, 8)),
                new VirtualRun.Arrival(200_000_000, new Sequence(nextTurn, 1, Integer.MAX_VALUE, i -> 7)));
        // 12 + 8 tokens, of which the last one's cache entry was never computed: 19 tokens fill 4 blocks.
        assertEquals(16, result.outcomes().get(1).cachedTokens());
    }

    @Test
    void leastRecentlyFreedBlocksAreForgottenFirst() {
        // 16 usable blocks. A and B leave 5 blocks each in the cache; C needs 9 and takes the 6 unused and 3 of A's.
        // B, asked again, is whole but for its last block, for which A's second goes.
        VirtualRun.Result result = run(
                config(100, 10, 17, true),
                new VirtualRun.Arrival(0, sequence(0, 20, 1)),
                new VirtualRun.Arrival(100_000_000, sequence(1000, 20, 1)),
                new VirtualRun.Arrival(200_000_000, sequence(2000, 36, 1)),
                new VirtualRun.Arrival(300_000_000, sequence(1000, 20, 1)),
                new VirtualRun.Arrival(400_000_000, sequence(0, 20, 1)));
        assertEquals(16, result.outcomes().get(3).cachedTokens(), "B is whole");
        // A's last blocks went first; its first block is what is left.
        assertEquals(4, result.outcomes().get(4).cachedTokens());
    }

    @Test
    void stopsByItselfAtItsNaturalLength() {
        Sequence s = new Sequence(new int[] {1, 2, 3}, 10, 4, i -> i);
        VirtualRun.Result result = run(config(100, 10, 100, false), new VirtualRun.Arrival(0, s));
        assertEquals(FinishReason.STOP, result.outcomes().get(0).finish());
        assertEquals(4, result.outcomes().get(0).tokenNanos().length);
    }

    @Test
    void abortFreesTheBlocksWhereverTheSequenceIs() {
        EngineCore engine = new EngineCore(config(100, 1, 100, false), ROUND);
        Sequence running = sequence(0, 8, 10);
        Sequence waiting = sequence(100, 8, 10);
        Sequence arriving = sequence(200, 8, 10);
        engine.submit(running, 0, 0);
        engine.submit(waiting, 0, 0);
        engine.submit(arriving, 0, 1_000_000_000);
        Step step = engine.step(0);
        engine.complete(step, step.endNanos());
        assertEquals(1, engine.running());
        assertEquals(1, engine.waiting());
        // 8 prompt tokens in 2 of 99 usable blocks.
        assertEquals(2.0 / 99, engine.cacheUsage(), 1e-12);
        engine.abort(running);
        engine.abort(waiting);
        engine.abort(arriving);
        engine.abort(running);
        assertEquals(0, engine.cacheUsage());
        assertFalse(engine.hasWork(Long.MAX_VALUE - 1));
        assertEquals(3, engine.metrics().finished(FinishReason.ABORT));
    }

    @Test
    void sequenceWithoutOutputEndsWithItsPrefill() {
        Sequence s = new Sequence(new int[] {1, 2, 3, 4, 5}, 0, Integer.MAX_VALUE, i -> 0);
        EngineCore engine = new EngineCore(config(100, 10, 100, false), ROUND);
        VirtualRun.Result result = VirtualRun.of(engine, List.of(new VirtualRun.Arrival(0, s)));
        assertEquals(1, result.steps().size());
        assertEquals(FinishReason.STOP, result.outcomes().get(0).finish());
        assertEquals(0, engine.metrics().generationTokensTotal());
    }

    @Test
    void countersAddUpOverARun() {
        EngineCore engine = new EngineCore(config(32, 3, 40, true), ROUND);
        List<VirtualRun.Arrival> arrivals = new ArrayList<>();
        int prompts = 0;
        int outputs = 0;
        for (int i = 0; i < 40; i++) {
            int prompt = 3 + i % 17;
            int output = 1 + i % 9;
            prompts += prompt;
            outputs += output;
            arrivals.add(new VirtualRun.Arrival(i * 7_000_000L, sequence(i % 5 * 1000, prompt, output)));
        }
        VirtualRun.Result result = VirtualRun.of(engine, arrivals);
        EngineMetrics m = engine.metrics();
        assertEquals(prompts, m.promptTokensTotal());
        assertEquals(outputs, m.generationTokensTotal());
        assertEquals(40, m.finished(FinishReason.LENGTH));
        assertEquals(40, m.timeToFirstToken().count());
        assertEquals(outputs - 40, m.interTokenLatency().count());
        assertEquals(prompts + outputs, m.iterationTokens().sum());
        assertEquals(
                m.inferenceTime().sum(), m.prefillTime().sum() + m.decodeTime().sum(), 1e-9);
        assertEquals(m.endToEnd().sum(), m.queueTime().sum() + m.inferenceTime().sum(), 1e-9);
        double ttfts = result.outcomes().stream()
                        .mapToLong(VirtualRun.Outcome::ttftNanos)
                        .sum()
                / 1e9;
        assertEquals(ttfts, m.timeToFirstToken().sum(), 1e-9);
        assertTrue(m.prefixHits() > 0);
        assertEquals(0, engine.cacheUsage());
    }

    @Test
    void limitsThatCannotWorkAreRefusedWithTheRule() {
        String message = assertThrows(IllegalArgumentException.class, () -> new EngineConfig(64, 64, 8, 4, 16, true))
                .getMessage();
        // 15 usable blocks of 4 hold 60 tokens.
        assertTrue(message.contains("num_gpu_blocks=16"), message);
        assertThrows(IllegalArgumentException.class, () -> config(5, 10, 100, true));
        EngineCore engine = new EngineCore(config(100, 10, 100, true), ROUND);
        assertThrows(IllegalArgumentException.class, () -> engine.submit(sequence(0, 60, 5), 0, 0));
        assertThrows(IllegalStateException.class, () -> engine.step(0));
    }
}
