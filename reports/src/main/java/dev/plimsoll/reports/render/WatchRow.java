package dev.plimsoll.reports.render;

import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.verdict.Verdict;
import dev.plimsoll.reports.verdict.Watched;
import java.util.List;
import java.util.Optional;

/**
 * A check of a watched gate: when it was decided, and on what.
 *
 * @param check as written in the scenario
 * @param decided the word, and at which look or that it was at the end
 * @param measured the value then
 * @param interval the interval then
 */
record WatchRow(String check, String decided, String measured, String interval) {
    /** The heads of the columns. */
    static final List<String> HEADS = List.of("check", "decided", "measured then", "interval then");

    /** The rows of a verdict, in the order of its checks. */
    static List<WatchRow> of(Verdict verdict, Watched watch) {
        return verdict.checks().stream()
                .filter(check -> check.kind() == Verdict.Kind.THRESHOLD || check.kind() == Verdict.Kind.BASELINE)
                .map(check -> of(check, watch.decision(check.kind(), check.expression())))
                .toList();
    }

    private static WatchRow of(Verdict.Check atEnd, Optional<Watched.Decision> decision) {
        Verdict.Check check = decision.map(Watched.Decision::check).orElse(atEnd);
        String when = decision.map(one -> Headline.word(one.outcome()) + " at look " + one.look() + ", "
                        + Quantities.clock(one.seconds()))
                .orElse(Headline.word(atEnd.outcome()) + " at the end");
        return new WatchRow(
                atEnd.expression(),
                when,
                check.measured().map(value -> Limit.value(check, value)).orElse(Quantities.NONE),
                Headline.interval(check).orElse(Quantities.NONE));
    }

    /** How long the load was to be, and how often the gate looked. */
    static String looks(Watched watch) {
        String longest = watch.longest() > watch.planned() ? ", at most " + Quantities.clock(watch.longest()) : "";
        return "planned " + Quantities.clock(watch.planned()) + longest + "; the gate looked " + watch.looks()
                + (watch.looks() == 1 ? " time" : " times");
    }

    /** The section of a page; nothing for a run that nobody watched. */
    static void section(Markup out, Verdict verdict) {
        if (verdict.watch().isEmpty()) {
            return;
        }
        Watched watch = verdict.watch().get();
        out.line().open("section").element("h2", "Why it stopped when it did");
        out.element("p", watch.sentence());
        out.element("p", looks(watch) + ".");
        List<WatchRow> rows = of(verdict, watch);
        if (!rows.isEmpty()) {
            HtmlTables.begin(out, HEADS.toArray(String[]::new));
            for (WatchRow row : rows) {
                out.open("tr");
                out.open("td").element("code", row.check()).close();
                out.element("td", row.decided());
                HtmlTables.number(out, row.measured());
                HtmlTables.number(out, row.interval());
                out.close();
            }
            HtmlTables.end(out);
        }
        out.close();
    }
}
