package dev.plimsoll.simulator.serving;

import dev.plimsoll.simulator.engine.FinishReason;
import dev.plimsoll.simulator.engine.Sequence;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A request in the engine with the answer it goes to. */
final class LiveRequest extends Sequence {
    /** Takes what the engine produced for a request, on the event loop. */
    interface Receiver {
        /** One token, or -1 when none was asked for. */
        void token(int tokenId, int count, @Nullable FinishReason finish);
    }

    /**
     * What a request asks of the engine.
     *
     * @param prompt token ids
     * @param maxTokens tokens at most
     * @param naturalLength tokens until the model stops by itself
     */
    record Work(int[] prompt, int maxTokens, int naturalLength) {}

    private final Receiver receiver;

    LiveRequest(Work work, IntUnaryOperator output, Receiver receiver) {
        super(work.prompt(), work.maxTokens(), work.naturalLength(), output);
        this.receiver = receiver;
    }

    Receiver receiver() {
        return receiver;
    }
}
