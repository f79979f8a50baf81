package dev.plimsoll.reports.render;

import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.verdict.Comparison;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a comparison says around its table, in sentences; the same in text and HTML. Pure. */
final class ComparisonWords {
    private static final int MOST_DIFFERENCES = 3;

    private ComparisonWords() {}

    /** In one line: how many rows say what. */
    static String headline(Comparison comparison) {
        if (!comparison.comparable()) {
            return "not comparable";
        }
        Map<String, Long> words = comparison.rows().stream()
                .filter(Comparison.Row::differs)
                .collect(Collectors.groupingBy(row -> row.word().label(), LinkedHashMap::new, Collectors.counting()));
        return words.isEmpty()
                ? "no difference seen"
                : words.entrySet().stream()
                                .map(word -> word.getValue() + " " + word.getKey())
                                .collect(Collectors.joining(", "))
                        + " of " + rows(comparison).size();
    }

    /** The rows that both sides have; of the others there is nothing to show. */
    static List<Comparison.Row> rows(Comparison comparison) {
        return comparison.rows().stream()
                .filter(row -> row.before().isPresent() && row.after().isPresent())
                .toList();
    }

    /** The runs of one side. */
    static String side(List<Comparison.Side> runs) {
        return runs.stream().map(run -> run.name() + " (" + run.tool() + ")").collect(Collectors.joining(", "));
    }

    /** How the table is to be read, and what to be careful of, a sentence each. */
    static List<String> sentences(Comparison comparison) {
        List<String> sentences = new ArrayList<>();
        if (comparison.family() > 0) {
            sentences.add("Each interval is of " + Quantities.percent(comparison.confidence())
                    + ". All words together err in at most " + Quantities.percent(1 - comparison.confidence())
                    + " (Holm, over " + comparison.family() + " rows).");
            if (!comparison.spreadKnown()) {
                sentences.add(
                        "How much runs of the same code differ is unknown: it takes three runs on one side, or two on"
                                + " each. The intervals are of these very runs; a ? marks a difference that other runs of the"
                                + " same code may show as well.");
            }
        }
        Set<String> shown =
                rows(comparison).stream().map(Comparison.Row::metric).collect(Collectors.toSet());
        Map<String, Set<String>> cautions = new LinkedHashMap<>();
        for (Comparison.Row row : comparison.rows()) {
            boolean partly = row.before().isPresent() != row.after().isPresent() && shown.contains(row.metric());
            if (!row.caution().isEmpty()) {
                cautions.computeIfAbsent(row.caution(), c -> new LinkedHashSet<>())
                        .add(partly ? row.label() : row.metric());
            }
        }
        cautions.forEach((caution, metrics) -> sentences.add("* " + String.join(", ", metrics) + ": " + caution + "."));
        comparison.notes().forEach(note -> sentences.add(note + "."));
        if (!comparison.ranks().isEmpty()) {
            sentences.add("Ranks (Cliff's delta, from −1 to 1; shown, and decides nothing, for it is blind to few slow"
                    + " requests): "
                    + comparison.ranks().stream()
                            .map(rank -> String.format(Locale.ROOT, "%s %+.2f", rank.metric(), rank.delta()))
                            .collect(Collectors.joining(", "))
                    + ".");
        }
        return sentences;
    }

    /** What differs besides the release, a sentence each. */
    static List<String> differences(Comparison comparison) {
        List<String> all = comparison.differences();
        int more = all.size() - MOST_DIFFERENCES;
        List<String> shown = new ArrayList<>(all.subList(0, Math.min(MOST_DIFFERENCES, all.size())));
        if (more > 0) {
            shown.add("and " + more + " more differences");
        }
        return shown;
    }
}
