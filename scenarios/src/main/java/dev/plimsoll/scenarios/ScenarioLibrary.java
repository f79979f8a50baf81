package dev.plimsoll.scenarios;

import java.util.List;
import java.util.Optional;

/** The ready scenarios that come with Plimsoll, by name, such as {@code chat-gate}. */
public final class ScenarioLibrary {
    private ScenarioLibrary() {}

    /** Their names, in order. */
    public static List<String> names() {
        throw new UnsupportedOperationException();
    }

    /** The YAML text of one. */
    public static Optional<String> find(String name) {
        throw new UnsupportedOperationException();
    }
}
