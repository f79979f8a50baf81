package dev.plimsoll.simulator.serving;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plimsoll.simulator.Faults;
import dev.plimsoll.simulator.SimulatorOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Answers that need no engine. */
final class StaticAnswers {
    /** Numbers in an embedding, as of a small embedding model. */
    private static final int DIMENSIONS = 384;

    private final SimulatorOptions options;
    private final Tokenizer tokenizer;
    private final long created;

    StaticAnswers(SimulatorOptions options, Tokenizer tokenizer, long created) {
        this.options = options;
        this.tokenizer = tokenizer;
        this.created = created;
    }

    String models() {
        StringJoiner cards = new StringJoiner(",", "{\"object\":\"list\",\"data\":[", "]}");
        for (String model : options.models()) {
            String name = ApiError.quote(model);
            cards.add("{\"id\":" + name + ",\"object\":\"model\",\"created\":" + created
                    + ",\"owned_by\":\"vllm\",\"root\":" + name + ",\"parent\":null,\"max_model_len\":"
                    + options.engine().maxModelLen() + ",\"permission\":[{\"id\":\""
                    + id("modelperm-", null, model.hashCode())
                    + "\",\"object\":\"model_permission\",\"created\":" + created
                    + ",\"allow_create_engine\":false,\"allow_sampling\":true,\"allow_logprobs\":true,"
                    + "\"allow_search_indices\":false,\"allow_view\":true,\"allow_fine_tuning\":false,"
                    + "\"organization\":\"*\",\"group\":null,\"is_blocking\":false}]}");
        }
        return cards.toString();
    }

    String version() {
        return "{\"version\":" + ApiError.quote(options.version()) + "}";
    }

    /** {@code vllm-} with the version and eight digits that differ with the configuration. */
    String fingerprint() {
        int hash = java.util.Objects.hash(options.engine(), options.models());
        return "vllm-" + options.version() + "-" + HexFormat.of().toHexDigits(hash);
    }

    /** An id: the caller's own if it sent one, else sixteen digits drawn for the number. */
    String id(String prefix, @Nullable String own, long number) {
        if (own != null) {
            return prefix + own;
        }
        return prefix
                + HexFormat.of()
                        .toHexDigits(new SplittableRandom(options.seed() ^ (number * 0x9E3779B97F4A7C15L)).nextLong());
    }

    String tokens(int[] ids, boolean strings) {
        StringBuilder out = new StringBuilder("{\"count\":" + ids.length + ",\"max_model_len\":"
                + options.engine().maxModelLen() + ",\"tokens\":[");
        for (int i = 0; i < ids.length; i++) {
            out.append(i == 0 ? "" : ",").append(ids[i]);
        }
        out.append("],\"token_strs\":");
        if (!strings) {
            return out.append("null}").toString();
        }
        for (int i = 0; i < ids.length; i++) {
            out.append(i == 0 ? '[' : ',').append(ApiError.quote(tokenizer.decode(ids[i])));
        }
        return out.append(ids.length == 0 ? "[]}" : "]}").toString();
    }

    String text(int[] ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(tokenizer.decode(id));
        }
        return "{\"prompt\":" + ApiError.quote(text.toString()) + "}";
    }

    /** Unit vectors that depend on the tokens alone. */
    String embeddings(String id, String model, int[][] prompts, long now) {
        StringBuilder out = new StringBuilder("{\"id\":" + ApiError.quote(id) + ",\"object\":\"list\",\"created\":"
                + now + ",\"model\":" + ApiError.quote(model) + ",\"data\":[");
        int tokens = 0;
        for (int i = 0; i < prompts.length; i++) {
            tokens += prompts[i].length;
            out.append(i == 0 ? "" : ",").append("{\"index\":" + i + ",\"object\":\"embedding\",\"embedding\":[");
            SplittableRandom random = new SplittableRandom(java.util.Arrays.hashCode(prompts[i]));
            double[] vector = new double[DIMENSIONS];
            double squares = 0;
            for (int d = 0; d < DIMENSIONS; d++) {
                vector[d] = random.nextGaussian();
                squares += vector[d] * vector[d];
            }
            for (int d = 0; d < DIMENSIONS; d++) {
                out.append(d == 0 ? "" : ",").append((float) (vector[d] / Math.sqrt(squares)));
            }
            out.append("]}");
        }
        return out.append("],\"usage\":{\"prompt_tokens\":" + tokens + ",\"total_tokens\":" + tokens
                        + ",\"completion_tokens\":0,\"prompt_tokens_details\":null,"
                        + "\"completion_tokens_details\":null}}")
                .toString();
    }

    /** {@code GET /sim/faults} shows them, {@code POST} replaces them, {@code DELETE} ends them. */
    String faults(HttpMethod method, Buffer body, Faults faults, long worstLagNanos) throws ApiError {
        if (method.equals(HttpMethod.POST)) {
            JsonNode node = RequestReader.object(body.toString(StandardCharsets.UTF_8));
            FaultJson.apply(node, faults);
        } else if (method.equals(HttpMethod.DELETE)) {
            faults.clear();
        } else if (!method.equals(HttpMethod.GET)) {
            throw new ApiError(405, "Method Not Allowed", null, "Method Not Allowed");
        }
        return FaultJson.write(faults, worstLagNanos);
    }
}
