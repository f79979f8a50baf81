package dev.plimsoll.simulator.serving;

import dev.plimsoll.simulator.engine.FinishReason;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The form of one answer. Bytes that repeat from chunk to chunk are made once. Confined to the event loop of its
 * connection.
 */
interface Reply {
    /** The media type of the streamed answer. */
    default String streamType() {
        return "text/event-stream; charset=utf-8";
    }

    /**
     * Writes what a stream shows when tokens arrive. Each buffer given to {@code out} is one write of the server.
     *
     * @param text UTF-8 of the new tokens, which need no escape
     * @param count output tokens so far, the new ones included
     * @param finish why the answer ends with them, or null
     */
    void stream(byte[] text, int count, @Nullable FinishReason finish, Consumer<Buffer> out);

    /** The body of an answer that is not streamed. */
    Buffer unary(byte[] text, int count, FinishReason finish);

    /** Writes the end of a stream that failed after its start. */
    default void failed(ApiError error, Consumer<Buffer> out) {
        out.accept(Buffer.buffer("data: " + error.json() + "\n\n"));
        out.accept(DONE.copy());
    }

    /** The last event of a stream. */
    Buffer DONE = Buffer.buffer("data: [DONE]\n\n");

    /** UTF-8 bytes of a text. */
    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The usage object that vLLM puts into chunks. */
    static String usage(int prompt, int completion) {
        return "{\"prompt_tokens\":" + prompt + ",\"total_tokens\":" + (prompt + completion) + ",\"completion_tokens\":"
                + completion + "}";
    }

    /** The usage object of an answer in one piece. */
    static String fullUsage(int prompt, int completion) {
        String usage = usage(prompt, completion);
        return usage.substring(0, usage.length() - 1)
                + ",\"prompt_tokens_details\":null,\"completion_tokens_details\":null}";
    }

    /**
     * What all forms of an answer need.
     *
     * @param id of the answer, prefix included
     * @param created in seconds since 1970
     * @param model name in the answer
     * @param fingerprint of the server
     * @param promptTokens tokens of the prompt
     * @param includeUsage whether a stream ends with a usage chunk
     * @param continuousUsage whether every chunk bears the usage so far
     */
    record Facts(
            String id,
            long created,
            String model,
            String fingerprint,
            int promptTokens,
            boolean includeUsage,
            boolean continuousUsage) {

        /** The front of the JSON object: id, object, created, model. */
        String head(String object) {
            return "{\"id\":" + ApiError.quote(id) + ",\"object\":\"" + object + "\",\"created\":" + created
                    + ",\"model\":" + ApiError.quote(model);
        }
    }
}
