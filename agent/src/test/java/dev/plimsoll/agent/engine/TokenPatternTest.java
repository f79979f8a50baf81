package dev.plimsoll.agent.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events that are told by their likeness to the one before, and those that must not be. */
class TokenPatternTest {
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    private static final String FIRST =
            "{\"id\":\"a\",\"choices\":[{\"delta\":{\"content\":\"one\"},\"finish_reason\":null}]}";

    /** The token counts of the events of a stream that begins with {@link #FIRST}; −1 at its end when it failed. */
    private static List<Integer> tokens(String... events) throws AnswerException {
        RecordingExchange exchange = new RecordingExchange();
        AnswerDecoder decoder = new AnswerDecoder();
        decoder.begin(TestClient.CHAT_STREAM, false, exchange);
        List<Integer> counts = new ArrayList<>();
        feed(decoder, HEAD);
        feed(decoder, "data: " + FIRST + "\n\n");
        int before = exchange.tokens.size();
        for (String event : events) {
            feed(decoder, "data: " + event + "\n\n");
            counts.add(exchange.tokens.size() - before);
            before = exchange.tokens.size();
        }
        return counts;
    }

    private static void feed(AnswerDecoder decoder, String text) throws AnswerException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        decoder.feed(1, bytes, 0, bytes.length);
    }

    private static String content(String text) {
        return FIRST.replace("one", text);
    }

    @Test
    void texts() throws AnswerException {
        assertEquals(
                List.of(1, 1, 1, 1, 1),
                tokens(
                        content("x"),
                        content(" a longer one"),
                        content("\\\"quoted\\\""),
                        content("größer"),
                        content("z")));
    }

    @Test
    void anEmptyTextIsNoToken() throws AnswerException {
        assertEquals(List.of(0, 1), tokens(content(""), content("x")));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '^',
            delimiter = '|',
            value = {
                // The text ends early, and what stands after it is not what stood after the first.
                "{\"id\":\"a\",\"choices\":[{\"delta\":{\"content\":\"\",\"x\":\"\"},\"finish_reason\":null}]} | 0",
                "{\"id\":\"a\",\"choices\":[{\"delta\":{\"content\":\"t\"},\"finish_reason\":\"stop\"}]} | 1",
                "{\"id\":\"a\",\"choices\":[{\"delta\":{\"role\":\"assistant\"},\"finish_reason\":null}]} | 0",
                "{\"id\":\"a\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":9}} | 0",
            })
    void otherEventsAreReadInFull(String event, int tokens) throws AnswerException {
        assertEquals(List.of(tokens, 1), tokens(event, content("x")));
    }

    @Test
    void whatLooksLikeATextButIsTwoIsReadInFull() {
        TokenPattern pattern = new TokenPattern();
        byte[] first = "{\"c\":\"a\"}".getBytes(StandardCharsets.US_ASCII);
        pattern.learn(first, 0, first.length, 6, 7);
        assertFits(pattern, true, "{\"c\":\"bc\"}");
        assertFits(pattern, false, "{\"c\":\"\"}");
        assertFits(pattern, false, "{\"c\":\"b\",\"d\":\"e\"}");
        assertFits(pattern, false, "{\"c\":\"b\\\"\"}");
        assertFits(pattern, false, "{\"c\":\"b\"");
        assertFits(pattern, false, "{\"c\"");
        pattern.forget();
        assertFits(pattern, false, "{\"c\":\"bc\"}");
    }

    private static void assertFits(TokenPattern pattern, boolean fits, String event) {
        // Not at the beginning of the array, and not to its end.
        byte[] bytes = ("##" + event + "\"}##").getBytes(StandardCharsets.US_ASCII);
        assertEquals(fits, pattern.fits(bytes, 2, bytes.length - 4), event);
    }
}
