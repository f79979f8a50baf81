package dev.plimsoll.simulator.serving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plimsoll.simulator.SimulatorOptions;
import java.util.Objects;

/** Reads request bodies and refuses what vLLM refuses, with its words. Stateless apart from the tokenizer. */
final class RequestReader {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SimulatorOptions options;
    private final Tokenizer tokenizer;

    RequestReader(SimulatorOptions options, Tokenizer tokenizer) {
        this.options = Objects.requireNonNull(options, "options");
        this.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer");
    }

    /**
     * What a generation request asks.
     *
     * @param model name to answer with
     * @param prompt token ids
     * @param maxTokens tokens at most, cut to what the context allows
     * @param minTokens tokens at least
     * @param ignoreEos whether the model never stops by itself
     * @param stream whether to stream
     * @param includeUsage whether a stream ends with its usage
     * @param continuousUsage whether every chunk bears the usage
     */
    record Generation(
            String model,
            int[] prompt,
            int maxTokens,
            int minTokens,
            boolean ignoreEos,
            boolean stream,
            boolean includeUsage,
            boolean continuousUsage) {}

    /** The JSON object of a body. */
    static JsonNode object(String body) throws ApiError {
        JsonNode node;
        try {
            node = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            long at = Math.max(0, e.getLocation() == null ? 0 : e.getLocation().getCharOffset());
            throw new ApiError(
                    400,
                    "Bad Request",
                    "body." + at,
                    "1 validation error:\n  {'type': 'json_invalid', 'loc': 'body." + at
                            + "', 'msg': 'JSON decode error', 'input': '<dict of 0 items>',"
                            + " 'ctx': {'error': 'Expecting value'}}");
        }
        if (node == null || node.isMissingNode()) {
            throw ApiError.invalid("missing", "body", "Field required", "None");
        }
        if (!node.isObject()) {
            throw ApiError.invalid("model_attributes_type", "body", "Input should be a valid dictionary", "None");
        }
        return node;
    }

    Generation chat(JsonNode body) throws ApiError {
        String model = model(body);
        int[] prompt = chatPrompt(required(body, "messages"), "messages");
        String name = body.hasNonNull("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
        return generation(body, model, prompt, name, Integer.MAX_VALUE);
    }

    Generation completion(JsonNode body) throws ApiError {
        String model = model(body);
        return generation(body, model, prompt(required(body, "prompt")), "max_tokens", 16);
    }

    Generation legacy(JsonNode body) throws ApiError {
        JsonNode prompt = required(body, "prompt");
        return generation(body, options.models().get(0), prompt(prompt), "max_tokens", 16);
    }

    Generation responses(JsonNode body) throws ApiError {
        String model = model(body);
        JsonNode input = required(body, "input");
        Tokenizer.Ids ids = new Tokenizer.Ids(64);
        if (body.path("instructions").isTextual()) {
            message(body.path("instructions"), ids, "instructions");
        }
        if (input.isTextual()) {
            message(input, ids, "input");
        } else if (input.isArray()) {
            for (JsonNode item : input) {
                message(item.path("content"), ids, "input");
            }
        } else {
            throw wrongType("input", "string_type", "Input should be a valid string", input);
        }
        int[] prompt = withGenerationPrompt(ids);
        return generation(body, model, prompt, "max_output_tokens", Integer.MAX_VALUE);
    }

    /** Token ids of the inputs of {@code /v1/embeddings}. */
    int[][] embeddingInputs(JsonNode body) throws ApiError {
        JsonNode input = required(body, "input");
        boolean batch = input.isArray() && !input.isEmpty() && !input.get(0).isInt();
        int[][] prompts = new int[batch ? input.size() : 1][];
        for (int i = 0; i < prompts.length; i++) {
            prompts[i] = fitting(prompt(batch ? input.get(i) : input));
        }
        return prompts;
    }

    /** Token ids of {@code /tokenize}, which takes a prompt or messages. */
    int[] tokenize(JsonNode body) throws ApiError {
        if (body.has("model")) {
            model(body);
        }
        if (body.has("messages")) {
            Tokenizer.Ids ids = new Tokenizer.Ids(64);
            messages(body.get("messages"), "messages", ids);
            boolean ask = body.path("add_generation_prompt").asBoolean(true);
            return ask ? withGenerationPrompt(ids) : ids.toArray();
        }
        JsonNode prompt = required(body, "prompt");
        if (!prompt.isTextual()) {
            throw wrongType("prompt", "string_type", "Input should be a valid string", prompt);
        }
        return tokenizer.encode(prompt.asText());
    }

    /** Token ids of {@code /detokenize}. */
    int[] detokenize(JsonNode body) throws ApiError {
        return tokens(required(body, "tokens"), "tokens");
    }

    /** The model a request names, or the first if it names none. */
    String model(JsonNode body) throws ApiError {
        JsonNode model = body.get("model");
        if (model == null || model.isNull()) {
            return options.models().get(0);
        }
        if (!options.models().contains(model.asText())) {
            throw new ApiError(
                    404,
                    "NotFoundError",
                    "model",
                    "The model `" + model.asText() + "` does not exist. Valid aliases: "
                            + String.join(", ", options.models()) + ".");
        }
        return model.asText();
    }

    private Generation generation(JsonNode body, String model, int[] prompt, String maxName, int maxDefault)
            throws ApiError {
        int context = options.engine().maxModelLen();
        if (integer(body, "n", 1) != 1) {
            throw ApiError.badValue("n", body.get("n"), "n must be 1: the simulator gives one choice per request.");
        }
        if (body.path("temperature").asDouble(1) < 0) {
            throw ApiError.badValue(
                    "temperature",
                    body.get("temperature"),
                    "temperature must be non-negative, got " + body.get("temperature") + ".");
        }
        int max = integer(body, maxName, maxDefault);
        if (max < 1) {
            throw ApiError.badValue(maxName, max, maxName + " must be at least 1, got " + max + ".");
        }
        if (max > context && max != maxDefault) {
            throw ApiError.badValue(
                    maxName,
                    max,
                    maxName + "=" + max + " cannot be greater than max_model_len=" + context
                            + ". Please request fewer output tokens.");
        }
        fitting(prompt);
        int min = integer(body, "min_tokens", 0);
        if (min < 0 || min > max) {
            throw ApiError.badValue(
                    "min_tokens", min, "min_tokens must be 0 to max_tokens=" + max + ", got " + min + ".");
        }
        JsonNode streamOptions = body.path("stream_options");
        boolean stream = body.path("stream").asBoolean(false);
        if (streamOptions.isObject() && !stream) {
            throw ApiError.badRequest("stream_options", "Stream options can only be defined when `stream=True`.");
        }
        boolean usage = streamOptions.path("include_usage").asBoolean(false);
        return new Generation(
                model,
                prompt,
                Math.min(max, context - prompt.length),
                min,
                body.path("ignore_eos").asBoolean(false),
                stream,
                usage,
                usage && streamOptions.path("continuous_usage_stats").asBoolean(false));
    }

    /** Refuses a prompt that leaves no room for an output token. */
    private int[] fitting(int[] prompt) throws ApiError {
        int context = options.engine().maxModelLen();
        if (prompt.length >= context) {
            throw ApiError.badValue(
                    "input_tokens",
                    prompt.length,
                    "This model's maximum context length is " + context + " tokens. However, your prompt contains "
                            + prompt.length + " input tokens, which exceeds this limit even without any output tokens."
                            + " Please reduce the length of the input prompt.");
        }
        if (prompt.length == 0) {
            throw ApiError.badRequest("prompt", "The prompt must contain at least one token.");
        }
        return prompt;
    }

    private int[] prompt(JsonNode prompt) throws ApiError {
        if (prompt.isTextual()) {
            return tokenizer.encode(prompt.asText());
        }
        if (prompt.isArray() && !prompt.isEmpty()) {
            if (prompt.get(0).isInt()) {
                return tokens(prompt, "prompt");
            }
            if (prompt.size() == 1) {
                return prompt(prompt.get(0));
            }
            throw ApiError.badRequest("prompt", "The simulator takes one prompt per request, got " + prompt.size());
        }
        throw wrongType("prompt", "string_type", "Input should be a valid string", prompt);
    }

    private static int[] tokens(JsonNode array, String name) throws ApiError {
        if (!array.isArray()) {
            throw wrongType(name, "list_type", "Input should be a valid list", array);
        }
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            if (!array.get(i).isInt() || array.get(i).asInt() < 0) {
                throw wrongType(name + "." + i, "int_type", "Input should be a valid integer", array.get(i));
            }
            ids[i] = array.get(i).asInt();
        }
        return ids;
    }

    private int[] chatPrompt(JsonNode messages, String name) throws ApiError {
        Tokenizer.Ids ids = new Tokenizer.Ids(64);
        messages(messages, name, ids);
        return withGenerationPrompt(ids);
    }

    private void messages(JsonNode messages, String name, Tokenizer.Ids ids) throws ApiError {
        if (!messages.isArray()) {
            throw wrongType(name, "list_type", "Input should be a valid list", messages);
        }
        if (messages.isEmpty()) {
            throw ApiError.badRequest(name, "At least one message is required.");
        }
        for (JsonNode message : messages) {
            message(message.path("content"), ids, name);
        }
    }

    private void message(JsonNode content, Tokenizer.Ids ids, String name) throws ApiError {
        for (int i = 0; i < Tokenizer.TOKENS_PER_MESSAGE; i++) {
            ids.add(i);
        }
        if (content.isTextual()) {
            tokenizer.encode(content.asText(), ids);
            return;
        }
        for (JsonNode part : content) {
            if (!part.path("text").isTextual()) {
                throw ApiError.badRequest(
                        name, "The simulator takes text only, got a part of type " + part.path("type") + ".");
            }
            tokenizer.encode(part.path("text").asText(), ids);
        }
    }

    private static int[] withGenerationPrompt(Tokenizer.Ids ids) {
        for (int i = 0; i < Tokenizer.GENERATION_PROMPT; i++) {
            ids.add(Tokenizer.TOKENS_PER_MESSAGE + i);
        }
        return ids.toArray();
    }

    private static JsonNode required(JsonNode body, String name) throws ApiError {
        JsonNode value = body.get(name);
        if (value == null || value.isNull()) {
            throw ApiError.invalid(
                    "missing", "body." + name, "Field required", "'<dict of " + body.size() + " items>'");
        }
        return value;
    }

    private static int integer(JsonNode body, String name, int absent) throws ApiError {
        JsonNode value = body.get(name);
        if (value == null || value.isNull()) {
            return absent;
        }
        if (!value.canConvertToExactIntegral() || !value.canConvertToInt()) {
            throw wrongType(name, "int_type", "Input should be a valid integer", value);
        }
        return value.asInt();
    }

    private static ApiError wrongType(String name, String type, String message, JsonNode value) {
        String input = value.isContainerNode()
                ? "<" + value.getNodeType() + " of " + value.size() + " items>"
                : value.asText();
        return ApiError.invalid(type, "body." + name, message, "'" + input + "'");
    }
}
