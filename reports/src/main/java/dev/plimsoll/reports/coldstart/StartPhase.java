package dev.plimsoll.reports.coldstart;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * A part of a server's start. The first three are measured from outside, from the start of the command; the others are
 * what vLLM's log says they took, of the slowest of its processes. They overlap: engine initialisation holds compilation
 * and graph capture.
 */
public enum StartPhase {
    /** Until the first line of output: the interpreter and its imports, or the container. */
    FIRST_LINE("first line of output"),
    /** Until {@code /health} answers with 200. */
    HEALTH("until /health answers 200"),
    /** Until the first token of a first request has come. */
    FIRST_TOKEN("until the first token"),
    /** Reading the weights from disk. */
    WEIGHTS("weights read"),
    /** Loading the model: weights, and all that is made of them. */
    MODEL("model loaded"),
    /** Compilation by {@code torch.compile}. */
    COMPILE("compiled"),
    /** Capture of CUDA graphs. */
    GRAPHS("CUDA graphs captured"),
    /** Profiling, making the KV cache and warming up, with compilation and graph capture. */
    ENGINE("engine: profile, KV cache, warm-up");

    private final String words;

    StartPhase(String words) {
        this.words = words;
    }

    /** Its name in JSON. */
    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its name for people. */
    public String words() {
        return words;
    }
}
