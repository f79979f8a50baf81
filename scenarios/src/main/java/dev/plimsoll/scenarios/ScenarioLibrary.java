package dev.plimsoll.scenarios;

import java.util.List;
import java.util.Optional;

/** The ready scenarios that come with Plimsoll, by name, such as {@code chat-gate}. */
public final class ScenarioLibrary {
    private static final List<String> NAMES = List.of(
            "batch-sweep",
            "capacity-steps",
            "chat-gate",
            "completions-gate",
            "embeddings",
            "http-gate",
            "ramp",
            "shared-prefix",
            "soak",
            "spike");

    private ScenarioLibrary() {}

    /** Their names, in order. */
    public static List<String> names() {
        return NAMES;
    }

    /** The YAML text of one. */
    public static Optional<String> find(String name) {
        if (!NAMES.contains(name)) {
            return Optional.empty();
        }
        return Optional.of(Resources.text("library/" + name + ".yaml"));
    }
}
