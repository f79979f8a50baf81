package dev.plimsoll.controller.commands;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;

/** Finds the word that was probably meant. */
final class Suggestions {
    private Suggestions() {}

    /** The command or option nearest to a wrong one. */
    static Optional<String> of(String wrong, CommandLine command) {
        if (wrong.startsWith("-")) {
            List<String> options = new ArrayList<>();
            command.getCommandSpec().options().stream()
                    .filter(option -> !option.hidden())
                    .forEach(option -> options.addAll(List.of(option.names())));
            return nearest(wrong.replaceFirst("=.*", ""), options);
        }
        return nearest(wrong, command.getSubcommands().keySet());
    }

    /** The nearest of these words, if one is near: a beginning of it, or few letters away. */
    static Optional<String> nearest(String wrong, Collection<String> words) {
        String word = wrong.toLowerCase(Locale.ROOT);
        int limit = Math.max(1, word.length() / 3);
        return words.stream()
                .filter(candidate -> distance(word, candidate) <= limit)
                .min(Comparator.comparingInt((String candidate) -> distance(word, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static int distance(String word, String candidate) {
        return word.length() >= 3 && candidate.startsWith(word) ? 1 : edits(word, candidate);
    }

    /** Insertions, deletions and substitutions (Levenshtein). */
    private static int edits(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(above[j - 1] + same, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
