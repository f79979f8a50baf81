package dev.plimsoll.scenarios;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was probably meant. Pure. */
public final class Nearest {
    private Nearest() {}

    /** The valid word nearest to a wrong one, if one is near: a beginning of it, or few changes away. */
    public static Optional<String> to(String wrong, Collection<String> valid) {
        String word = normal(wrong);
        int limit = Math.max(1, word.length() / 3);
        return valid.stream()
                .filter(candidate -> distance(word, candidate) <= limit)
                .min(Comparator.comparingInt((String candidate) -> distance(word, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code ; the nearest is "x"}, or {@code ; valid here: a, b, c}. */
    static String hint(String wrong, Collection<String> valid) {
        return to(wrong, valid)
                .map(word -> "; the nearest is \"" + word + "\"")
                .orElseGet(() -> valid.isEmpty() ? "" : "; valid here: " + String.join(", ", valid));
    }

    private static int distance(String word, String candidate) {
        String other = normal(candidate);
        if (word.length() >= 3 && (other.startsWith(word) || other.endsWith(word))) {
            return 1;
        }
        return edits(word, other);
    }

    /** Case, dashes and underscores are no difference. */
    private static String normal(String word) {
        return word.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
    static int edits(String a, String b) {
        if (Math.abs(a.length() - b.length()) > 40) {
            return Integer.MAX_VALUE;
        }
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(cost[i - 1][j - 1] + same, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
