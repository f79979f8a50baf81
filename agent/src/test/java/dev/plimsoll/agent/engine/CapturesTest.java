package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Work.Expectation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What vLLM 0.32.0 answered, read whole and in pieces of every small size. */
class CapturesTest {
    private static final int WHOLE = Integer.MAX_VALUE;

    /** A capture as it was on the wire; the tool that saved it took the chunks off, so they are put on again. */
    private static byte[] wire(String name, int chunkSize) throws IOException {
        byte[] capture;
        try (InputStream in = CapturesTest.class.getResourceAsStream("captures/" + name)) {
            assertTrue(in != null, name);
            capture = in.readAllBytes();
        }
        String latin = new String(capture, StandardCharsets.ISO_8859_1);
        int body = latin.indexOf("\r\n\r\n") + 4;
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        if (!latin.substring(0, body).contains("transfer-encoding: chunked")) {
            return capture;
        }
        wire.write(capture, 0, body);
        for (int at = body; at < capture.length; at += chunkSize) {
            int length = Math.min(chunkSize, capture.length - at);
            wire.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            wire.write(capture, at, length);
            wire.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        wire.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return wire.toByteArray();
    }

    private static RecordingExchange read(byte[] wire, int piece, Api api, boolean stream) throws AnswerException {
        AnswerDecoder decoder = new AnswerDecoder();
        RecordingExchange exchange = new RecordingExchange();
        decoder.begin(new AnswerFormat(api, stream, Expectation.ANY_SUCCESS), false, exchange);
        long nanos = 0;
        for (int at = 0; at < wire.length; ) {
            int length = Math.min(piece, wire.length - at);
            byte[] read = new byte[length];
            System.arraycopy(wire, at, read, 0, length);
            assertEquals(length, decoder.feed(++nanos, read, 0, length));
            at += length;
        }
        assertTrue(decoder.done());
        assertTrue(decoder.reusable());
        decoder.end();
        return exchange;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 255, 256, 257, WHOLE})
    void chatStreamHasFiveTokens(int piece) throws Exception {
        for (int chunk : new int[] {1, 10, 241, 100_000}) {
            RecordingExchange exchange = read(wire("chat-stream.http", chunk), piece, Api.OPENAI_CHAT, true);
            assertEquals(List.of(1, 1, 1, 1, 1), exchange.tokens);
            assertEquals(18, exchange.inputTokens);
            assertEquals(5, exchange.outputTokens);
            assertEquals(1, exchange.usages);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 64, WHOLE})
    void completionsStreamTellsGrowthOfUsage(int piece) throws Exception {
        byte[] wire = wire("completions-stream-continuous-usage.http", 300);
        RecordingExchange exchange = read(wire, piece, Api.OPENAI_COMPLETIONS, true);
        assertEquals(List.of(1, 1, 1, 1, 1), exchange.tokens);
        assertEquals(4, exchange.inputTokens);
        assertEquals(5, exchange.outputTokens);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 64, WHOLE})
    void responsesStreamHasThreeDeltas(int piece) throws Exception {
        RecordingExchange exchange = read(wire("responses-stream.http", 500), piece, Api.OPENAI_RESPONSES, true);
        assertEquals(List.of(1, 1, 1), exchange.tokens);
        String capture = new String(wire("responses-stream.http", 500), StandardCharsets.UTF_8);
        assertTrue(capture.contains("\"input_tokens\":" + exchange.inputTokens + ","), exchange.inputTokens + "");
        assertTrue(capture.contains("\"output_tokens\":" + exchange.outputTokens + ","), exchange.outputTokens + "");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 64, WHOLE})
    void unaryAnswerTellsUsage(int piece) throws Exception {
        RecordingExchange exchange = read(wire("chat-unary.http", 1), piece, Api.OPENAI_CHAT, false);
        assertEquals(List.of(), exchange.tokens);
        assertEquals(18, exchange.inputTokens);
        assertEquals(5, exchange.outputTokens);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 64, WHOLE})
    void errorsTellTheirMessage(int piece) throws Exception {
        for (String[] expected : new String[][] {
            {"error-context-length.http", "status 400: max_tokens=99999 cannot be greater than max_model_len=2048."},
            {"error-unknown-model.http", "status 404: The model `nope` does not exist. Valid aliases: tiny."},
            {"inference-generate.http", "status 403: Scale-out endpoints are disabled."},
        }) {
            byte[] wire = wire(expected[0], 1);
            AnswerException error = assertThrows(AnswerException.class, () -> read(wire, piece, Api.OPENAI_CHAT, true));
            assertEquals(ErrorClass.HTTP_4XX, error.errorClass());
            assertTrue(error.sentence().startsWith(expected[1]), error.sentence());
        }
    }

    @Test
    void tokensAreStampedWithTheReadThatHeldThem() throws Exception {
        byte[] wire = wire("chat-stream.http", 100_000);
        String text = new String(wire, StandardCharsets.UTF_8);
        RecordingExchange exchange = read(wire, 1, Api.OPENAI_CHAT, true);
        // Pieces of one byte, stamped 1, 2, …: an event is there with the second line feed after it.
        int first = text.indexOf("\n\n", text.indexOf("\"content\":\"plied\"")) + 2;
        assertEquals(first, exchange.tokenNanos.getFirst());
    }
}
