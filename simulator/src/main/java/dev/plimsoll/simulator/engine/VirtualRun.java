package dev.plimsoll.simulator.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run of an engine in virtual time: arrivals in, instants of every token out, no waiting. */
public final class VirtualRun {
    private VirtualRun() {}

    /**
     * A request to arrive.
     *
     * @param atNanos when, on the run's clock that starts at 0
     * @param sequence what is asked
     */
    public record Arrival(long atNanos, Sequence sequence) {
        /** Checks that the instant is not before the run. */
        public Arrival {
            if (atNanos < 0) {
                throw new IllegalArgumentException("an arrival must not be before 0, was " + atNanos);
            }
        }
    }

    /**
     * What came of a request.
     *
     * @param arrivalNanos when it arrived
     * @param tokenNanos when each of its tokens was out
     * @param cachedTokens prompt tokens found in the prefix cache
     * @param preemptions how often it was computed anew
     * @param finish why it ended
     */
    public record Outcome(
            long arrivalNanos,
            long[] tokenNanos,
            int cachedTokens,
            int preemptions,
            @Nullable FinishReason finish) {

        /** Time from arrival to the first token, in nanoseconds. */
        public long ttftNanos() {
            return tokenNanos[0] - arrivalNanos;
        }

        /** Time from arrival to the last token, in nanoseconds. */
        public long latencyNanos() {
            return tokenNanos[tokenNanos.length - 1] - arrivalNanos;
        }

        /** Times between tokens, in nanoseconds. */
        public long[] itlNanos() {
            long[] gaps = new long[tokenNanos.length - 1];
            for (int i = 0; i < gaps.length; i++) {
                gaps[i] = tokenNanos[i + 1] - tokenNanos[i];
            }
            return gaps;
        }
    }

    /**
     * A finished run.
     *
     * @param outcomes of the arrivals, in their order
     * @param steps all steps, in time
     */
    public record Result(List<Outcome> outcomes, List<Step> steps) {
        /** Copies the lists. */
        public Result {
            outcomes = List.copyOf(outcomes);
            steps = List.copyOf(steps);
        }
    }

    /** Runs until every arrival has ended. */
    public static Result of(EngineCore engine, List<Arrival> arrivals) {
        List<Arrival> order = new ArrayList<>(arrivals);
        order.sort(Comparator.comparingLong(Arrival::atNanos));
        Map<Sequence, Tokens> tokens = new IdentityHashMap<>();
        for (Arrival arrival : order) {
            tokens.put(arrival.sequence(), new Tokens());
            engine.submit(arrival.sequence(), arrival.atNanos(), 0);
        }
        List<Step> steps = new ArrayList<>();
        long now = 0;
        while (engine.hasWork(Long.MAX_VALUE - 1)) {
            if (!engine.hasWork(now)) {
                now = engine.nextReadyNanos();
            }
            Step step = engine.step(now);
            now = step.endNanos();
            engine.complete(step, now);
            steps.add(step);
            for (Step.Output output : step.outputs()) {
                Tokens of = tokens.get(output.sequence());
                if (of != null) {
                    of.add(now);
                }
            }
        }
        List<Outcome> outcomes = new ArrayList<>(arrivals.size());
        for (Arrival arrival : arrivals) {
            Sequence s = arrival.sequence();
            Tokens of = tokens.getOrDefault(s, new Tokens());
            outcomes.add(
                    new Outcome(arrival.atNanos(), of.toArray(), s.cachedTokens(), s.preemptions(), s.finishReason()));
        }
        return new Result(outcomes, steps);
    }

    /** Instants of one request's tokens. */
    private static final class Tokens {
        private long[] nanos = new long[16];
        private int count;

        void add(long at) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, count * 2);
            }
            nanos[count++] = at;
        }

        long[] toArray() {
            return Arrays.copyOf(nanos, count);
        }
    }
}
