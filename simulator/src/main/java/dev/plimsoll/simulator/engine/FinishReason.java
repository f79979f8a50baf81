package dev.plimsoll.simulator.engine;

import java.util.Locale;

/** Why a sequence ended, with vLLM's names. */
public enum FinishReason {
    /** The model produced its end-of-sequence token. */
    STOP,
    /** The requested number of tokens, or the longest context, was reached. */
    LENGTH,
    /** The client went away. */
    ABORT,
    /** The engine failed the request. */
    ERROR,
    /** The output was cut because it repeated itself. The simulator never does this; the series exists in vLLM. */
    REPETITION;

    /** The name as vLLM writes it in JSON and in labels. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
