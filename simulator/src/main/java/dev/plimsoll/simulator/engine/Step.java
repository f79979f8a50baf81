package dev.plimsoll.simulator.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One pass of the engine over its batch.
 *
 * @param startNanos when it starts
 * @param durationNanos how long it takes, at least 1
 * @param load what it computes
 * @param outputs what it produces at its end, in batch order
 * @param preempted sequences that lost their blocks when it was put together
 */
public record Step(long startNanos, long durationNanos, StepLoad load, List<Output> outputs, int preempted) {
    /** Copies the list. */
    public Step {
        outputs = List.copyOf(outputs);
    }

    /** When the step ends if nothing delays it. */
    public long endNanos() {
        return startNanos + durationNanos;
    }

    /**
     * What a sequence got from a step.
     *
     * @param sequence the sequence
     * @param tokenId the token, or -1 when the request asked for none
     * @param count output tokens of the sequence with this one
     * @param finish why the sequence ended with this step, or null
     */
    public record Output(
            Sequence sequence,
            int tokenId,
            int count,
            @Nullable FinishReason finish) {}
}
