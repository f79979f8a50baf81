package dev.plimsoll.reports.render;

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
        text.append("  ").append(WatchRow.looks(watch)).append("\n\n");
        Columns table = new Columns();
        for (int i = 0; i < WatchRow.HEADS.size(); i++) {
            table.column(WatchRow.HEADS.get(i), i > 1, i == WatchRow.HEADS.size() - 1 ? 1 : 0);
        }
        WatchRow.of(verdict, watch)
                .forEach(row -> table.row(Terminal.clean(row.check()), row.decided(), row.measured(), row.interval()));
        table.lines(width, 2).forEach(line -> text.append(line.stripTrailing()).append('\n'));
        return text.toString();
    }
}
