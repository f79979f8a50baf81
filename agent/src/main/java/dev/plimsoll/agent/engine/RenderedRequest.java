package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.request.AnswerFormat;
import io.netty.buffer.ByteBuf;

/**
 * A request as the bytes that go over the connection, head and body.
 *
 * @param url the index of the target URL it is for
 * @param spec the index of its entry in the workload
 * @param bytes the whole request; the one who sends it gives it away
 * @param answer how its answer is read
 * @param head whether the method is {@code HEAD}, whose answer has no body
 */
public record RenderedRequest(int url, int spec, ByteBuf bytes, AnswerFormat answer, boolean head) {
    /** Checks the components. */
    public RenderedRequest {
        requireNonNull(bytes, "bytes");
        requireNonNull(answer, "answer");
    }
}
