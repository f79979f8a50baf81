package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.verdict.estimate.Level;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.OpenEnd;
import java.util.Optional;

/**
 * How a check's share of errors is divided among the looks at it.
 *
 * <p>A run whose length is fixed has one look that counts, with all of {@code 1 − confidence}. Where the gate may move
 * the end, equal parts go to all looks on the way together, to the one at the planned end, and to the one at the longest
 * length if it is another. Whatever happens, one of them errs with a probability of at most their sum. In comparisons the
 * look at the planned end gets the most, and all others a fifth for each: what runs differ by is the same at each look, so
 * more of them tell little that this one does not, and it should not be the one to pay (as O'Brien and Fleming 1979 spend
 * little early).
 *
 * @param alpha what all parts may err together
 * @param parts into how many it is divided
 * @param tightest when looks on the way are sharpest, in seconds of the last phase
 * @param openEnd whether the gate may move the end
 */
record Purses(double alpha, int parts, double tightest, boolean openEnd) {
    private static final double EARLY = 0.5;
    private static final double COMPARED_OTHER = 0.2;

    static Purses of(Gate gate, Optional<OpenEnd> end) {
        double planned = end.map(one -> one.planned().toNanos() / 1e9).orElse(1.0);
        boolean longer = end.filter(OpenEnd::isExtendable).isPresent();
        return of(gate, end.isPresent(), planned, longer);
    }

    /** As they were when the run was watched. */
    static Purses of(Gate gate, Watched watched) {
        boolean longer = watched.longest() > watched.planned();
        return of(gate, gate.stopWhenDecided() || longer, watched.planned(), longer);
    }

    static Purses of(Gate gate, boolean openEnd, double planned, boolean longer) {
        int parts = openEnd ? longer ? 3 : 2 : 1;
        return new Purses(1 - gate.confidence(), parts, gate.stopWhenDecided() ? EARLY * planned : planned, openEnd);
    }

    /** The confidence of each part. */
    double promised() {
        return 1 - alpha / parts;
    }

    /** A look on the way. */
    Level look(double seconds) {
        return Level.anytime(promised(), seconds / tightest);
    }

    /** One of some looks at comparisons on the way whose times were fixed beforehand. */
    Level oneOf(int looks) {
        return Level.fixed(1 - COMPARED_OTHER * alpha / looks);
    }

    /** A look at a time that was fixed beforehand. */
    Level last() {
        return Level.fixed(promised());
    }

    /** The look at the planned end, at a check of that kind. */
    Level planned(Verdict.Kind kind) {
        return kind == Verdict.Kind.BASELINE ? Level.fixed(1 - (1 - COMPARED_OTHER * (parts - 1)) * alpha) : last();
    }

    private Level longest(Verdict.Kind kind) {
        return kind == Verdict.Kind.BASELINE ? Level.fixed(1 - COMPARED_OTHER * alpha) : last();
    }

    /** The level at which a run is judged when it is over. */
    Level atEnd(Watched watched, Verdict.Kind kind) {
        boolean chosen = watched.ending() == Ending.DECIDED || watched.ending() == Ending.BROKEN;
        if (openEnd && chosen && watched.seconds() > 0) {
            return look(watched.seconds());
        }
        return watched.ending() == Ending.AT_LONGEST ? longest(kind) : planned(kind);
    }
}
