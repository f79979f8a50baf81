package dev.plimsoll.agent.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plimsoll.agent.protocol.TargetFacts.Vocabulary;
import dev.plimsoll.agent.request.Words;
import dev.plimsoll.agent.schedule.RandomStream;
import dev.plimsoll.scenarios.Api;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Asks {@code POST /tokenize} for words that are one token each, and for the tokens that a prompt has beyond them.
 *
 * <p>Words are tried many at a time, in a text with {@link Words#FIRST} before and after each: its token, known from a
 * text of nothing else, tells where the tokens of one word end and those of the next begin. No names of tokens are
 * needed, which differ between tokenizers. The result is confirmed with prompts made as the load makes them.
 */
final class VocabularySearch {
    /** Words in one text: about 300 tokens, so that models with a context of 512 can count them. */
    private static final int BATCH = 100;

    private static final int WANTED = 500;
    private static final int ENOUGH = 32;

    /** Neighbours in the alphabet resemble each other. A prime that divides no list so short meets each word once. */
    private static final int STEP = 10_007;

    /** Lengths of the prompts that must all have the same tokens beyond their words. */
    private static final List<Integer> LENGTHS = List.of(1, 2, 33, 150, 200);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Function<byte[], Future<JsonNode>> tokenizer;
    private final Api api;
    private final String model;
    private final List<String> candidates;
    private final List<String> found = new ArrayList<>();

    /**
     * For that model.
     *
     * @param tokenizer gives the answer to a body sent to {@code /tokenize}, a missing node when there is no good one;
     *     never fails
     */
    VocabularySearch(Function<byte[], Future<JsonNode>> tokenizer, Api api, String model) {
        this.tokenizer = tokenizer;
        this.api = api;
        this.model = model;
        List<String> all = Words.builtIn();
        // A word such as "theory" may begin with the very token that is to stand between words.
        candidates = IntStream.range(0, all.size())
                .mapToObj(i -> all.get((int) ((long) i * STEP % all.size())))
                .filter(word -> !word.startsWith(Words.FIRST))
                .toList();
    }

    /** The vocabulary; the built-in one when the target confirms none. Never fails. */
    Future<Vocabulary> find() {
        return tokenize(text(Words.FIRST + " " + Words.FIRST + " " + Words.FIRST))
                .compose(answer -> {
                    List<Integer> tokens = tokens(answer);
                    int last = tokens.size() - 1;
                    // The first word may have several tokens, for no blank stands before it; the two others are to have
                    // one.
                    if (last < 2 || !tokens.get(last).equals(tokens.get(last - 1))) {
                        return Future.succeededFuture(Vocabulary.BUILT_IN);
                    }
                    return search(0, last - 1, tokens.get(last));
                });
    }

    private Future<Vocabulary> search(int from, int lead, int separator) {
        if (found.size() >= WANTED || from == candidates.size()) {
            return end();
        }
        int to = Math.min(from + BATCH, candidates.size());
        List<String> batch = candidates.subList(from, to);
        String between = " " + Words.FIRST + " ";
        return tokenize(text(Words.FIRST + " " + String.join(between, batch) + " " + Words.FIRST))
                .compose(answer -> {
                    List<Integer> tokens = tokens(answer);
                    if (tokens.size() < lead) {
                        return end();
                    }
                    found.addAll(single(batch, tokens.subList(lead, tokens.size()), separator));
                    return search(to, lead, separator);
                });
    }

    /** The words of one token; none when the tokens cannot be told apart. */
    private static List<String> single(List<String> words, List<Integer> tokens, int separator) {
        List<String> single = new ArrayList<>();
        int word = 0;
        int length = 0;
        for (int token : tokens) {
            if (token != separator) {
                length++;
                continue;
            }
            if (length == 1 && word < words.size()) {
                single.add(words.get(word));
            }
            word++;
            length = 0;
        }
        return word == words.size() && length == 0 ? single : List.of();
    }

    private Future<Vocabulary> end() {
        return found.size() < ENOUGH ? Future.succeededFuture(Vocabulary.BUILT_IN) : confirm(0, -1);
    }

    /** Prompts of different lengths must all have the same number of tokens beyond their words. */
    private Future<Vocabulary> confirm(int index, int added) {
        if (index == LENGTHS.size()) {
            return Future.succeededFuture(new Vocabulary(found, added, true));
        }
        int length = LENGTHS.get(index);
        RandomStream random = RandomStream.of(0, 0, index);
        StringBuilder prompt = new StringBuilder(Words.FIRST);
        for (int i = 1; i < length; i++) {
            prompt.append(' ').append(found.get(random.nextInt(found.size())));
        }
        return tokenize(prompt(prompt.toString())).compose(answer -> {
            int more = answer.path("count").asInt(-1) - length;
            return more >= 0 && (index == 0 || more == added)
                    ? confirm(index + 1, more)
                    : Future.succeededFuture(new Vocabulary(found, 0, false));
        });
    }

    /** A text alone, without tokens that mark its beginning or end. */
    private ObjectNode text(String text) {
        return body().put("prompt", text).put("add_special_tokens", false);
    }

    /** A prompt as the API makes it of a text. */
    private ObjectNode prompt(String text) {
        ObjectNode body = body();
        if (api == Api.OPENAI_CHAT || api == Api.OPENAI_RESPONSES) {
            body.putArray("messages").addObject().put("role", "user").put("content", text);
        } else {
            body.put("prompt", text);
        }
        return body;
    }

    private ObjectNode body() {
        return JSON.createObjectNode().put("model", model);
    }

    private Future<JsonNode> tokenize(ObjectNode body) {
        return tokenizer.apply(body.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static List<Integer> tokens(JsonNode answer) {
        List<Integer> tokens = new ArrayList<>();
        answer.path("tokens").forEach(token -> tokens.add(token.asInt(-1)));
        return tokens;
    }
}
