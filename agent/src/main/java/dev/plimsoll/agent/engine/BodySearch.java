package dev.plimsoll.agent.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks for several texts in a body that arrives in pieces, by Knuth, Morris and Pratt's algorithm. */
final class BodySearch {
    private final List<String> texts;
    private final byte[][] patterns;
    private final int[][] borders;
    private final int[] matched;

    /** Looks for these texts, in UTF-8. */
    BodySearch(List<String> texts) {
        this.texts = texts;
        patterns = new byte[texts.size()][];
        borders = new int[texts.size()][];
        matched = new int[texts.size()];
        for (int i = 0; i < patterns.length; i++) {
            patterns[i] = texts.get(i).getBytes(StandardCharsets.UTF_8);
            borders[i] = borders(patterns[i]);
        }
    }

    /** For each prefix, the length of its longest proper prefix that is also its suffix. */
    private static int[] borders(byte[] pattern) {
        int[] borders = new int[pattern.length];
        int length = 0;
        for (int i = 1; i < pattern.length; i++) {
            while (length > 0 && pattern[i] != pattern[length]) {
                length = borders[length - 1];
            }
            if (pattern[i] == pattern[length]) {
                length++;
            }
            borders[i] = length;
        }
        return borders;
    }

    /** Expects a new body. */
    void begin() {
        Arrays.fill(matched, 0);
    }

    /** Looks at a piece of the body. */
    void look(byte[] bytes, int from, int to) {
        for (int i = 0; i < patterns.length; i++) {
            matched[i] = look(patterns[i], borders[i], matched[i], bytes, from, to);
        }
    }

    private static int look(byte[] pattern, int[] borders, int before, byte[] bytes, int from, int to) {
        int length = before;
        for (int i = from; i < to && length < pattern.length; i++) {
            while (length > 0 && bytes[i] != pattern[length]) {
                length = borders[length - 1];
            }
            if (bytes[i] == pattern[length]) {
                length++;
            }
        }
        return length;
    }

    /** The first text that has not been found; null when all have. */
    @Nullable
    String missing() {
        for (int i = 0; i < patterns.length; i++) {
            if (matched[i] < patterns[i].length) {
                return texts.get(i);
            }
        }
        return null;
    }
}
