package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.baseline.Holm;
import dev.plimsoll.reports.verdict.estimate.Level;
import dev.plimsoll.scenarios.BaselineCheck;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All comparisons of one gate together.
 *
 * <p>Each one that is called broken could be so by chance; so the more there are, the stricter each is held
 * ({@link Holm}), and all together fail a release that changed nothing in at most (1 − confidence) / 2. A pass needs no
 * correction: a release passes only when every comparison does (the intersection-union test of Berger 1982). One thread;
 * what earlier runs measured is kept from one look to the next.
 */
public final class BaselineFamily {
    private final List<BaselineCheck> checks;
    private final EarlierRuns earlier;
    private final Map<Double, List<List<BaselineComparison.Earlier>>> measured = new HashMap<>();

    /**
     * Of those checks.
     *
     * @param checks the comparisons
     * @param earlier what a run is compared with
     */
    public BaselineFamily(List<BaselineCheck> checks, EarlierRuns earlier) {
        this.checks = List.copyOf(checks);
        this.earlier = earlier;
    }

    /**
     * The checks of a run.
     *
     * @param confidence of each interval, from 0.5 to below 1
     */
    public List<Verdict.Check> checks(RunResults results, double confidence) {
        return judge(results, confidence).stream().map(Judged::check).toList();
    }

    private List<Judged> judge(RunResults results, double confidence) {
        List<List<BaselineComparison.Earlier>> before = measured.computeIfAbsent(confidence, this::measure);
        List<BaselineComparison> comparisons = new ArrayList<>();
        for (int i = 0; i < checks.size(); i++) {
            BaselineCheck check = checks.get(i);
            comparisons.add(new BaselineComparison(
                    check,
                    confidence,
                    BaselineComparison.worst(check, confidence, results),
                    before.get(i),
                    earlier.olderGroups(check)));
        }
        return judge(comparisons, confidence);
    }

    private List<List<BaselineComparison.Earlier>> measure(double confidence) {
        return checks.stream()
                .map(check -> earlier.compared().stream()
                        .map(run -> new BaselineComparison.Earlier(
                                run.run(), BaselineComparison.worst(check, confidence, run)))
                        .toList())
                .toList();
    }

    static List<Judged> judge(List<BaselineComparison> comparisons, double confidence) {
        double[] chances =
                comparisons.stream().mapToDouble(BaselineComparison::chance).toArray();
        boolean[] broken = Holm.rejected(chances, (1 - confidence) / 2);
        List<Judged> judged = new ArrayList<>();
        for (int i = 0; i < chances.length; i++) {
            judged.add(comparisons.get(i).judged(broken[i], comparisons.size()));
        }
        return judged;
    }

    /** A look at a run as it is now; the comparisons are made once for each level. */
    Look look(RunResults results) {
        return new Look(results);
    }

    /** One look, at which each comparison is judged among all of them. */
    final class Look {
        private final RunResults results;
        private final Map<Level, List<Judged>> judged = new HashMap<>();

        private Look(RunResults results) {
            this.results = results;
        }

        /** What becomes of one of the comparisons. */
        Judged judge(int index, Level level) {
            return judged.computeIfAbsent(level, l -> BaselineFamily.this.judge(results, l.confidence()))
                    .get(index);
        }
    }
}
