package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Work.Expectation;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerDecoderTest {
    private static final String SSE = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    private static final String DONE = "data: [DONE]\n\n";

    private static RecordingExchange read(Api api, boolean stream, String answer) throws AnswerException {
        AnswerDecoder decoder = new AnswerDecoder();
        RecordingExchange exchange = new RecordingExchange();
        decoder.begin(new AnswerFormat(api, stream, Expectation.ANY_SUCCESS), false, exchange);
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        decoder.feed(1, bytes, 0, bytes.length);
        assertTrue(decoder.closed());
        decoder.end();
        return exchange;
    }

    private static RecordingExchange stream(Api api, String... events) throws AnswerException {
        return read(api, true, SSE + "data: " + String.join("\n\ndata: ", events) + "\n\n" + DONE);
    }

    private static RecordingExchange unary(Api api, String body) throws AnswerException {
        return read(api, false, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + body);
    }

    private static String chat(String delta) {
        return "{\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":null}]}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"content\":\"a\"}",
                "{\"content\":\" \"}",
                "{\"content\":\"\\n\"}",
                "{\"reasoning\":\"hm\"}",
                "{\"reasoning_content\":\"hm\",\"content\":null}",
                "{\"role\":\"assistant\",\"content\":\"a\"}",
                "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\"}}]}"
            })
    void deltaWithTextIsToken(String delta) throws Exception {
        assertEquals(List.of(1), stream(Api.OPENAI_CHAT, chat(delta)).tokens);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"role\":\"assistant\",\"content\":\"\"}",
                "{\"content\":null}",
                "{\"reasoning\":\"\",\"reasoning_content\":\"\"}",
                "{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}",
                "{\"logprobs\":{\"content\":\"a\"}}",
                "null"
            })
    void deltaWithoutTextIsNoToken(String delta) throws Exception {
        assertEquals(List.of(), stream(Api.OPENAI_CHAT, chat(delta)).tokens);
    }

    @Test
    void textElsewhereIsNoToken() throws Exception {
        assertEquals(
                List.of(),
                stream(
                                Api.OPENAI_CHAT,
                                "{\"content\":\"a\",\"choices\":[{\"text\":\"a\",\"content\":\"b\"}],\"delta\":{}}")
                        .tokens);
    }

    @Test
    void usageOfEachChunkTellsTokensPerEvent() throws Exception {
        RecordingExchange exchange = stream(
                Api.OPENAI_CHAT,
                "{\"choices\":[{\"delta\":{\"role\":\"assistant\"}}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":0}}",
                "{\"choices\":[{\"delta\":{\"content\":\"ab\"}}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}",
                // Half a character: counted, but nothing to show yet.
                "{\"choices\":[{\"delta\":{\"content\":\"\"}}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}",
                "{\"choices\":[{\"delta\":{\"content\":\"é\"}}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":6}}",
                "{\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":6}}");
        assertEquals(List.of(2, 4), exchange.tokens);
        assertEquals(9, exchange.inputTokens);
        assertEquals(6, exchange.outputTokens);
        assertEquals(1, exchange.usages);
    }

    @Test
    void usageOfTheLastChunkAloneIsNoGrowth() throws Exception {
        RecordingExchange exchange = stream(
                Api.OPENAI_CHAT,
                chat("{\"content\":\"a\"}"),
                chat("{\"content\":\"b\"}"),
                "{\"choices\":[{\"delta\":{\"content\":\"c\"}}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":64}}");
        assertEquals(List.of(1, 1, 1), exchange.tokens);
        assertEquals(64, exchange.outputTokens);
    }

    @Test
    void answerWithoutUsageTellsNone() throws Exception {
        assertEquals(0, stream(Api.OPENAI_CHAT, chat("{\"content\":\"a\"}")).usages);
        assertEquals(0, unary(Api.OPENAI_CHAT, "{\"choices\":[],\"usage\":null}").usages);
    }

    @Test
    void commentsAndOtherFieldsAreNoEvents() throws Exception {
        String answer = SSE + ": ping\n\nid: 7\nretry: 100\n\nevent: x\n\ndata: " + chat("{\"content\":\"a\"}")
                + "\n\n:\n\n" + DONE;
        assertEquals(List.of(1), read(Api.OPENAI_CHAT, true, answer).tokens);
    }

    @Test
    void completionsTextIsToken() throws Exception {
        assertEquals(
                List.of(1, 1),
                stream(
                                Api.OPENAI_COMPLETIONS,
                                "{\"choices\":[{\"text\":\"a\"}]}",
                                "{\"choices\":[{\"text\":\"\"}]}",
                                "{\"choices\":[{\"text\":\"b\",\"finish_reason\":\"length\"}]}")
                        .tokens);
    }

    @ParameterizedTest
    @CsvSource({
        "response.output_text.delta, 1",
        "response.reasoning_text.delta, 1",
        "response.reasoning_summary_text.delta, 1",
        "response.function_call_arguments.delta, 1",
        "response.output_text.done, 0",
        "response.audio.delta, 0"
    })
    void responsesDeltasAreTokens(String type, int tokens) throws Exception {
        RecordingExchange exchange = stream(
                Api.OPENAI_RESPONSES,
                "{\"delta\":\"a\",\"type\":\"" + type + "\"}",
                "{\"delta\":\"\",\"type\":\"" + type + "\"}",
                "{\"type\":\"response.completed\",\"response\":{\"error\":null,\"usage\":"
                        + "{\"input_tokens\":3,\"output_tokens\":4}}}");
        assertEquals(tokens, exchange.tokens.size());
        assertEquals(3, exchange.inputTokens);
        assertEquals(4, exchange.outputTokens);
    }

    @Test
    void failedResponseIsStreamError() {
        AnswerException error = assertThrows(
                AnswerException.class,
                () -> stream(
                        Api.OPENAI_RESPONSES,
                        "{\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"x\",\"message\":\"broke\"}}}"));
        assertEquals(ErrorClass.STREAM_ERROR, error.errorClass());
        assertEquals("an error event: broke", error.sentence());
        AnswerException plain = assertThrows(
                AnswerException.class,
                () -> stream(Api.OPENAI_RESPONSES, "{\"type\":\"error\",\"message\":\"no room\",\"code\":null}"));
        assertEquals("an error event: no room", plain.sentence());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "\n"})
    void legacyTextThatGrewIsToken(String separator) throws Exception {
        String answer = "HTTP/1.1 200 OK\r\n\r\n" + "{\"text\": [\"Once\"]}" + separator + "{\"text\": [\"Once upon\"]}"
                + separator + "{\"text\": [\"Once upon\"]}" + separator + "{\"text\": [\"Once upon a\"]}" + separator;
        assertEquals(List.of(1, 1, 1), read(Api.VLLM_GENERATE, true, answer).tokens);
    }

    @Test
    void legacyStreamWithoutObjectsIsTruncated() {
        AnswerException error =
                assertThrows(AnswerException.class, () -> read(Api.VLLM_GENERATE, true, "HTTP/1.1 200 OK\r\n\r\n\0\0"));
        assertEquals(ErrorClass.TRUNCATED, error.errorClass());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OPENAI_CHAT|{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}|3|4",
                "OPENAI_COMPLETIONS|{\"usage\":{\"completion_tokens\":4,\"prompt_tokens\":3},\"choices\":[]}|3|4",
                "OPENAI_EMBEDDINGS|{\"data\":[],\"usage\":{\"prompt_tokens\":3,\"total_tokens\":3}}|3|-1",
                "OPENAI_RESPONSES|{\"output\":[],\"error\":null,\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}|3|4",
                "VLLM_GENERATE|{\"text\":[\"a\"]}|-1|-1"
            })
    void unaryAnswersTellUsage(Api api, String body, long input, long output) throws Exception {
        RecordingExchange exchange = unary(api, body);
        assertEquals(input, exchange.inputTokens);
        assertEquals(output, exchange.outputTokens);
    }

    @Test
    void embeddingsAreReadWholeEvenWhenTheTargetStreams() throws Exception {
        String answer = "HTTP/1.1 200 OK\r\n\r\n{\"data\":[{\"embedding\":[0.25,-1e-3]}]}";
        assertEquals(List.of(), read(Api.OPENAI_EMBEDDINGS, true, answer).tokens);
    }

    @Test
    void lastEventCountsWithoutEmptyLineAfterIt() throws Exception {
        String answer = SSE + "data: " + chat("{\"content\":\"a\"}") + "\r\r" + "data: [DONE]\r";
        assertEquals(List.of(1), read(Api.OPENAI_CHAT, true, answer).tokens);
    }

    @Test
    void tokenEventsAllocateNothing() throws Exception {
        String event = "data: {\"id\":\"chatcmpl-a9b6e56a1a41b5d6\",\"object\":\"chat.completion.chunk\","
                + "\"created\":1795488953,\"model\":\"tiny\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"pliéd\"},"
                + "\"logprobs\":null,\"finish_reason\":null,\"token_ids\":null}]}\n\n";
        byte[] data = event.getBytes(StandardCharsets.UTF_8);
        byte[] chunk = (Integer.toHexString(data.length) + "\r\n" + event + "\r\n").getBytes(StandardCharsets.UTF_8);
        byte[] head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                .getBytes(StandardCharsets.UTF_8);
        CountingExchange exchange = new CountingExchange();
        AnswerDecoder decoder = new AnswerDecoder();
        decoder.begin(new AnswerFormat(Api.OPENAI_CHAT, true, Expectation.ANY_SUCCESS), false, exchange);
        decoder.feed(0, head, 0, head.length);
        int warmUp = 50_000;
        int measured = 200_000;
        feed(decoder, chunk, warmUp);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        feed(decoder, chunk, measured);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertEquals(warmUp + measured, exchange.tokens);
        assertTrue(allocated < measured, allocated + " bytes for " + measured + " events");
    }

    /** Every second event is split in two, as reads split them. */
    private static void feed(AnswerDecoder decoder, byte[] chunk, int events) throws AnswerException {
        for (int i = 0; i < events; i++) {
            int split = i % 2 == 0 ? chunk.length : i % chunk.length;
            decoder.feed(i, chunk, 0, split);
            decoder.feed(i, chunk, split, chunk.length);
        }
    }

    @Test
    void plainAnswersAllocateNothing() throws Exception {
        byte[] answer = ("HTTP/1.1 200 OK\r\nServer: test\r\nDate: Tue, 24 Nov 2026 02:55:52 GMT\r\n"
                        + "Content-Type: application/json\r\nContent-Length: 11\r\nConnection: keep-alive\r\n\r\n"
                        + "{\"id\":\"12\"}")
                .getBytes(StandardCharsets.UTF_8);
        AnswerFormat format = new AnswerFormat(Api.HTTP, false, new Expectation(List.of(200), List.of("\"id\"")));
        AnswerDecoder decoder = new AnswerDecoder();
        CountingExchange exchange = new CountingExchange();
        readAll(decoder, format, exchange, answer, 50_000);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        int measured = 100_000;
        readAll(decoder, format, exchange, answer, measured);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < measured, allocated + " bytes for " + measured + " answers");
    }

    private static void readAll(AnswerDecoder decoder, AnswerFormat format, Exchange exchange, byte[] answer, int times)
            throws AnswerException {
        for (int i = 0; i < times; i++) {
            decoder.begin(format, false, exchange);
            decoder.feed(i, answer, 0, answer.length);
            assertTrue(decoder.done());
            decoder.end();
        }
    }

    /** Counts, and allocates nothing. */
    private static final class CountingExchange implements Exchange {
        long tokens;

        @Override
        public void connected(long connectNanos, long tlsNanos) {}

        @Override
        public void sent(long nanos) {}

        @Override
        public void tokens(long nanos, int count) {
            tokens += count;
        }

        @Override
        public void usage(long inputTokens, long outputTokens) {}

        @Override
        public void succeeded(long nanos) {}

        @Override
        public void failed(long nanos, ErrorClass errorClass, int status, String detail) {}
    }
}
