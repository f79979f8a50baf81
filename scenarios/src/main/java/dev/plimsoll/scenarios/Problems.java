package dev.plimsoll.scenarios;

import dev.plimsoll.scenarios.ScenarioException.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The problems found so far. Confined to the reading thread. */
final class Problems {
    /** As many are told; a file with more is the wrong file. */
    static final int MAX = 100;

    private final List<Problem> found = new ArrayList<>();
    private final String main;

    /** For problems of that source; those of others, the overrides, come after its own. */
    Problems(String main) {
        this.main = main;
    }

    void add(Place place, String path, String sentence) {
        found.add(new Problem(place.source(), place.line(), place.column(), path, sentence));
    }

    int count() {
        return found.size();
    }

    /** All of them in one text, for an expression that stands in no file. */
    String sentences() {
        return found.stream()
                .map(p -> p.column() > 1 ? p.sentence() + " (column " + p.column() + ")" : p.sentence())
                .collect(Collectors.joining("; "));
    }

    /** Fails if there is a problem. Texts pass through the mask first. */
    void throwIfAny(UnaryOperator<String> mask) throws ScenarioException {
        if (found.isEmpty()) {
            return;
        }
        List<Problem> sorted = found.stream()
                .sorted(Comparator.comparing((Problem p) -> !p.source().equals(main))
                        .thenComparingInt(Problem::line)
                        .thenComparingInt(Problem::column))
                .distinct()
                .limit(MAX)
                .map(p -> new Problem(mask.apply(p.source()), p.line(), p.column(), p.path(), mask.apply(p.sentence())))
                .toList();
        throw new ScenarioException(sorted);
    }
}
