package dev.plimsoll.agent.engine;

import dev.plimsoll.measurements.ErrorClass;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through the HTTP/2 client: waiting for a stream, or on one whose answer it reads. Pooled.
 * Confined to the client's event loop.
 */
final class Http2Call implements TargetClient.Handle {
    private final Http2Head head = new Http2Head();
    private final AnswerReader reader = new AnswerReader(head);

    /** Null when no exchange is under way. */
    @Nullable
    RenderedRequest request;

    Exchange exchange = NoExchange.INSTANCE;

    /** The connection that it is bound to, open or not yet; null while it waits for one. */
    @Nullable
    Http2Link link;

    /** Where it waits while no connection is bound to it. */
    @Nullable
    Http2Pool pool;

    /** Its stream's id; 0 while it has none. */
    int stream;

    private boolean over;
    private @Nullable AnswerException failure;
    private long endNanos;
    private long received;

    /** The request; only for a call that is under way. */
    RenderedRequest request() {
        RenderedRequest rendered = request;
        if (rendered == null) {
            throw new IllegalStateException("the call has ended");
        }
        return rendered;
    }

    /** Its request is being sent on that stream. */
    void begin(int id) {
        stream = id;
        over = false;
        failure = null;
        received = 0;
        head.begin(request().head());
        reader.begin(request().answer(), exchange);
    }

    /** The status; 0 before it is known. */
    int status() {
        return head.status();
    }

    /** Bytes of the answer read so far: the body, and names and values of the head before they were compressed. */
    long received() {
        return received;
    }

    /** A block of headers arrived at that instant. */
    void headers(long nanos, Http2Headers headers, boolean last) throws AnswerException {
        reader.at(nanos);
        for (Map.Entry<CharSequence, CharSequence> field : headers) {
            received += field.getKey().length() + field.getValue().length();
        }
        if (head.read(headers, last)) {
            reader.head();
        }
    }

    /** A piece of the body arrived at that instant; {@code buffer} is where bytes are put to be parsed. */
    void data(long nanos, ByteBuf data, byte[] buffer) throws AnswerException {
        reader.at(nanos);
        int at = data.readerIndex();
        int left = data.readableBytes();
        received += left;
        while (left > 0) {
            int length = Math.min(left, buffer.length);
            data.getBytes(at, buffer, 0, length);
            reader.body(buffer, 0, length);
            at += length;
            left -= length;
        }
    }

    /** The stream has ended in order: judges the answer and tells its usage. */
    void end() throws AnswerException {
        if (head.status() == 0) {
            throw AnswerException.protocol("the stream ended without an answer");
        }
        reader.end();
    }

    /** Its result is known, and told when the stream is free for another; null when it is good. */
    void over(@Nullable AnswerException reason, long nanos) {
        over = true;
        failure = reason;
        endNanos = nanos;
    }

    /** Whether its result is known. */
    boolean isOver() {
        return over;
    }

    /** What it failed with; null when the result is good. */
    @Nullable
    AnswerException failure() {
        return failure;
    }

    /** When its result was known. */
    long endNanos() {
        return endNanos;
    }

    /** What the answer failed with that was cut off; {@code lost} unless the connection was closed in order. */
    AnswerException broken(String how, boolean lost) {
        return reader.broken(how, lost, head.begun(), head.status() != 0);
    }

    /** What the answer failed with whose stream the server reset (RFC 9113, section 7). */
    AnswerException reset(long code) {
        Http2Error error = Http2Error.valueOf(code);
        if (error == Http2Error.HTTP_1_1_REQUIRED) {
            return new AnswerException(
                    ErrorClass.PROTOCOL, "the server wants HTTP/1.1 for this request: set target.http to 1.1");
        }
        String name = error == null ? "code " + code : error.name();
        String meaning = error == Http2Error.REFUSED_STREAM ? ", the request was not processed" : "";
        return broken("the server reset the stream (" + name + meaning + ")", true);
    }
}
