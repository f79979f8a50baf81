package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plimsoll.agent.request.AnswerFormat;
import dev.plimsoll.measurements.ErrorClass;
import dev.plimsoll.scenarios.Api;
import dev.plimsoll.scenarios.Work.Expectation;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any answer in any pieces means the same; any bytes at all end in an answer, an error, or waiting for more. */
class SplitAnswersTest {
    /** How an answer's body is framed. */
    private enum Framing {
        LENGTH,
        CHUNKS,
        CLOSE
    }

    /** A valid answer and what it means. */
    private record Sample(byte[] bytes, boolean stream, int words, boolean needsClose) {
        @Override
        public String toString() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** What reading it came to. */
    private record Outcome(
            List<Integer> tokens, long input, long output, int status, boolean reusable, String failure) {}

    private static Outcome read(Sample sample, Random splits) throws AnswerException {
        AnswerDecoder decoder = new AnswerDecoder();
        RecordingExchange exchange = new RecordingExchange();
        decoder.begin(new AnswerFormat(Api.OPENAI_CHAT, sample.stream(), Expectation.ANY_SUCCESS), false, exchange);
        String failure = "";
        byte[] bytes = sample.bytes();
        for (int at = 0; at < bytes.length; ) {
            int bound = 1 + splits.nextInt(splits.nextBoolean() ? 4 : 400);
            byte[] piece = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + bound));
            assertEquals(piece.length, decoder.feed(at, piece, 0, piece.length));
            at += piece.length;
        }
        assertEquals(!sample.needsClose(), decoder.done());
        assertTrue(decoder.closed());
        try {
            decoder.end();
        } catch (AnswerException e) {
            failure = e.sentence();
        }
        return new Outcome(
                exchange.tokens,
                exchange.inputTokens,
                exchange.outputTokens,
                decoder.status(),
                decoder.reusable(),
                failure);
    }

    @Property(tries = 1_000)
    void splitsDoNotMatter(@ForAll("samples") Sample sample, @ForAll long seed) throws Exception {
        Outcome outcome = read(sample, new Random(seed));
        assertEquals("", outcome.failure());
        assertEquals(sample.stream() ? sample.words() : 0, outcome.tokens().size());
        assertEquals(7, outcome.input());
        assertEquals(sample.words(), outcome.output());
        assertEquals(200, outcome.status());
        assertEquals(!sample.needsClose(), outcome.reusable());
    }

    @Provide
    Arbitrary<Sample> samples() {
        return Combinators.combine(
                        Arbitraries.of(Framing.class),
                        Arbitraries.of(true, false),
                        words(),
                        Arbitraries.of(
                                "",
                                "HTTP/1.1 100 Continue\r\n\r\n",
                                "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.0 102 Processing\r\n\r\n"),
                        Arbitraries.of("\r\n", "\n"),
                        Arbitraries.longs())
                .as(SplitAnswersTest::sample);
    }

    private static Arbitrary<List<String>> words() {
        return Arbitraries.strings()
                .withChars("abc é€😀{}[]:,")
                .ofMinLength(1)
                .ofMaxLength(40)
                .list()
                .ofMaxSize(8);
    }

    private static Sample sample(
            Framing framing, boolean stream, List<String> words, String before, String lineEnd, long seed) {
        Random random = new Random(seed);
        String usage = "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":" + words.size() + "}";
        StringBuilder body = new StringBuilder();
        if (stream) {
            String end = random.nextBoolean() ? "\n" : "\r\n";
            body.append("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}")
                    .append(end + end);
            for (String word : words) {
                body.append(random.nextInt(3) == 0 ? ": ping" + end + end : "");
                body.append("data: {\"choices\":[{\"delta\":{\"content\":\"")
                        .append(word)
                        .append("\"}}]}")
                        .append(end + end);
            }
            body.append("data: {\"choices\":[],").append(usage).append("}").append(end + end);
            body.append("data: [DONE]").append(end + end);
        } else {
            body.append("{\"choices\":[{\"message\":{\"content\":\"").append(String.join(" ", words));
            body.append("\"}}],").append(usage).append("}");
        }
        byte[] content = body.toString().getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 200 OK" + lineEnd + "Server: x" + lineEnd + "cOnTent-tYpe:  "
                + (stream ? "text/event-stream; charset=utf-8" : "application/json") + " " + lineEnd;
        List<byte[]> parts = new ArrayList<>();
        switch (framing) {
            case LENGTH -> {
                parts.add(ascii(before + head + "Content-Length: " + content.length + lineEnd + lineEnd));
                parts.add(content);
            }
            case CLOSE -> {
                parts.add(ascii(before + head + lineEnd));
                parts.add(content);
            }
            case CHUNKS -> {
                parts.add(ascii(before + head + "Transfer-Encoding: chunked" + lineEnd + lineEnd));
                for (int at = 0; at < content.length; ) {
                    int length = Math.min(content.length - at, 1 + random.nextInt(200));
                    parts.add(ascii((random.nextBoolean() ? "00" : "") + Integer.toHexString(length)
                            + (random.nextBoolean() ? " ;a=\"b\"" : "") + "\r\n"));
                    parts.add(Arrays.copyOfRange(content, at, at + length));
                    parts.add(ascii("\r\n"));
                    at += length;
                }
                parts.add(ascii("0\r\n" + (random.nextBoolean() ? "X-Trailer: 1\r\n" : "") + "\r\n"));
            }
        }
        return new Sample(joined(parts), stream, words.size(), framing == Framing.CLOSE);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] joined(List<byte[]> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    @Property(tries = 2_000)
    void garbageEndsInAnErrorOrWaits(@ForAll("samples") Sample sample, @ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = sample.bytes().clone();
        int changes = random.nextInt(6);
        for (int i = 0; i < changes; i++) {
            bytes[random.nextInt(bytes.length)] =
                    (byte) (random.nextBoolean() ? random.nextInt(256) : "\r\n: 0-{}\"".charAt(random.nextInt(9)));
        }
        byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
        endsOrWaits(sample.stream(), cut);
    }

    @Property(tries = 1_000)
    void randomBytesEndInAnErrorOrWait(@ForAll byte[] noise, @ForAll boolean stream) {
        endsOrWaits(stream, noise);
        byte[] head = ascii("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n\r\n");
        endsOrWaits(stream, joined(List.of(head, noise)));
    }

    private static void endsOrWaits(boolean stream, byte[] bytes) {
        AnswerDecoder decoder = new AnswerDecoder();
        RecordingExchange exchange = new RecordingExchange();
        decoder.begin(new AnswerFormat(Api.OPENAI_CHAT, stream, Expectation.ANY_SUCCESS), false, exchange);
        try {
            int read = decoder.feed(1, bytes, 0, bytes.length);
            assertTrue(decoder.done() || read == bytes.length);
            if (decoder.closed()) {
                decoder.end();
            } else {
                ErrorClass broken = decoder.broken(false).errorClass();
                assertTrue(broken == ErrorClass.RESET || broken == ErrorClass.TRUNCATED);
            }
        } catch (AnswerException told) {
            assertTrue(told.sentence().length() > 10, told.sentence());
            assertTrue(told.sentence().length() < 600, told.sentence());
        }
    }
}
