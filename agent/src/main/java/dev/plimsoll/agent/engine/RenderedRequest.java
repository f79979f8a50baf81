package dev.plimsoll.agent.engine;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.agent.request.AnswerFormat;
import io.netty.buffer.ByteBuf;

/**
 * A request as the bytes that go over the connection, head and body.
 *
 * @param url the index of the target URL it is for
 * @param spec the index of its entry in the workload
 * @param bytes the whole request; who sends it calls {@link #take}, who does not, {@link #drop}
 * @param answer how its answer is read
 * @param head whether the method is {@code HEAD}, whose answer has no body
 * @param standing whether it can be sent again and again
 */
public record RenderedRequest(int url, int spec, ByteBuf bytes, AnswerFormat answer, boolean head, boolean standing) {
    /** Checks the components. */
    public RenderedRequest {
        requireNonNull(bytes, "bytes");
        requireNonNull(answer, "answer");
    }

    /** A request that is sent once. */
    public RenderedRequest(int url, int spec, ByteBuf bytes, AnswerFormat answer, boolean head) {
        this(url, spec, bytes, answer, head, false);
    }

    /** The bytes to send, which whoever gets them releases. */
    ByteBuf take() {
        return standing ? bytes.retainedDuplicate() : bytes;
    }

    /** Gives up a request that is not sent. */
    void drop() {
        if (!standing) {
            bytes.release();
        }
    }
}
