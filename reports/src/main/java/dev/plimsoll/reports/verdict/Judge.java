package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.scenarios.Gate;
import java.util.List;
import java.util.Optional;

/** Judges a run by its gate. Pure: the same evidence gives the same verdict. */
public final class Judge {

    /** By that gate. */
    public Judge(Gate gate) {
        throw new UnsupportedOperationException();
    }

    /** The verdict at the end of a run, or of what there is of it. */
    public Verdict judge(Evidence evidence) {
        throw new UnsupportedOperationException();
    }

    /** Expressions of thresholds whose estimate breaks the limit by what was measured so far, surely or not. */
    public List<String> atRisk(RunResults soFar) {
        throw new UnsupportedOperationException();
    }

    /**
     * Why the run cannot be promoted any more whatever comes, while it still goes on: a threshold that is surely broken.
     * Looking again and again does not raise the error rate above the gate's.
     */
    public Optional<String> hopeless(RunResults soFar) {
        throw new UnsupportedOperationException();
    }
}
