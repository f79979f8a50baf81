package dev.plimsoll.simulator.truth;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The bytes of every write of a schedule, made once. Written by one thread, which rewinds the shared buffers. */
final class ScheduleBytes {
    /** Tokens said to be in every prompt. */
    private static final int PROMPT_TOKENS = 16;

    private static final String HEAD = "HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\nserver: uvicorn\r\n"
            + "content-type: text/event-stream; charset=utf-8\r\nvary: Origin\r\ntransfer-encoding: chunked\r\n\r\n";

    final ByteBuffer head;
    final ByteBuffer[] chunks;
    final ByteBuffer tail;

    /** The stream of a chat, or of a completion. */
    ScheduleBytes(ScheduleOptions options, boolean chat) {
        String front = "{\"id\":\"" + (chat ? "chatcmpl-" : "cmpl-") + "0123456789abcdef\",\"object\":\""
                + (chat ? "chat.completion.chunk" : "text_completion") + "\",\"created\":1767225600,\"model\":\""
                + options.model() + "\",\"choices\":[";
        String role = front
                + "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
                + "\"finish_reason\":null}],\"prompt_token_ids\":null,\"prompt_text\":null}";
        head = direct(HEAD, chat ? event(role) : "");
        chunks = new ByteBuffer[options.chunks()];
        for (int i = 0; i < chunks.length; i++) {
            int done = Math.min(options.tokens(), (i + 1) * options.tokensPerChunk());
            String text = " token".repeat(done - i * options.tokensPerChunk());
            String finish = i == chunks.length - 1 ? "\"length\",\"stop_reason\":null" : "null";
            String choice = chat
                    ? "{\"index\":0,\"delta\":{\"content\":\"" + text + "\"},\"logprobs\":null,\"finish_reason\":"
                            + finish + ",\"token_ids\":null}]"
                    : "{\"index\":0,\"text\":\"" + text + "\",\"logprobs\":null,\"finish_reason\":"
                            + (i == chunks.length - 1 ? "\"length\"" : "null")
                            + ",\"stop_reason\":null,\"prompt_token_ids\":null,\"token_ids\":null}]";
            chunks[i] = direct(
                    event(front + choice + (options.continuousUsage() ? ",\"usage\":" + usage(done) : "") + "}"));
        }
        tail = direct(
                event(front + "],\"usage\":" + usage(options.tokens()) + ",\"system_fingerprint\":\"truth\"}"),
                event("[DONE]"),
                "0\r\n\r\n");
    }

    /** A whole answer. */
    static ByteBuffer answer(int status, String reason, String contentType, String body) {
        return direct("HTTP/1.1 " + status + " " + reason
                + "\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\nserver: uvicorn\r\ncontent-length: "
                + body.getBytes(StandardCharsets.UTF_8).length
                + "\r\ncontent-type: " + contentType + "\r\n\r\n" + body);
    }

    /** The answer of the unary mode: a chat completion in one piece. */
    static ByteBuffer unary(ScheduleOptions options) {
        return answer(
                200,
                "OK",
                "application/json",
                "{\"id\":\"chatcmpl-0123456789abcdef\",\"object\":\"chat.completion\",\"created\":1767225600,\"model\":\""
                        + options.model()
                        + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                        + " token".repeat(options.tokens())
                        + "\"},\"finish_reason\":\"length\"}],\"usage\":" + usage(options.tokens()) + "}");
    }

    private static String usage(int tokens) {
        return "{\"prompt_tokens\":" + PROMPT_TOKENS + ",\"total_tokens\":" + (PROMPT_TOKENS + tokens)
                + ",\"completion_tokens\":" + tokens + "}";
    }

    private static String event(String data) {
        String event = "data: " + data + "\n\n";
        return Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
    }

    private static ByteBuffer direct(String... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String part : parts) {
            bytes.writeBytes(part.getBytes(StandardCharsets.UTF_8));
        }
        return ByteBuffer.allocateDirect(bytes.size()).put(bytes.toByteArray()).flip();
    }
}
