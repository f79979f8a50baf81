package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseParserTest {
    private final List<String> events = new ArrayList<>();
    private final SseParser parser =
            new SseParser((bytes, from, to) -> events.add(new String(bytes, from, to - from, StandardCharsets.UTF_8)));

    private List<String> read(byte[] stream, int piece) throws AnswerException {
        events.clear();
        parser.begin();
        for (int at = 0; at < stream.length; at += piece) {
            byte[] part = new byte[Math.min(piece, stream.length - at)];
            System.arraycopy(stream, at, part, 0, part.length);
            parser.parse(part, 0, part.length);
        }
        parser.end();
        return List.copyOf(events);
    }

    private List<String> read(String stream, int piece) throws AnswerException {
        return read(stream.getBytes(StandardCharsets.UTF_8), piece);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 1000})
    void linesEndInAnyOfThreeWays(int piece) throws Exception {
        assertEquals(List.of("a", "b", "c"), read("data: a\n\ndata: b\r\rdata: c\r\n\r\n", piece));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 1000})
    void linesOfDataAreJoined(int piece) throws Exception {
        assertEquals(List.of("a\nb\n\nc"), read("data: a\nid: 1\ndata:b\ndata\n: x\ndata: c\n\n", piece));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 1000})
    void byteOrderMarkIsPassed(int piece) throws Exception {
        assertEquals(List.of("a"), read("\uFEFFdata: a\n\n", piece));
        assertEquals(List.of(), read("\uFEFF\uFEFFdata: a\n\n", piece));
    }

    @Test
    void oneBlankAfterTheColonIsTaken() throws Exception {
        assertEquals(List.of("a", " a", "a "), read("data:a\n\ndata:  a\n\ndata: a \n\n", 100));
    }

    @Test
    void fieldsThatOnlyBeginLikeDataAreIgnored() throws Exception {
        assertEquals(List.of(), read("dat: a\n\ndataset: a\n\n data: a\n\nDATA: a\n\nd\n\n", 100));
    }

    @Test
    void eventsWithoutDataAreNone() throws Exception {
        assertEquals(List.of("x"), read("event: a\n\n: comment\n\nid: 3\n\n\n\ndata: x\n\n", 100));
    }

    @Test
    void completeLinesAtTheEndAreGiven() throws Exception {
        assertEquals(List.of("a"), read("data: a\n", 100));
        assertEquals(List.of(), read("data: a", 100));
    }

    @Test
    void nameIsOfItsEventAlone() throws Exception {
        List<Boolean> named = new ArrayList<>();
        SseParser[] self = new SseParser[1];
        self[0] = new SseParser((bytes, from, to) -> named.add(self[0].nameIs(Bytes.ascii("error"))));
        byte[] stream =
                "event: error\ndata: a\n\ndata: b\n\nevent:error\n\ndata: c\n\n".getBytes(StandardCharsets.UTF_8);
        self[0].parse(stream, 0, stream.length);
        assertEquals(List.of(true, false, false), named);
    }

    @Test
    void longLineIsRefusedBeforeItIsKept() {
        byte[] endless = "x".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        parser.begin();
        assertThrows(AnswerException.class, () -> {
            for (int i = 0; i < 20; i++) {
                parser.parse(endless, 0, endless.length);
            }
        });
    }

    @Property(tries = 500)
    void splitsDoNotMatter(@ForAll("streams") String stream, @ForAll("pieces") int piece) throws Exception {
        List<String> whole = read(stream, 1_000_000);
        assertEquals(whole, read(stream, piece));
    }

    @Provide
    Arbitrary<Integer> pieces() {
        return Arbitraries.integers().between(1, 20);
    }

    @Provide
    Arbitrary<String> streams() {
        Arbitrary<String> end = Arbitraries.of("\n", "\r", "\r\n");
        Arbitrary<String> line = Arbitraries.oneOf(
                Arbitraries.strings().withChars("abé€😀: data").ofMaxLength(30).map(s -> "data: " + s),
                Arbitraries.strings().withChars("abé€: data").ofMaxLength(10),
                Arbitraries.of("", "", "event: a", ":x", "id: 4", "data", "data:", "\uFEFF"));
        return Combinators.combine(line, end)
                .as((l, e) -> l + e)
                .list()
                .ofMaxSize(20)
                .map(lines -> String.join("", lines));
    }
}
