package dev.plimsoll.scenarios;

import java.util.Locale;

/** The protocol of a target. */
public enum Api {
    /** {@code POST /v1/chat/completions}. */
    OPENAI_CHAT,
    /** {@code POST /v1/completions}. */
    OPENAI_COMPLETIONS,
    /** {@code POST /v1/responses}. */
    OPENAI_RESPONSES,
    /** {@code POST /v1/embeddings}. */
    OPENAI_EMBEDDINGS,
    /** {@code POST /generate} of vLLM's legacy API server. */
    VLLM_GENERATE,
    /** Any HTTP request, given in the workload. */
    HTTP;

    /** The name in scenarios, such as {@code openai-chat}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether answers are made of tokens. */
    public boolean generates() {
        return this != HTTP && this != OPENAI_EMBEDDINGS;
    }
}
