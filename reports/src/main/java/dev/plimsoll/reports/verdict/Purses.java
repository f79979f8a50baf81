package dev.plimsoll.reports.verdict;

import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.OpenEnd;
import java.util.Optional;

/**
 * How a check's share of errors is divided among the looks at it.
 *
 * <p>A run whose length is fixed has one look that counts, with all of {@code 1 − confidence}. Where the gate may move
 * the end, equal parts go to all looks on the way together, to the one at the planned end, and to the one at the longest
 * length if it is another. Whatever happens, one of them errs with a probability of at most their sum.
 *
 * @param promised the confidence of each part
 * @param tightest when looks on the way are sharpest, in seconds of the last phase
 * @param openEnd whether the gate may move the end
 */
record Purses(double promised, double tightest, boolean openEnd) {
    private static final double EARLY = 0.5;

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
        return new Purses(
                1 - (1 - gate.confidence()) / parts, gate.stopWhenDecided() ? EARLY * planned : planned, openEnd);
    }

    /** A look on the way. */
    Level look(double seconds) {
        return Level.anytime(promised, seconds / tightest);
    }

    /** One of some looks on the way whose times were fixed beforehand. */
    Level oneOf(int looks) {
        return Level.fixed(1 - (1 - promised) / looks);
    }

    /** A look at a time that was fixed beforehand. */
    Level last() {
        return Level.fixed(promised);
    }

    /** The level at which a run is judged when it is over. */
    Level atEnd(Watched watched) {
        boolean chosen = watched.ending() == Ending.DECIDED || watched.ending() == Ending.BROKEN;
        return openEnd && chosen && watched.seconds() > 0 ? look(watched.seconds()) : last();
    }
}
