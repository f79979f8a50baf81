package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.scenarios.BaselineCheck;
import java.util.ArrayList;
import java.util.List;

/**
 * All comparisons of one gate together.
 *
 * <p>Each one that is called broken could be so by chance; so the more there are, the stricter each is held
 * ({@link Holm}), and all together fail a release that changed nothing in at most (1 − confidence) / 2. A pass needs no
 * correction: a release passes only when every comparison does. Pure.
 */
public final class BaselineFamily {
    private final List<BaselineCheck> checks;
    private final double confidence;

    /**
     * Of those checks.
     *
     * @param checks the comparisons
     * @param confidence of each interval, from 0.5 to below 1
     */
    public BaselineFamily(List<BaselineCheck> checks, double confidence) {
        this.checks = List.copyOf(checks);
        this.confidence = confidence;
    }

    /** The checks of a run against earlier ones, of which there is one at least. */
    public List<Verdict.Check> checks(RunResults results, List<RunResults> baseline) {
        return judge(results, baseline).stream().map(Judged::check).toList();
    }

    List<Judged> judge(RunResults results, List<RunResults> baseline) {
        List<BaselineComparison> comparisons = new ArrayList<>();
        for (BaselineCheck check : checks) {
            comparisons.add(BaselineComparison.of(check, confidence, results, baseline));
        }
        return judge(comparisons, confidence);
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
}
