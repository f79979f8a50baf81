package dev.plimsoll.scenarios;

import java.util.Locale;
import java.util.Optional;

/**
 * What two runs of the same load may still differ in, so that a change is not the release's alone. A gate's
 * {@code baseline.allow} names those that the release is meant to change.
 */
public enum Difference {
    /** The model that requests name. */
    MODEL("model"),
    /** The server's version. */
    VLLM_VERSION("vLLM version"),
    /** The labels of {@code vllm:cache_config_info}. */
    CACHE_CONFIG("cache_config_info"),
    /** How many GPUs of which memory and power limit. */
    GPU("GPU");

    private final String noun;

    Difference(String noun) {
        this.noun = noun;
    }

    /** The word in scenarios and on the command line, such as {@code vllm_version}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it is, for sentences. */
    public String noun() {
        return noun;
    }

    /** The one of that label, if there is one. */
    public static Optional<Difference> parse(String label) {
        for (Difference difference : values()) {
            if (difference.label().equals(label)) {
                return Optional.of(difference);
            }
        }
        return Optional.empty();
    }
}
