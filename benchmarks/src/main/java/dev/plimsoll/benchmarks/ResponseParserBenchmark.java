package dev.plimsoll.benchmarks;

import dev.plimsoll.agent.engine.AnswerDecoder;
import dev.plimsoll.agent.engine.AnswerException;
import dev.plimsoll.agent.engine.Exchange;
import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Work.Expectation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading answers from bytes that have arrived: one token event of a chat stream, and whole small answers.
 *
 * <p>Run: {@code benchmarks/run jmh -prof gc ResponseParser}; {@code gc.alloc.rate.norm} is to be about 0 B/op.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ResponseParserBenchmark {
    private static final AnswerFormat CHAT_STREAM = new AnswerFormat(Api.OPENAI_CHAT, true, Expectation.ANY_SUCCESS);
    private static final AnswerFormat CHAT = new AnswerFormat(Api.OPENAI_CHAT, false, Expectation.ANY_SUCCESS);
    private static final AnswerFormat PLAIN = new AnswerFormat(Api.HTTP, false, Expectation.ANY_SUCCESS);
    private static final AnswerFormat PLAIN_SEARCHED =
            new AnswerFormat(Api.HTTP, false, new Expectation(List.of(200), List.of("\"id\"")));

    private final CountingExchange exchange = new CountingExchange();
    private final AnswerDecoder stream = new AnswerDecoder();
    private final AnswerDecoder unary = new AnswerDecoder();
    private byte[] tokenChunk = {};
    private byte[] usageChunk = {};
    private byte[] eightEvents = {};
    private byte[] plainAnswer = {};
    private byte[] chatAnswer = {};

    /** Makes the bytes, as vLLM 0.32.0 and a small web service send them. */
    @Setup
    public void prepare() throws AnswerException {
        String event = "data: {\"id\":\"chatcmpl-a9b6e56a1a41b5d6\",\"object\":\"chat.completion.chunk\","
                + "\"created\":1795488953,\"model\":\"tiny\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"plied\"},"
                + "\"logprobs\":null,\"finish_reason\":null,\"token_ids\":null}]}\n\n";
        tokenChunk = chunk(event);
        usageChunk = chunk(event.replace(
                "}]}\n", "}],\"usage\":{\"prompt_tokens\":18,\"total_tokens\":20," + "\"completion_tokens\":1}}\n"));
        eightEvents = chunk(event.repeat(8));
        byte[] head = bytes("HTTP/1.1 200 OK\r\ndate: Tue, 24 Nov 2026 02:55:52 GMT\r\nserver: uvicorn\r\n"
                + "content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n");
        stream.begin(CHAT_STREAM, false, exchange);
        stream.feed(0, head, 0, head.length);
        plainAnswer = bytes("HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Tue, 24 Nov 2026 02:55:52 GMT\r\n"
                + "Content-Type: application/json\r\nContent-Length: 27\r\nConnection: keep-alive\r\n\r\n"
                + "{\"id\":12,\"message\":\"hello\"}");
        String body = "{\"id\":\"chatcmpl-9ae469fc50c8a737\",\"object\":\"chat.completion\",\"created\":1795488953,"
                + "\"model\":\"tiny\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                + "\"toolshttpEnumminuteTYPE\",\"refusal\":null,\"annotations\":null,\"audio\":null,\"function_call\":null,"
                + "\"reasoning\":null},\"logprobs\":null,\"finish_reason\":\"length\",\"stop_reason\":null,"
                + "\"token_ids\":null}],\"service_tier\":null,\"system_fingerprint\":\"vllm-0.32.0-6e30fda7\",\"usage\":"
                + "{\"prompt_tokens\":18,\"total_tokens\":23,\"completion_tokens\":5,\"prompt_tokens_details\":null},"
                + "\"prompt_logprobs\":null,\"kv_transfer_params\":null}";
        chatAnswer = bytes("HTTP/1.1 200 OK\r\ndate: Tue, 24 Nov 2026 02:55:52 GMT\r\nserver: uvicorn\r\n"
                + "content-length: " + body.length() + "\r\ncontent-type: application/json\r\n\r\n" + body);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] chunk(String data) {
        return bytes(Integer.toHexString(data.length()) + "\r\n" + data + "\r\n");
    }

    /** One token event that bears the usage so far, which vLLM sends with every chunk when asked to. */
    @Benchmark
    public long tokenEventWithUsage() throws AnswerException {
        stream.feed(1, usageChunk, 0, usageChunk.length);
        return exchange.heard;
    }

    /** Eight token events in one read, as a client under load finds them. */
    @Benchmark
    public long eightTokenEvents() throws AnswerException {
        stream.feed(1, eightEvents, 0, eightEvents.length);
        return exchange.heard;
    }

    /** One token event of a chat stream, in a chunk of its own. */
    @Benchmark
    public long tokenEvent() throws AnswerException {
        stream.feed(1, tokenChunk, 0, tokenChunk.length);
        return exchange.heard;
    }

    /** A plain answer of which only status and length count. */
    @Benchmark
    public long plainAnswer() throws AnswerException {
        return whole(PLAIN, plainAnswer);
    }

    /** A plain answer whose body is searched for a text. */
    @Benchmark
    public long searchedAnswer() throws AnswerException {
        return whole(PLAIN_SEARCHED, plainAnswer);
    }

    /** A whole chat completion, all of its JSON checked. */
    @Benchmark
    public long chatAnswer() throws AnswerException {
        return whole(CHAT, chatAnswer);
    }

    private long whole(AnswerFormat format, byte[] answer) throws AnswerException {
        unary.begin(format, false, exchange);
        unary.feed(1, answer, 0, answer.length);
        unary.end();
        return exchange.heard;
    }

    /** Counts what it is told. */
    private static final class CountingExchange implements Exchange {
        long heard;

        @Override
        public void connected(long connectNanos, long tlsNanos) {}

        @Override
        public void sent(long nanos) {}

        @Override
        public void tokens(long nanos, int tokens) {
            heard += tokens;
        }

        @Override
        public void usage(long inputTokens, long outputTokens) {
            heard += outputTokens;
        }

        @Override
        public void succeeded(long nanos) {}

        @Override
        public void failed(long nanos, ErrorClass errorClass, int status, String detail) {}
    }
}
