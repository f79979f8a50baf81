package dev.plimsoll.agent.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Prompts read from a file: JSON lines, or the JSON array of ShareGPT. */
final class PromptFile {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private PromptFile() {}

    /** A message of a conversation. */
    record Message(String role, String content) {}

    /** One prompt; a plain one is a single message of the user. */
    record Entry(List<Message> messages, OptionalInt outputTokens) {}

    /** Reads all entries; a problem names the file and the line or element. A byte order mark is passed over. */
    static List<Entry> parse(String file, String text) {
        String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
        List<Entry> entries = new ArrayList<>();
        if (content.stripLeading().startsWith("[")) {
            int number = 0;
            for (JsonNode node : json(file, content)) {
                shareGpt(file + ", element " + ++number, node).ifPresent(entries::add);
            }
        } else {
            int number = 0;
            for (String line : content.lines().toList()) {
                number++;
                if (!line.isBlank()) {
                    String place = file + ", line " + number;
                    entries.add(line(place, json(place, line)));
                }
            }
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException(file + ": a prompt file has at least one prompt");
        }
        return List.copyOf(entries);
    }

    private static JsonNode json(String place, String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(place + ": not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Entry line(String place, JsonNode node) {
        JsonNode output = node.path("output_tokens");
        if (!output.isMissingNode() && (!output.isInt() || output.intValue() < 1)) {
            throw new IllegalArgumentException(place + ": output_tokens is a whole number from 1, not " + output);
        }
        OptionalInt tokens = output.isInt() ? OptionalInt.of(output.intValue()) : OptionalInt.empty();
        if (node.path("prompt").isTextual()) {
            if (node.path("prompt").textValue().isEmpty()) {
                throw new IllegalArgumentException(place + ": a prompt is not empty");
            }
            return new Entry(List.of(new Message("user", node.path("prompt").textValue())), tokens);
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode message : node.path("messages")) {
            messages.add(message(place, message.path("role"), message.path("content")));
        }
        if (messages.isEmpty()) {
            throw new IllegalArgumentException(place + ": a line has a text `prompt` or a list of `messages`");
        }
        return new Entry(List.copyOf(messages), tokens);
    }

    private static Message message(String place, JsonNode role, JsonNode content) {
        if (!role.isTextual() || !content.isTextual()) {
            throw new IllegalArgumentException(place + ": a message has texts for its role and its content");
        }
        return new Message(role.textValue(), content.textValue());
    }

    /**
     * The first turn is the prompt, as in vLLM's own benchmark. As there, a conversation of fewer than two turns is left
     * out: published files have many. So is one that begins with an empty turn, which servers refuse.
     */
    private static Optional<Entry> shareGpt(String place, JsonNode node) {
        JsonNode turns = node.path("conversations");
        if (!turns.isArray()) {
            throw new IllegalArgumentException(place + ": a conversation has a list of `conversations`");
        }
        if (turns.size() < 2) {
            return Optional.empty();
        }
        JsonNode value = turns.path(0).path("value");
        if (!value.isTextual()) {
            throw new IllegalArgumentException(place + ": `conversations` starts with a turn that has a text `value`");
        }
        return Optional.of(value.textValue())
                .filter(text -> !text.isBlank())
                .map(text -> new Entry(List.of(new Message("user", text)), OptionalInt.empty()));
    }
}
