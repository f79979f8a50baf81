package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.baseline.Circumstances;
import dev.plimsoll.reports.verdict.estimate.Estimate;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Difference;
import dev.plimsoll.scenarios.Gate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which earlier runs a run is compared with: the latest ones that were measured under the same circumstances. Older ones
 * of the same circumstances, up to {@value EarlierRuns#MOST} in all, tell how much runs differ; what they measured is
 * looked at when they are offered, and let go. Earlier runs are offered one by one, the latest first, so that no more of
 * them are read than are needed. One thread.
 */
public final class BaselineChoice {
    private static final String ALLOWANCE = "gate.baseline.allow: [%s]";
    private static final int MOST_NOTES = 5;

    private final Circumstances now;
    private final Gate.Baseline baseline;
    private final double confidence;
    private final List<RunResults> chosen = new ArrayList<>();
    private final List<Map<BaselineCheck, Estimate>> older = new ArrayList<>();
    private final List<String> unlike = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private Optional<String> latestMismatch = Optional.empty();

    /**
     * For a run.
     *
     * @param now its circumstances
     * @param baseline what the gate compares, with how many runs, and what may differ
     * @param confidence of each interval
     */
    public BaselineChoice(Circumstances now, Gate.Baseline baseline, double confidence) {
        this.now = now;
        this.baseline = baseline;
        this.confidence = confidence;
    }

    /** Whether no further run would change anything. */
    public boolean isFull() {
        return hasCompared() && chosen.size() + older.size() >= EarlierRuns.MOST;
    }

    private boolean hasCompared() {
        return chosen.size() >= baseline.runs();
    }

    /**
     * Whether the next earlier run is left out for what its description tells, so that its measurements need not be read.
     *
     * @param run its id
     * @param told its circumstances without GPUs and generator
     */
    public boolean leavesOut(String run, Circumstances told) {
        Set<Difference> allow = baseline.allow();
        List<Circumstances.Mismatch> mismatches = now.mismatches(told, allow);
        if (!mismatches.isEmpty()) {
            leaveOut("run " + run + ": " + Circumstances.sentence(mismatches, ALLOWANCE));
        }
        return !mismatches.isEmpty();
    }

    /** Leaves out the next earlier run, which is broken. */
    public void leaveOutBroken(String run, String reason) {
        leaveOut("run " + run + ", which cannot be read: " + reason);
    }

    /* Nobody misses a run that would only have told of the spread. */
    private void leaveOut(String sentence) {
        if (hasCompared()) {
            return;
        }
        unlike.add("not compared with " + sentence);
        latestMismatch = latestMismatch.or(() -> Optional.of("not comparable with " + sentence));
    }

    /** Offers the next earlier run, which is taken if it can be compared with. */
    public void offer(RunResults results, Circumstances earlier) {
        if (leavesOut(results.run(), earlier) || isFull()) {
            return;
        }
        if (hasCompared()) {
            older.add(BaselineComparison.estimates(baseline.checks(), confidence, results));
            return;
        }
        chosen.add(results);
        for (Circumstances.Unknown one : now.unknown(earlier)) {
            unknown.add("compared with run " + results.run() + " though " + one.clause());
        }
    }

    /** The runs to compare with, and what older ones tell. */
    public EarlierRuns chosen() {
        return new EarlierRuns(chosen, older);
    }

    /** Why there is none though there were some, a sentence; absent when there is one or none was offered. */
    public Optional<String> problem() {
        return chosen.isEmpty() ? latestMismatch : Optional.empty();
    }

    /** What a reader should know of the choice, a sentence each. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>(chosen.isEmpty() ? List.of() : unlike);
        notes.addAll(unknown);
        int more = notes.size() - MOST_NOTES;
        return more <= 0
                ? notes
                : List.copyOf(concat(notes.subList(0, MOST_NOTES), "and " + more + " more such notes"));
    }

    private static List<String> concat(List<String> first, String last) {
        List<String> all = new ArrayList<>(first);
        all.add(last);
        return all;
    }
}
