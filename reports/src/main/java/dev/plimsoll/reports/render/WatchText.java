package dev.plimsoll.reports.render;

import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.reports.verdict.Watched;
import java.util.Optional;

/** Why a gate's load ended when it did, as text for a terminal: what {@code --explain} prints. */
public final class WatchText {
    private WatchText() {}

    /**
     * The whole text, with a line break at its end.
     *
     * @param verdict of the run
     * @param width of a line
     */
    public static String render(Verdict verdict, int width) {
        StringBuilder text = new StringBuilder("\nwhy it stopped when it did\n");
        Optional<Watched> watched = verdict.watch();
        if (watched.isEmpty()) {
            return text.append("  nobody watched this run: no load was sent, or an older Plimsoll wrote the bundle\n")
                    .toString();
        }
        Watched watch = watched.get();
        text.append("  ").append(Terminal.wrap(watch.sentence(), width - 2, 2)).append('\n');
        text.append("  planned ").append(Quantities.clock(watch.planned()));
        if (watch.longest() > watch.planned()) {
            text.append(", at most ").append(Quantities.clock(watch.longest()));
        }
        text.append("; the gate looked ").append(watch.looks()).append(watch.looks() == 1 ? " time\n\n" : " times\n\n");
        Columns table = new Columns()
                .column("check", false, 0)
                .column("decided", false, 0)
                .column("measured then", true, 0)
                .column("interval then", true, 1);
        for (Verdict.Check check : verdict.checks()) {
            if (check.kind() == Verdict.Kind.THRESHOLD || check.kind() == Verdict.Kind.BASELINE) {
                row(table, check, watch.decision(check.kind(), check.expression()));
            }
        }
        table.lines(width, 2).forEach(line -> text.append(line.stripTrailing()).append('\n'));
        return text.toString();
    }

    private static void row(Columns table, Verdict.Check atEnd, Optional<Watched.Decision> decision) {
        Verdict.Check check = decision.map(Watched.Decision::check).orElse(atEnd);
        String when = decision.map(one -> Headline.word(one.outcome()) + " at look " + one.look() + ", "
                        + Quantities.clock(one.seconds()))
                .orElse(Headline.word(atEnd.outcome()) + " at the end");
        table.row(
                Terminal.clean(atEnd.expression()),
                when,
                check.measured().map(value -> Limit.value(check, value)).orElse(Quantities.NONE),
                Headline.interval(check).orElse(Quantities.NONE));
    }
}
