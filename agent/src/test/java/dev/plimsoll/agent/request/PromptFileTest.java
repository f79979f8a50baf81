package dev.plimsoll.agent.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.plimsoll.agent.request.PromptFile.Entry;
import dev.plimsoll.agent.request.PromptFile.Message;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptFileTest {
    private static Message user(String text) {
        return new Message("user", text);
    }

    @Test
    void linesHoldPromptsOrMessagesAndMayLimitTheirOutput() {
        String lines =
                "\uFEFF{\"prompt\":\"a\"}\n\n{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\","
                        + "\"content\":\"b\"}],\"output_tokens\":9}\r\n";
        assertEquals(
                List.of(
                        new Entry(List.of(user("a")), OptionalInt.empty()),
                        new Entry(List.of(new Message("system", "s"), user("b")), OptionalInt.of(9))),
                PromptFile.parse("p.jsonl", lines));
    }

    @Test
    void conversationsOfShareGptWithoutTwoTurnsAreLeftOut() {
        String json = "[{\"id\":\"1\",\"conversations\":[]},{\"id\":\"2\",\"conversations\":[{\"from\":\"human\","
                + "\"value\":\"hi\"},{\"from\":\"gpt\",\"value\":\"yes\"}]},{\"id\":\"3\",\"conversations\":"
                + "[{\"from\":\"human\",\"value\":\"alone\"}]},{\"conversations\":[{\"value\":\" \"},{\"value\":\"x\"}]}]";
        assertEquals(List.of(new Entry(List.of(user("hi")), OptionalInt.empty())), PromptFile.parse("s.json", json));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"prompt\":\"a\"} {\"prompt\":\"b\"}|f, line 1: not JSON",
                "{\"prompt\":\"a\"|f, line 1: not JSON",
                "{\"prompt\":\"\"}|f, line 1: a prompt is not empty",
                "{\"text\":\"a\"}|f, line 1: a line has a text `prompt` or a list of `messages`",
                "{\"messages\":[{\"role\":\"user\"}]}|f, line 1: a message has texts for its role and its content",
                "{\"prompt\":\"a\",\"output_tokens\":0}|f, line 1: output_tokens is a whole number from 1",
                "[{\"id\":1}]|f, element 1: a conversation has a list of `conversations`",
                "[{\"conversations\":[{},{}]}]|f, element 1: `conversations` starts with a turn",
                "[]|f: a prompt file has at least one prompt",
            })
    void aProblemNamesItsPlaceAndTheRule(String content, String message) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> PromptFile.parse("f", content));
        assertEquals(
                message,
                e.getMessage()
                        .substring(0, Math.min(message.length(), e.getMessage().length())));
    }
}
