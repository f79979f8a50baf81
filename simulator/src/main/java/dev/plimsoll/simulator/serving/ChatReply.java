package dev.plimsoll.simulator.serving;

import dev.plimsoll.simulator.engine.FinishReason;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers of {@code /v1/chat/completions}: a chunk with the role alone, the tokens, the usage, {@code [DONE]}. */
final class ChatReply implements Reply {
    private static final String CHUNK = "chat.completion.chunk";

    private final Facts facts;
    private final byte[] front;
    private final byte[] back;
    private boolean started;

    ChatReply(Facts facts) {
        this.facts = facts;
        front = Reply.utf8("data: " + facts.head(CHUNK) + ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"");
        back = Reply.utf8("\"},\"logprobs\":null,\"finish_reason\":null,\"token_ids\":null}]");
    }

    @Override
    public void stream(byte[] text, int count, @Nullable FinishReason finish, Consumer<Buffer> out) {
        if (!started) {
            started = true;
            out.accept(Buffer.buffer("data: " + facts.head(CHUNK)
                    + ",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
                    + "\"finish_reason\":null}]"
                    + (facts.continuousUsage() ? ",\"usage\":" + Reply.usage(facts.promptTokens(), 0) : "")
                    + ",\"prompt_token_ids\":null,\"prompt_text\":null}\n\n"));
        }
        Buffer chunk = Buffer.buffer(front.length + text.length + back.length + 96)
                .appendBytes(front)
                .appendBytes(text);
        if (finish == null) {
            chunk.appendBytes(back);
        } else {
            chunk.appendString("\"},\"logprobs\":null,\"finish_reason\":\"" + finish.label()
                    + "\",\"stop_reason\":null,\"token_ids\":null}]");
        }
        if (facts.continuousUsage()) {
            chunk.appendString(",\"usage\":" + Reply.usage(facts.promptTokens(), count));
        }
        if (finish != null && !facts.includeUsage()) {
            chunk.appendString(",\"system_fingerprint\":\"" + facts.fingerprint() + "\"");
        }
        out.accept(chunk.appendString("}\n\n"));
        if (finish != null) {
            if (facts.includeUsage()) {
                out.accept(Buffer.buffer("data: " + facts.head(CHUNK) + ",\"choices\":[],\"usage\":"
                        + Reply.usage(facts.promptTokens(), count) + ",\"system_fingerprint\":\"" + facts.fingerprint()
                        + "\"}\n\n"));
            }
            out.accept(DONE.copy());
        }
    }

    @Override
    public Buffer unary(byte[] text, int count, FinishReason finish) {
        return Buffer.buffer(facts.head("chat.completion")
                + ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                + new String(text, StandardCharsets.UTF_8)
                + "\",\"refusal\":null,\"annotations\":null,\"audio\":null,\"function_call\":null,\"reasoning\":null},"
                + "\"logprobs\":null,\"finish_reason\":\"" + finish.label()
                + "\",\"stop_reason\":null,\"token_ids\":null,\"routed_experts\":null}],\"service_tier\":null,"
                + "\"system_fingerprint\":\"" + facts.fingerprint() + "\",\"usage\":"
                + Reply.fullUsage(facts.promptTokens(), count)
                + ",\"prompt_logprobs\":null,\"prompt_token_ids\":null,\"prompt_text\":null,"
                + "\"kv_transfer_params\":null,\"ec_transfer_params\":null,\"metrics\":null}");
    }
}
