package dev.plimsoll.controller.run;

import dev.plimsoll.agent.protocol.ProtocolException;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** Bytes of a message of the bus, sent as an array or as a buffer. */
final class MessageBody {
    private MessageBody() {}

    static byte[] bytes(@Nullable Object body) throws ProtocolException {
        return switch (body) {
            case byte[] bytes -> bytes;
            case Buffer buffer -> buffer.getBytes();
            case null -> throw new ProtocolException("a message without content");
            default ->
                throw new ProtocolException(
                        "a message of type " + body.getClass().getName());
        };
    }
}
