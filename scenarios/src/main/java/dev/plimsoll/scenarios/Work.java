package dev.plimsoll.scenarios;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a request asks for. */
public sealed interface Work {

    /**
     * Text to be generated, or embedded.
     *
     * @param prompt where prompts come from
     * @param output how many tokens to ask for; absent for embeddings
     * @param sampling parameters passed on as they are, such as {@code temperature}
     */
    record Prompted(Prompt prompt, Optional<Output> output, Map<String, Object> sampling) implements Work {
        /** Checks the components. */
        public Prompted {
            requireNonNull(prompt, "prompt");
            requireNonNull(output, "output");
            sampling = Collections.unmodifiableMap(new LinkedHashMap<>(sampling));
        }
    }

    /**
     * A plain HTTP request.
     *
     * @param method such as {@code GET}
     * @param path path and query, from {@code /}
     * @param headers added to the target's
     * @param body may be empty
     * @param expect what makes the answer good
     */
    record Http(String method, String path, Map<String, String> headers, String body, Expectation expect)
            implements Work {
        /** Checks the components. */
        public Http {
            Rule.require(method.matches("[A-Z]{3,10}"), "request.method is a word in capitals", method);
            Rule.require(
                    path.startsWith("/") && path.chars().allMatch(c -> c > ' ' && c < 127),
                    "request.path starts with / and has no blanks",
                    "\"" + path + "\"");
            headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        }
    }

    /** Where prompts come from. */
    sealed interface Prompt {
        /**
         * Prompts made of random words, new for each request.
         *
         * @param tokens how long
         * @param sharedPrefix the part that requests have in common
         */
        record Synthetic(TokenCount tokens, Optional<SharedPrefix> sharedPrefix) implements Prompt {}

        /**
         * Prompts from a file: JSON lines with {@code prompt} or {@code messages}, or ShareGPT JSON.
         *
         * @param path relative to the scenario's file
         */
        record FromFile(String path) implements Prompt {
            /** Checks the component. */
            public FromFile {
                Rule.notBlank(path, "prompts");
            }
        }
    }

    /**
     * The first tokens of prompts, the same within a group.
     *
     * @param tokens how many tokens
     * @param groups how many different prefixes there are
     */
    record SharedPrefix(int tokens, int groups) {
        /** Checks the components. */
        public SharedPrefix {
            Rule.require(tokens >= 1, "shared_prefix.tokens is at least 1", tokens);
            Rule.require(groups >= 1, "shared_prefix.groups is at least 1", groups);
        }
    }

    /**
     * How much output is asked for.
     *
     * @param tokens how many tokens
     * @param exact whether the server is told to generate just that many ({@code ignore_eos}, {@code min_tokens})
     */
    record Output(TokenCount tokens, boolean exact) {}

    /**
     * What makes a plain answer good.
     *
     * @param statuses accepted statuses; empty: 200 to 299
     * @param bodyContains texts that the body holds, each
     */
    record Expectation(List<Integer> statuses, List<String> bodyContains) {
        /** Any 2xx. */
        public static final Expectation ANY_SUCCESS = new Expectation(List.of(), List.of());

        /** Checks the components. */
        public Expectation {
            statuses = List.copyOf(statuses);
            bodyContains = List.copyOf(bodyContains);
            for (int status : statuses) {
                Rule.require(status >= 100 && status <= 599, "expect.status is from 100 to 599", status);
            }
        }

        /** Whether that status is accepted. */
        public boolean accepts(int status) {
            return statuses.isEmpty() ? status >= 200 && status <= 299 : statuses.contains(status);
        }
    }
}
