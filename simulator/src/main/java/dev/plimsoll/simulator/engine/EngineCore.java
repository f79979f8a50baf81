package dev.plimsoll.simulator.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;

/**
 * The scheduler of vLLM's V1 engine with a cost model in the place of the GPU.
 *
 * <p>A caller submits sequences, then alternates {@link #step} (puts a batch together and says how long it takes) and
 * {@link #complete} (the batch is done at this instant). Rules, as in {@code vllm/v1/core/sched/scheduler.py}:
 *
 * <ul>
 *   <li>Every step has a budget of tokens. Running sequences are served first, in their order; a prompt longer than the
 *       budget goes on in the next step.
 *   <li>A running sequence without a free block makes the last running sequence give up its blocks; that one goes to
 *       the front of the waiting queue and is computed anew later.
 *   <li>If nothing was preempted, waiting sequences join in order of arrival while there are budget, places and blocks.
 *   <li>A sequence whose tokens are all computed gets one more token.
 * </ul>
 *
 * <p>Confined to one thread.
 */
public final class EngineCore {
    private final EngineConfig config;
    private final StepCost cost;
    private final KvCache cache;
    private final EngineMetrics metrics;
    private final PriorityQueue<Sequence> arriving =
            new PriorityQueue<>(Comparator.comparingLong((Sequence s) -> s.readyNanos));
    private final Deque<Sequence> waiting = new ArrayDeque<>();
    private final List<Sequence> running = new ArrayList<>();

    /** An idle engine. */
    public EngineCore(EngineConfig config, StepCost cost) {
        this.config = Objects.requireNonNull(config, "config");
        this.cost = Objects.requireNonNull(cost, "cost");
        cache = new KvCache(config.numGpuBlocks(), config.blockSize(), config.prefixCaching());
        metrics = new EngineMetrics();
    }

    /** The limits of this engine. */
    public EngineConfig config() {
        return config;
    }

    /** The counters and histograms that vLLM publishes. */
    public EngineMetrics metrics() {
        return metrics;
    }

    /** Sequences in the batch. */
    public int running() {
        return running.size();
    }

    /** Sequences in the waiting queue. */
    public int waiting() {
        return waiting.size();
    }

    /** Share of the KV cache in use, 0 to 1. */
    public double cacheUsage() {
        return cache.usage();
    }

    /** Whether a step at {@code nowNanos} would have something to do. */
    public boolean hasWork(long nowNanos) {
        return !running.isEmpty() || !waiting.isEmpty() || nextReadyNanos() <= nowNanos;
    }

    /** When the next submitted request enters the queue, {@link Long#MAX_VALUE} if there is none. */
    public long nextReadyNanos() {
        Sequence first = arriving.peek();
        return first == null ? Long.MAX_VALUE : first.readyNanos;
    }

    /**
     * Takes in a request that arrived at {@code arrivalNanos} and enters the queue after the API server's overhead and
     * {@code extraNanos} more.
     *
     * @throws IllegalArgumentException if it can grow beyond the longest context
     */
    public void submit(Sequence s, long arrivalNanos, long extraNanos) {
        if ((long) s.promptLength() + s.maxTokens() > config.maxModelLen()) {
            throw new IllegalArgumentException("prompt of " + s.promptLength() + " and output of " + s.maxTokens()
                    + " tokens exceed max_model_len=" + config.maxModelLen());
        }
        s.arrivalNanos = arrivalNanos;
        s.readyNanos = arrivalNanos + cost.requestOverheadNanos() + extraNanos;
        arriving.add(s);
    }

    /** Drops a request whose client went away; without effect if it has ended. */
    public void abort(Sequence s) {
        if (s.finish != null) {
            return;
        }
        boolean known = s.running ? running.remove(s) : waiting.remove(s) || arriving.remove(s);
        if (known) {
            s.finish = FinishReason.ABORT;
            s.running = false;
            cache.release(s);
            metrics.aborted();
        }
    }

    /**
     * Puts the next batch together.
     *
     * @throws IllegalStateException if there is nothing to do; see {@link #hasWork}
     */
    public Step step(long nowNanos) {
        while (nextReadyNanos() <= nowNanos) {
            waiting.addLast(arriving.remove());
        }
        int preempted = 0;
        int budget = config.maxNumBatchedTokens();
        List<Sequence> batch = new ArrayList<>(running.size() + 1);
        for (int i = 0; i < running.size() && budget > 0; i++) {
            Sequence s = running.get(i);
            int tokens = Math.min(s.length - s.computed, budget);
            int lost = makeRoom(s, tokens);
            preempted += lost;
            if (!s.running) {
                break;
            }
            schedule(s, tokens, batch);
            budget -= tokens;
        }
        if (preempted == 0) {
            admit(nowNanos, budget, batch);
        }
        if (batch.isEmpty()) {
            throw new IllegalStateException("no sequence to compute at " + nowNanos + " ns");
        }
        StepLoad load = load(batch);
        metrics.preempted(preempted);
        return new Step(nowNanos, cost.stepNanos(load), load, produce(batch), preempted);
    }

    /** Says that a step's outputs are out at {@code endNanos}, and counts them. */
    public void complete(Step step, long endNanos) {
        for (Step.Output output : step.outputs()) {
            Sequence s = output.sequence();
            if (output.count() <= 1) {
                s.firstTokenNanos = endNanos;
            }
            metrics.output(output, endNanos);
            s.lastTokenNanos = endNanos;
            if (output.finish() != null) {
                metrics.finished(s, output.finish(), endNanos);
            }
        }
        metrics.iteration(step);
    }

    /** Finds blocks for {@code tokens} more tokens, at the cost of sequences at the end; returns how many it cost. */
    private int makeRoom(Sequence s, int tokens) {
        int lost = 0;
        while (s.running && !cache.extend(s, tokens)) {
            Sequence victim = running.removeLast();
            victim.running = false;
            victim.preemptions++;
            cache.release(victim);
            waiting.addFirst(victim);
            lost++;
        }
        return lost;
    }

    private void admit(long nowNanos, int tokenBudget, List<Sequence> batch) {
        int budget = tokenBudget;
        while (!waiting.isEmpty() && budget > 0 && running.size() < config.maxNumSeqs()) {
            Sequence s = waiting.getFirst();
            int cached = cache.cachedPrefix(s);
            int tokens = Math.min(s.length - cached, budget);
            if (!cache.admit(s, cached, tokens)) {
                break;
            }
            waiting.removeFirst();
            running.add(s);
            s.running = true;
            if (s.scheduledNanos == Sequence.UNSET) {
                s.scheduledNanos = nowNanos;
                s.cachedTokens = cached;
                metrics.prefixQuery(s.length, cached);
            }
            schedule(s, tokens, batch);
            budget -= tokens;
        }
    }

    private static void schedule(Sequence s, int tokens, List<Sequence> batch) {
        s.scheduledTokens = tokens;
        s.decoding = tokens == 1 && s.computed >= s.promptLength();
        batch.add(s);
    }

    private static StepLoad load(List<Sequence> batch) {
        int prefillTokens = 0;
        long prefillPairs = 0;
        long prefillContext = 0;
        int decodes = 0;
        long decodeContext = 0;
        for (Sequence s : batch) {
            if (s.decoding) {
                decodes++;
                decodeContext += s.computed;
            } else {
                prefillTokens += s.scheduledTokens;
                prefillPairs += StepLoad.pairs(s.scheduledTokens, s.computed);
                prefillContext += s.computed;
            }
        }
        return new StepLoad(prefillTokens, prefillPairs, prefillContext, decodes, decodeContext);
    }

    private List<Step.Output> produce(List<Sequence> batch) {
        List<Step.Output> outputs = new ArrayList<>(batch.size());
        boolean anyFinished = false;
        for (Sequence s : batch) {
            s.computed += s.scheduledTokens;
            if (s.computed < s.length) {
                continue;
            }
            int token = -1;
            if (s.maxTokens() == 0) {
                s.finish = FinishReason.STOP;
            } else {
                token = s.append();
            }
            outputs.add(new Step.Output(s, token, s.outputLength(), s.finish));
            if (s.finish != null) {
                s.running = false;
                cache.release(s);
                anyFinished = true;
            }
        }
        if (anyFinished) {
            running.removeIf(s -> !s.running);
        }
        return outputs;
    }
}
