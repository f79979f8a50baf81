package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.scenarios.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which earlier runs a run is compared with: the latest ones that were measured under the same circumstances. Earlier
 * runs are offered one by one, the latest first, so that no more of them are read than are needed. One thread.
 */
public final class BaselineChoice {
    private static final String ALLOWANCE = "gate.baseline.allow: [%s]";
    private static final int MOST_NOTES = 5;

    private final Circumstances now;
    private final Set<Difference> allow;
    private final int wanted;
    private final List<RunResults> chosen = new ArrayList<>();
    private final List<String> unlike = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private Optional<String> latestMismatch = Optional.empty();

    /**
     * For a run.
     *
     * @param now its circumstances
     * @param allow what may differ
     * @param wanted how many earlier runs are wanted
     */
    public BaselineChoice(Circumstances now, Set<Difference> allow, int wanted) {
        this.now = now;
        this.allow = Set.copyOf(allow);
        this.wanted = wanted;
    }

    /** Whether it has as many as are wanted. */
    public boolean isFull() {
        return chosen.size() >= wanted;
    }

    /**
     * Whether the next earlier run is left out for what its description tells, so that its measurements need not be read.
     *
     * @param run its id
     * @param told its circumstances without GPUs and generator
     */
    public boolean leavesOut(String run, Circumstances told) {
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

    private void leaveOut(String sentence) {
        unlike.add("not compared with " + sentence);
        latestMismatch = latestMismatch.or(() -> Optional.of("not comparable with " + sentence));
    }

    /** Offers the next earlier run, which is taken if it can be compared with. */
    public void offer(RunResults results, Circumstances earlier) {
        if (leavesOut(results.run(), earlier) || isFull()) {
            return;
        }
        chosen.add(results);
        for (Circumstances.Unknown one : now.unknown(earlier)) {
            unknown.add("compared with run " + results.run() + " though " + one.clause());
        }
    }

    /** The runs to compare with, the latest first. */
    public List<RunResults> chosen() {
        return List.copyOf(chosen);
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
