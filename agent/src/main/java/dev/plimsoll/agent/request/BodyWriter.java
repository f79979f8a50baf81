package dev.plimsoll.agent.request;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plimsoll.agent.request.PromptFile.Message;
import dev.plimsoll.scenarios.Api;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * Writes the JSON bodies of requests.
 *
 * <p>Chat limits its output with {@code max_tokens}. Every version of vLLM takes it, as do the servers that know nothing
 * else (older vLLM, text-generation-inference, llama.cpp of old), which would pass over {@code max_completion_tokens} in
 * silence and answer at any length. OpenAI's own reasoning models refuse {@code max_tokens}; with them this loses.
 *
 * <p>Scenarios refuse sampling parameters that are written here.
 */
final class BodyWriter {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Api api;
    private final String model;
    private final boolean stream;

    BodyWriter(Api api, String model, boolean stream) {
        this.api = api;
        this.model = model;
        this.stream = stream;
    }

    /** The path of that API. */
    static String path(Api api) {
        return switch (api) {
            case OPENAI_CHAT -> "/v1/chat/completions";
            case OPENAI_COMPLETIONS -> "/v1/completions";
            case OPENAI_RESPONSES -> "/v1/responses";
            case OPENAI_EMBEDDINGS -> "/v1/embeddings";
            case VLLM_GENERATE -> "/generate";
            case HTTP -> throw new IllegalArgumentException("plain HTTP has no path of its own");
        };
    }

    /** The body for those messages; {@code output} below 1 asks for no number of tokens. */
    byte[] write(List<Message> messages, int output, boolean exact, Map<String, Object> sampling) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (api != Api.VLLM_GENERATE) {
                json.writeStringField("model", model);
            }
            prompt(json, messages);
            if (api.generates()) {
                generation(json, output, exact);
            }
            for (Map.Entry<String, Object> parameter : sampling.entrySet()) {
                json.writeFieldName(parameter.getKey());
                JSON.writeValue(json, parameter.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a request's body cannot be written: " + e.getMessage(), e);
        }
        return bytes.toByteArray();
    }

    private void prompt(JsonGenerator json, List<Message> messages) throws IOException {
        boolean single = messages.size() == 1;
        if (api == Api.OPENAI_CHAT || (api == Api.OPENAI_RESPONSES && !single)) {
            json.writeArrayFieldStart(api == Api.OPENAI_CHAT ? "messages" : "input");
            for (Message message : messages) {
                json.writeStartObject();
                json.writeStringField("role", message.role());
                json.writeStringField("content", message.content());
                json.writeEndObject();
            }
            json.writeEndArray();
            return;
        }
        String text = single
                ? messages.getFirst().content()
                : String.join("\n", messages.stream().map(Message::content).toList());
        boolean input = api == Api.OPENAI_RESPONSES || api == Api.OPENAI_EMBEDDINGS;
        json.writeStringField(input ? "input" : "prompt", text);
    }

    private void generation(JsonGenerator json, int output, boolean exact) throws IOException {
        if (output > 0) {
            json.writeNumberField(api == Api.OPENAI_RESPONSES ? "max_output_tokens" : "max_tokens", output);
        }
        if (output > 0 && exact) {
            json.writeBooleanField("ignore_eos", true);
            json.writeNumberField("min_tokens", output);
        }
        json.writeBooleanField("stream", stream);
        boolean options = api == Api.OPENAI_CHAT || api == Api.OPENAI_COMPLETIONS;
        if (stream && options) {
            json.writeObjectFieldStart("stream_options");
            json.writeBooleanField("include_usage", true);
            json.writeBooleanField("continuous_usage_stats", true);
            json.writeEndObject();
        }
    }
}
