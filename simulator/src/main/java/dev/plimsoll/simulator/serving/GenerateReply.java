package dev.plimsoll.simulator.serving;

import dev.plimsoll.simulator.engine.FinishReason;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers of vLLM's legacy {@code POST /generate}: JSON objects that hold the prompt and all text so far. A stream ends
 * each object with a NUL byte, as {@code vllm.entrypoints.api_server} did up to 0.2.6 and its clients still expect;
 * objects carry the text so far and no usage.
 */
final class GenerateReply implements Reply {
    private final String front;
    private final StringBuilder text = new StringBuilder();

    /** An answer to {@code prompt}. */
    GenerateReply(String prompt) {
        String quoted = ApiError.quote(prompt);
        front = "{\"text\": [" + quoted.substring(0, quoted.length() - 1);
    }

    @Override
    public String streamType() {
        return "text/plain; charset=utf-8";
    }

    @Override
    public void stream(byte[] more, int count, @Nullable FinishReason finish, Consumer<Buffer> out) {
        text.append(new String(more, StandardCharsets.UTF_8));
        out.accept(Buffer.buffer(front + text + "\"]}").appendByte((byte) 0));
    }

    @Override
    public Buffer unary(byte[] all, int count, FinishReason finish) {
        return Buffer.buffer(front + new String(all, StandardCharsets.UTF_8) + "\"]}");
    }

    @Override
    public void failed(ApiError error, Consumer<Buffer> out) {
        out.accept(Buffer.buffer(error.json()).appendByte((byte) 0));
    }
}
