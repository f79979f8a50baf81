package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.estimate.Estimate;
import dev.plimsoll.scenarios.BaselineCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Earlier runs of a load: those that a run is compared with, and older ones that only tell how much runs differ. Of the
 * latter nothing is kept but what the checks look at. Immutable as long as nobody adds to the results.
 */
public final class EarlierRuns {
    /** No earlier run. */
    public static final EarlierRuns NONE = of(List.of());

    /** How many runs tell how much runs differ, at most, those that are compared with among them. */
    public static final int MOST = 20;

    private static final int SMALLEST_GROUP = 5;

    private final List<RunResults> compared;
    private final List<Map<BaselineCheck, Estimate>> older;

    EarlierRuns(List<RunResults> compared, List<Map<BaselineCheck, Estimate>> older) {
        this.compared = List.copyOf(compared);
        this.older = List.copyOf(older);
    }

    /** Runs to compare with, the latest first, and no others. */
    public static EarlierRuns of(List<RunResults> compared) {
        return new EarlierRuns(compared, List.of());
    }

    /**
     * Runs to compare with, and older ones.
     *
     * @param runs the latest first
     * @param compared how many of them are compared with
     * @param checks what is looked at in the others
     * @param confidence of each interval
     */
    public static EarlierRuns of(List<RunResults> runs, int compared, List<BaselineCheck> checks, double confidence) {
        return new EarlierRuns(
                runs.subList(0, Math.min(compared, runs.size())),
                runs.stream()
                        .skip(compared)
                        .map(run -> BaselineComparison.estimates(checks, confidence, run))
                        .toList());
    }

    /** The runs to compare with, the latest first. */
    public List<RunResults> compared() {
        return compared;
    }

    /** How many older ones there are. */
    public int older() {
        return older.size();
    }

    /** Whether there is none to compare with. */
    public boolean isEmpty() {
        return compared.isEmpty();
    }

    /**
     * What a check looks at in the older runs, the latest first, in groups as large as that of the compared ones: what a
     * release changed for good is then seldom taken for chance.
     */
    List<List<Estimate>> olderGroups(BaselineCheck check) {
        int size = Math.max(SMALLEST_GROUP, compared.size());
        List<List<Estimate>> groups = new ArrayList<>();
        for (int from = 0; from < older.size(); from += size) {
            List<Estimate> group = older.subList(from, Math.min(older.size(), from + size)).stream()
                    .filter(run -> run.containsKey(check))
                    .map(run -> run.get(check))
                    .toList();
            if (group.size() > 1) {
                groups.add(group);
            }
        }
        return groups;
    }
}
