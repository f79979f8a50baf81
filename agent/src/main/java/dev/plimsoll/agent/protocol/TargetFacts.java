package dev.plimsoll.agent.protocol;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was found out about the target before any load.
 *
 * @param models that it serves; empty when it does not tell
 * @param model that requests name; absent for plain HTTP
 * @param vllmVersion from {@code GET /version}
 * @param cacheConfig labels of {@code vllm:cache_config_info}
 * @param vocabulary words for prompts
 * @param notes what could not be found out and what that means, a sentence each
 */
public record TargetFacts(
        List<String> models,
        Optional<String> model,
        Optional<String> vllmVersion,
        Map<String, String> cacheConfig,
        Vocabulary vocabulary,
        List<String> notes) {
    /** Checks the components and copies the collections. */
    public TargetFacts {
        models = List.copyOf(models);
        cacheConfig = Map.copyOf(cacheConfig);
        notes = List.copyOf(notes);
        requireNonNull(vocabulary, "vocabulary");
    }

    /**
     * Words to make prompts of.
     *
     * @param words each a token of its own when written after a blank; empty: the built-in list
     * @param templateTokens tokens of a prompt beyond one for each of its words: the chat template's, those that mark
     *     its beginning and end, and what its first word has more than one
     * @param exact whether the target's tokenizer confirmed both, so that a prompt of n words has n + templateTokens
     *     tokens
     */
    public record Vocabulary(List<String> words, int templateTokens, boolean exact) {
        /** The built-in words, each taken for one token. */
        public static final Vocabulary BUILT_IN = new Vocabulary(List.of(), 0, false);

        /** Checks the components. */
        public Vocabulary {
            words = List.copyOf(words);
            if (templateTokens < 0) {
                throw new IllegalArgumentException("templateTokens is not negative: " + templateTokens);
            }
        }
    }
}
