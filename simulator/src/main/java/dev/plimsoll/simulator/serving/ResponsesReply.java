package dev.plimsoll.simulator.serving;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plimsoll.simulator.engine.FinishReason;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers of {@code /v1/responses}: named events around the deltas of one message, no {@code [DONE]}. */
final class ResponsesReply implements Reply {
    private final Facts facts;
    private final String item;
    private final int maxTokens;
    private final String temperature;
    private final String topP;
    private final String instructions;
    private final StringBuilder text = new StringBuilder();
    private int sequence;
    private boolean started;

    /** An answer with one message {@code item}. */
    ResponsesReply(Facts facts, String item, int maxTokens, JsonNode body) {
        this.facts = facts;
        this.item = item;
        this.maxTokens = maxTokens;
        temperature = Double.toString(body.path("temperature").asDouble(1));
        topP = Double.toString(body.path("top_p").asDouble(1));
        instructions = body.path("instructions").isTextual()
                ? ApiError.quote(body.path("instructions").asText())
                : "null";
    }

    @Override
    public void stream(byte[] more, int count, @Nullable FinishReason finish, Consumer<Buffer> out) {
        if (!started) {
            started = true;
            String created = "\"response\":" + response("[]", "in_progress", "null", "null");
            event(out, "response.created", created, "");
            event(out, "response.in_progress", created, "");
            event(
                    out,
                    "response.output_item.added",
                    "\"item\":{\"id\":\"" + item + "\",\"content\":[],\"role\":\"assistant\","
                            + "\"status\":\"in_progress\",\"type\":\"message\",\"phase\":null},\"output_index\":0",
                    "");
            event(
                    out,
                    "response.content_part.added",
                    "\"content_index\":0,\"item_id\":\"" + item + "\",\"output_index\":0,"
                            + "\"part\":{\"annotations\":[],\"text\":\"\",\"type\":\"output_text\",\"logprobs\":[]}",
                    "");
        }
        String delta = new String(more, StandardCharsets.UTF_8);
        text.append(delta);
        if (!delta.isEmpty()) {
            event(
                    out,
                    "response.output_text.delta",
                    "\"content_index\":0,\"delta\":\"" + delta + "\",\"item_id\":\"" + item
                            + "\",\"logprobs\":[],\"output_index\":0",
                    "");
        }
        if (finish != null) {
            end(count, finish, out);
        }
    }

    private void end(int count, FinishReason finish, Consumer<Buffer> out) {
        String place = "\"content_index\":0,\"item_id\":\"" + item + "\",";
        event(
                out,
                "response.output_text.done",
                place + "\"logprobs\":[],\"output_index\":0",
                "\"text\":\"" + text + "\",");
        event(out, "response.content_part.done", place + "\"output_index\":0,\"part\":" + part(), "");
        event(out, "response.output_item.done", "\"item\":" + message() + ",\"output_index\":0", "");
        event(out, "response.completed", "\"response\":" + whole(count, finish), "");
    }

    @Override
    public Buffer unary(byte[] all, int count, FinishReason finish) {
        text.append(new String(all, StandardCharsets.UTF_8));
        return Buffer.buffer(whole(count, finish));
    }

    @Override
    public void failed(ApiError error, Consumer<Buffer> out) {
        out.accept(Buffer.buffer("event: error\ndata: " + error.json() + "\n\n"));
    }

    /** One event; its keys are in alphabetical order, so {@code after} is what sorts between sequence and type. */
    private void event(Consumer<Buffer> out, String type, String before, String after) {
        out.accept(Buffer.buffer("event: " + type + "\ndata: {" + before + ",\"sequence_number\":" + sequence++ + ","
                + after + "\"type\":\"" + type + "\"}\n\n"));
    }

    private String part() {
        return "{\"annotations\":[],\"text\":\"" + text + "\",\"type\":\"output_text\",\"logprobs\":null}";
    }

    private String message() {
        return "{\"id\":\"" + item + "\",\"content\":[" + part()
                + "],\"role\":\"assistant\",\"status\":\"completed\",\"type\":\"message\",\"phase\":null}";
    }

    private String whole(int count, FinishReason finish) {
        boolean cut = finish == FinishReason.LENGTH;
        int prompt = facts.promptTokens();
        return response(
                "[" + message() + "]",
                cut ? "incomplete" : "completed",
                cut ? "{\"reason\":\"max_output_tokens\"}" : "null",
                "{\"input_tokens\":" + prompt
                        + ",\"input_tokens_details\":{\"cached_tokens\":0,\"cache_write_tokens\":0,"
                        + "\"input_tokens_per_turn\":[],\"cached_tokens_per_turn\":[]},\"output_tokens\":" + count
                        + ",\"output_tokens_details\":{\"reasoning_tokens\":0,\"tool_output_tokens\":0,"
                        + "\"output_tokens_per_turn\":[],\"tool_output_tokens_per_turn\":[]},\"total_tokens\":"
                        + (prompt + count) + "}");
    }

    private String response(String output, String status, String incomplete, String usage) {
        return "{\"id\":" + ApiError.quote(facts.id()) + ",\"created_at\":" + facts.created()
                + ",\"incomplete_details\":" + incomplete + ",\"instructions\":" + instructions
                + ",\"metadata\":null,\"model\":" + ApiError.quote(facts.model())
                + ",\"object\":\"response\",\"output\":" + output
                + ",\"parallel_tool_calls\":true,\"temperature\":" + temperature
                + ",\"tool_choice\":\"none\",\"tools\":[],\"top_p\":" + topP
                + ",\"background\":false,\"max_output_tokens\":" + maxTokens
                + ",\"max_tool_calls\":null,\"previous_response_id\":null,\"prompt\":null,\"reasoning\":null,"
                + "\"service_tier\":\"auto\",\"status\":\"" + status
                + "\",\"text\":null,\"top_logprobs\":null,\"truncation\":\"disabled\",\"usage\":" + usage
                + ",\"user\":null,\"presence_penalty\":0.0,\"frequency_penalty\":0.0,\"kv_transfer_params\":null,"
                + "\"ec_transfer_params\":null,\"input_messages\":null,\"output_messages\":null}";
    }
}
