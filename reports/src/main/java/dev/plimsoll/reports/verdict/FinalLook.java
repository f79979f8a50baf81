package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.verdict.estimate.Level;
import dev.plimsoll.scenarios.Gate;
import java.util.Optional;
import java.util.function.Function;

/**
 * The look at a check when the run is over.
 *
 * <p>Where the gate chose the end, the interval is that of a confidence sequence. A check that was decided at a look
 * before stays decided when all that came after, at the level of a look at a fixed time, says the same: the sequence
 * holds the truth at all looks at once, so the earlier one is as good as the last.
 */
final class FinalLook {
    private final Optional<Watched> watched;
    private final Purses purses;

    FinalLook(Gate gate, Optional<Watched> watched) {
        this.watched = watched;
        purses = watched.map(one -> Purses.of(gate, one)).orElseGet(() -> Purses.of(gate, Optional.empty()));
    }

    /** Judges a check that looks at a level. */
    Judged judge(Verdict.Kind kind, String expression, Function<Level, Judged> check) {
        Judged now = check.apply(watched.map(one -> purses.atEnd(one, kind)).orElseGet(() -> purses.planned(kind)));
        Optional<Watched.Decision> before =
                watched.filter(one -> purses.openEnd()).flatMap(one -> one.decision(kind, expression));
        if (!now.is(Verdict.CheckOutcome.UNDECIDED) || before.isEmpty()) {
            return now;
        }
        Judged whole = check.apply(purses.planned(kind));
        return whole.is(before.get().outcome()) ? whole : now;
    }
}
