package dev.plimsoll.agent.request;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The built-in list of English words. */
public final class Words {
    /** The word that every synthetic prompt begins with. */
    public static final String FIRST = "the";

    private Words() {}

    /** All of them, in alphabetical order. */
    public static List<String> builtIn() {
        try (InputStream in = Words.class.getResourceAsStream("/dev/plimsoll/agent/words.txt")) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its words.txt: install it anew");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(word -> !word.isBlank())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("words.txt cannot be read: " + e.getMessage(), e);
        }
    }
}
