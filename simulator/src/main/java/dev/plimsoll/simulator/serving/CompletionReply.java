package dev.plimsoll.simulator.serving;

import dev.plimsoll.simulator.engine.FinishReason;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers of {@code /v1/completions}. */
final class CompletionReply implements Reply {
    private static final String OBJECT = "text_completion";

    private final Facts facts;
    private final byte[] front;
    private final byte[] back;

    CompletionReply(Facts facts) {
        this.facts = facts;
        front = Reply.utf8("data: " + facts.head(OBJECT) + ",\"choices\":[{\"index\":0,\"text\":\"");
        back = Reply.utf8("\",\"logprobs\":null,\"finish_reason\":null,\"stop_reason\":null,\"prompt_token_ids\":null,"
                + "\"token_ids\":null}]");
    }

    @Override
    public void stream(byte[] text, int count, @Nullable FinishReason finish, Consumer<Buffer> out) {
        Buffer chunk = Buffer.buffer(front.length + text.length + back.length + 96)
                .appendBytes(front)
                .appendBytes(text);
        if (finish == null) {
            chunk.appendBytes(back);
        } else {
            chunk.appendString("\",\"logprobs\":null,\"finish_reason\":\"" + finish.label()
                    + "\",\"stop_reason\":null,\"prompt_token_ids\":null,\"token_ids\":null}]");
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
                out.accept(Buffer.buffer("data: " + facts.head(OBJECT) + ",\"choices\":[],\"usage\":"
                        + Reply.usage(facts.promptTokens(), count) + ",\"system_fingerprint\":\"" + facts.fingerprint()
                        + "\"}\n\n"));
            }
            out.accept(DONE.copy());
        }
    }

    @Override
    public Buffer unary(byte[] text, int count, FinishReason finish) {
        return Buffer.buffer(facts.head(OBJECT) + ",\"choices\":[{\"index\":0,\"text\":\""
                + new String(text, StandardCharsets.UTF_8) + "\",\"logprobs\":null,\"finish_reason\":\""
                + finish.label()
                + "\",\"stop_reason\":null,\"token_ids\":null,\"prompt_logprobs\":null,\"prompt_token_ids\":null,"
                + "\"routed_experts\":null}],\"service_tier\":null,\"system_fingerprint\":\"" + facts.fingerprint()
                + "\",\"usage\":" + Reply.fullUsage(facts.promptTokens(), count)
                + ",\"kv_transfer_params\":null,\"ec_transfer_params\":null,\"metrics\":null}");
    }
}
