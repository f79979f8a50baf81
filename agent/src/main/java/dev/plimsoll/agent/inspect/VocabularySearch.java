package dev.plimsoll.agent.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plimsoll.agent.fetch.Fetched;
import dev.plimsoll.agent.protocol.TargetFacts.Vocabulary;
import dev.plimsoll.agent.request.Words;
import dev.plimsoll.scenarios.Api;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Asks {@code POST /tokenize} for words that are one token each, and for the tokens that are added to a prompt. */
final class VocabularySearch {
    private static final int CANDIDATES = 600;
    private static final int ENOUGH = 32;

    private final BiFunction<String, byte[], Future<Optional<Fetched>>> post;
    private final Api api;
    private final String model;

    VocabularySearch(BiFunction<String, byte[], Future<Optional<Fetched>>> post, Api api, String model) {
        this.post = post;
        this.api = api;
        this.model = model;
    }

    /** The vocabulary; the built-in one when the target confirms none. Never fails. */
    Future<Vocabulary> find() {
        List<String> all = Words.builtIn();
        List<String> candidates = new ArrayList<>();
        int step = Math.max(1, all.size() / CANDIDATES);
        for (int i = 0; i < all.size(); i += step) {
            candidates.add(all.get(i));
        }
        return tokenize(String.join(" ", candidates), false).compose(answer -> {
            List<String> words = single(answer.path("token_strs"), candidates);
            if (words.size() < ENOUGH) {
                return Future.succeededFuture(Vocabulary.BUILT_IN);
            }
            return confirm(words);
        });
    }

    /** Two prompts of different lengths must have the same tokens beyond their words. */
    private Future<Vocabulary> confirm(List<String> words) {
        int half = words.size() / 2;
        boolean chat = api == Api.OPENAI_CHAT || api == Api.OPENAI_RESPONSES;
        return tokenize(String.join(" ", words.subList(0, half)), chat)
                .compose(first -> tokenize(String.join(" ", words), chat).map(second -> {
                    int added = first.path("count").asInt(-1) - half;
                    int again = second.path("count").asInt(-1) - words.size();
                    return added >= 0 && added == again
                            ? new Vocabulary(words, added, true)
                            : new Vocabulary(words, 0, false);
                }));
    }

    private static List<String> single(JsonNode tokens, List<String> candidates) {
        Set<String> seen = new HashSet<>();
        for (JsonNode token : tokens) {
            String text = token.asText();
            if (!text.isEmpty() && "Ġ▁ ".indexOf(text.charAt(0)) >= 0) {
                seen.add(text.substring(1));
            }
        }
        return candidates.stream().filter(seen::contains).toList();
    }

    private Future<JsonNode> tokenize(String text, boolean chat) {
        ObjectNode body = TargetInspector.JSON.createObjectNode().put("model", model);
        if (chat) {
            body.putArray("messages").addObject().put("role", "user").put("content", text);
        } else {
            body.put("prompt", text).put("return_token_strs", true);
        }
        return post.apply("/tokenize", body.toString().getBytes(StandardCharsets.UTF_8))
                .map(TargetInspector::json);
    }
}
