package dev.plimsoll.agent.inspect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.plimsoll.scenarios.Api;

/** Looks for what an answer of a language model must hold, beyond its form. */
final class AnswerContent {
    private static final ObjectMapper JSON = new ObjectMapper();

    private AnswerContent() {}

    /** What a whole answer lacks; empty when it lacks nothing. */
    static String missing(Api api, String body) {
        JsonNode answer = json(body);
        return switch (api) {
            case HTTP -> "";
            case OPENAI_CHAT, OPENAI_COMPLETIONS -> choices(api, answer.path("choices"));
            case OPENAI_RESPONSES -> output(answer);
            case OPENAI_EMBEDDINGS ->
                filled(answer.path("data").path(0).path("embedding")) ? "" : "an answer without an embedding";
            case VLLM_GENERATE -> filled(answer.path("text").path(0)) ? "" : "an answer with an empty text";
        };
    }

    /** What a stream with tokens lacks. {@code [DONE]} alone does not tell whether generation came to its end. */
    static String missingInStream(Api api, String body) {
        if (api != Api.OPENAI_CHAT && api != Api.OPENAI_COMPLETIONS) {
            return "";
        }
        boolean finished = body.lines()
                .filter(line -> line.startsWith("data:"))
                .map(line -> json(line.substring("data:".length())))
                .anyMatch(event -> event.path("choices").valueStream().anyMatch(AnswerContent::finished));
        return finished ? "" : "a stream without a finish reason";
    }

    private static String choices(Api api, JsonNode choices) {
        if (choices.isEmpty()) {
            return "an answer without choices";
        }
        for (JsonNode choice : choices) {
            if (!(api == Api.OPENAI_CHAT ? message(choice.path("message")) : filled(choice.path("text")))) {
                return "an answer with an empty text";
            }
            if (!finished(choice)) {
                return "an answer without a finish reason";
            }
        }
        return "";
    }

    private static boolean message(JsonNode message) {
        return filled(message.path("content"))
                || filled(message.path("reasoning"))
                || filled(message.path("reasoning_content"))
                || filled(message.path("tool_calls"));
    }

    private static String output(JsonNode answer) {
        boolean text = answer.path("output")
                .valueStream()
                .anyMatch(item -> filled(item.path("arguments"))
                        || item.path("content").valueStream().anyMatch(part -> filled(part.path("text"))));
        return text ? "" : "an answer with an empty text";
    }

    private static boolean finished(JsonNode choice) {
        return filled(choice.path("finish_reason"));
    }

    /** Whether it is a text or a list that is not empty. */
    private static boolean filled(JsonNode node) {
        return node.isTextual() ? !node.textValue().isEmpty() : node.isArray() && !node.isEmpty();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
