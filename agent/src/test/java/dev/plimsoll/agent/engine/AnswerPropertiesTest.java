package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.plimsoll.measurements.ErrorClass;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams in any form and any pieces; and bytes that never come to an end. */
class AnswerPropertiesTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private static final int MEBIBYTE = 1024 * 1024;

    /** Feeds a stretch of an answer in random pieces, each somewhere in a larger buffer, with its number as instant. */
    private static int feed(AnswerDecoder decoder, byte[] bytes, int from, int[] pieceOf, Random splits)
            throws AnswerException {
        int style = splits.nextInt(4);
        int at = from;
        int piece = 0;
        while (at < bytes.length && !decoder.done()) {
            int bound =
                    style == 0 ? 1 : style == 1 ? 1 + splits.nextInt(3) : 1 + splits.nextInt(style == 2 ? 50 : 5_000);
            int length = Math.min(bound, bytes.length - at);
            int offset = splits.nextInt(5);
            byte[] buffer = new byte[offset + length + splits.nextInt(5)];
            splits.nextBytes(buffer);
            System.arraycopy(bytes, at, buffer, offset, length);
            int read = decoder.feed(piece, buffer, offset, offset + length) - offset;
            assertTrue(read == length || decoder.done(), "stopped before the end of the answer");
            Arrays.fill(pieceOf, at, at + read, piece);
            at += read;
            piece++;
        }
        return at;
    }

    private static void assertMeans(StreamWire wire, RecordingExchange exchange, int[] pieceOf, int from) {
        assertEquals(wire.events.stream().map(StreamWire.TokenEvent::tokens).toList(), exchange.tokens);
        List<Long> instants = wire.events.stream()
                .map(event -> (long) pieceOf[from + event.completedBy()])
                .toList();
        assertEquals(instants, exchange.tokenNanos, "an event is told with the piece that completes it");
        assertEquals(7, exchange.inputTokens);
        assertEquals(wire.outputTokens(), exchange.outputTokens);
    }

    @Property(tries = 3_000, seed = "20261124")
    void aStreamMeansTheSameInAnyFormAndAnyPieces(@ForAll long seed, @ForAll long splits) throws Exception {
        StreamWire wire = new StreamWire(seed);
        AnswerDecoder decoder = new AnswerDecoder();
        RecordingExchange exchange = new RecordingExchange();
        decoder.begin(TestClient.CHAT_STREAM, false, exchange);
        int[] pieceOf = new int[wire.bytes.length];
        assertEquals(wire.bytes.length, feed(decoder, wire.bytes, 0, pieceOf, new Random(splits)));
        assertEquals(!wire.needsClose, decoder.done());
        assertTrue(decoder.closed());
        decoder.end();
        assertMeans(wire, exchange, pieceOf, 0);
    }

    /** Answers that follow one another on a connection, the pieces across their borders. */
    @Property(tries = 500, seed = "20261124")
    void answersOnOneConnectionKeepApart(@ForAll long seed, @ForAll long splits) throws Exception {
        Random random = new Random(seed);
        List<StreamWire> wires = new ArrayList<>();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (wires.size() < 3) {
            StreamWire wire = new StreamWire(random.nextLong());
            if (!wire.needsClose) {
                wires.add(wire);
                all.writeBytes(wire.bytes);
            }
        }
        AnswerDecoder decoder = new AnswerDecoder();
        byte[] bytes = all.toByteArray();
        int[] pieceOf = new int[bytes.length];
        int at = 0;
        for (StreamWire wire : wires) {
            RecordingExchange exchange = new RecordingExchange();
            decoder.begin(TestClient.CHAT_STREAM, false, exchange);
            int end = feed(decoder, bytes, at, pieceOf, new Random(splits));
            assertEquals(at + wire.bytes.length, end);
            decoder.end();
            assertMeans(wire, exchange, pieceOf, at);
            at = end;
        }
        assertEquals(bytes.length, at);
    }

    /** An answer that breaks off is never taken for a whole one. */
    @Property(tries = 1_000, seed = "20261124")
    void anAnswerCutShortIsAFailure(@ForAll long seed, @ForAll long splits) throws Exception {
        StreamWire wire = new StreamWire(seed);
        Random random = new Random(splits);
        // Once the server said why it ended, an answer that only the connection ends is whole.
        int cut = random.nextInt(wire.needsClose ? wire.finishFrom : wire.doneFrom);
        AnswerDecoder decoder = new AnswerDecoder();
        RecordingExchange exchange = new RecordingExchange();
        decoder.begin(TestClient.CHAT_STREAM, false, exchange);
        byte[] part = Arrays.copyOf(wire.bytes, cut);
        feed(decoder, part, 0, new int[cut], random);
        ErrorClass told;
        if (decoder.closed()) {
            told = assertThrows(AnswerException.class, decoder::end).errorClass();
        } else {
            told = decoder.broken(false).errorClass();
        }
        assertTrue(
                told == ErrorClass.TRUNCATED || told == ErrorClass.RESET || told == ErrorClass.PROTOCOL, told::label);
    }

    /** Bytes without end: what comes first, and what comes again and again. */
    private record Endless(String name, String first, String again) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String STREAM_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

    static Stream<Endless> refused() {
        String filler = "x".repeat(1_000);
        return Stream.of(
                new Endless("a status line", "HTTP/1.1 200 ", filler),
                new Endless("a header line", "HTTP/1.1 200 OK\r\nX-A: ", filler),
                new Endless("headers", "HTTP/1.1 200 OK\r\n", "X-A: b\r\n"),
                new Endless("interim answers", "", "HTTP/1.1 100 Continue\r\n\r\n"),
                new Endless("empty lines before an answer", "", "\r\n"),
                new Endless("a chunk's extension", STREAM_HEAD + "Transfer-Encoding: chunked\r\n\r\n5;", filler),
                new Endless("a chunk's size", STREAM_HEAD + "Transfer-Encoding: chunked\r\n\r\n", "0"),
                new Endless("trailers", STREAM_HEAD + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-A: b\r\n"),
                new Endless("a line of events", STREAM_HEAD + "\r\n", filler),
                new Endless("a line of data", STREAM_HEAD + "\r\ndata: ", filler),
                new Endless("lines of data", STREAM_HEAD + "\r\n", "data: " + filler + "\n"),
                new Endless("empty lines of data", STREAM_HEAD + "\r\n", "data\n"),
                new Endless("nothing but bytes", "", "\0\1\2" + filler),
                new Endless("an array in an event", STREAM_HEAD + "\r\ndata: {\"choices\":", "[".repeat(1_000)));
    }

    /** They end in an error before they cost memory. */
    @ParameterizedTest
    @MethodSource("refused")
    void whatNeverEndsIsRefusedSoon(Endless endless) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThrows(AnswerException.class, () -> pour(endless, 64 * MEBIBYTE));
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 16L * MEBIBYTE, () -> allocated + " bytes were allocated");
    }

    static Stream<Endless> allowed() {
        return Stream.of(
                new Endless("comments that keep a stream open", STREAM_HEAD + "\r\n", ": ping\n\n"),
                new Endless("fields that mean nothing", STREAM_HEAD + "\r\n", "id: 1\nretry: 5\n"),
                new Endless("events that bear no token", STREAM_HEAD + "\r\n", "data: {\"choices\":[]}\n\n"),
                new Endless(
                        "tokens",
                        STREAM_HEAD + "Transfer-Encoding: chunked\r\n\r\n",
                        "32\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"abcd\"}}]}\n\n\r\n"));
    }

    /** They are a long answer, and a long answer takes no more memory than a short one. */
    @ParameterizedTest
    @MethodSource("allowed")
    void whatMayGoOnTakesNoMemory(Endless endless) throws Exception {
        pour(endless, MEBIBYTE);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        AnswerDecoder decoder = pour(endless, 16 * MEBIBYTE);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < MEBIBYTE, () -> allocated + " bytes were allocated");
        assertTrue(!decoder.done());
    }

    private static AnswerDecoder pour(Endless endless, long most) throws AnswerException {
        AnswerDecoder decoder = new AnswerDecoder();
        decoder.begin(TestClient.CHAT_STREAM, false, NoExchange.INSTANCE);
        byte[] first = endless.first.getBytes(StandardCharsets.UTF_8);
        decoder.feed(0, first, 0, first.length);
        byte[] again = endless.again
                .repeat(Math.max(1, 8_192 / endless.again.length()))
                .getBytes(StandardCharsets.UTF_8);
        for (long sent = 0; sent < most; sent += again.length) {
            assertEquals(again.length, decoder.feed(sent, again, 0, again.length), "nothing is left unread");
        }
        return decoder;
    }

    /** A whole JSON answer is kept up to its limit, and no further. */
    @Test
    void anAnswerWithoutEndIsKeptUpToTheLimit() {
        Endless endless = new Endless("json", "HTTP/1.1 200 OK\r\n\r\n{\"a\":\"", "x".repeat(1_000));
        AnswerDecoder decoder = new AnswerDecoder();
        decoder.begin(TestClient.CHAT, false, NoExchange.INSTANCE);
        byte[] again = endless.again.getBytes(StandardCharsets.UTF_8);
        byte[] first = endless.first.getBytes(StandardCharsets.UTF_8);
        long[] sent = new long[1];
        assertThrows(AnswerException.class, () -> {
            decoder.feed(0, first, 0, first.length);
            for (; sent[0] < 4L * AnswerReader.MAX_BODY; sent[0] += again.length) {
                decoder.feed(0, again, 0, again.length);
            }
        });
        assertTrue(sent[0] <= AnswerReader.MAX_BODY, () -> "refused after " + sent[0] + " bytes only");
    }

    /** Any bytes whatever, in any pieces: they end, and each failure has a sentence. */
    @Property(tries = 3_000, seed = "20261124")
    void anyBytesInAnyPiecesComeToAnEnd(@ForAll long seed, @ForAll long splits) {
        Random random = new Random(seed);
        byte[] bytes = new StreamWire(random.nextLong()).bytes;
        int changes = 1 + random.nextInt(8);
        for (int i = 0; i < changes; i++) {
            bytes = changed(bytes, random);
        }
        AnswerDecoder decoder = new AnswerDecoder();
        RecordingExchange exchange = new RecordingExchange();
        decoder.begin(TestClient.CHAT_STREAM, false, exchange);
        try {
            feed(decoder, bytes, 0, new int[bytes.length], new Random(splits));
            if (decoder.closed()) {
                decoder.end();
            } else {
                assertTrue(decoder.broken(false).sentence().length() > 10);
            }
        } catch (AnswerException told) {
            assertTrue(told.sentence().length() > 10 && told.sentence().length() < 600, told.sentence());
        }
        assertEquals(List.of(), exchange.misuse);
    }

    /** A byte changed, or a stretch taken out, doubled or put elsewhere. */
    private static byte[] changed(byte[] bytes, Random random) {
        if (bytes.length < 4) {
            return bytes;
        }
        int from = random.nextInt(bytes.length - 1);
        int to = Math.min(bytes.length, from + 1 + random.nextInt(40));
        byte[] stretch = Arrays.copyOfRange(bytes, from, to);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        switch (random.nextInt(4)) {
            case 0 -> {
                byte[] same = bytes.clone();
                same[from] = (byte)
                        (random.nextBoolean() ? random.nextInt(256) : "\r\n: 0-{}\"[,;f".charAt(random.nextInt(13)));
                return same;
            }
            case 1 -> {
                all.write(bytes, 0, from);
                all.write(bytes, to, bytes.length - to);
            }
            case 2 -> {
                all.write(bytes, 0, to);
                all.writeBytes(stretch);
                all.write(bytes, to, bytes.length - to);
            }
            default -> {
                int place = random.nextInt(bytes.length);
                all.write(bytes, 0, place);
                all.writeBytes(stretch);
                all.write(bytes, place, bytes.length - place);
            }
        }
        return all.toByteArray();
    }
}
