package dev.plimsoll.reports.render;

import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.verdict.GatePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How long a gate must run, as text for a terminal: what {@code gate --plan} prints. */
public final class PlanText {
    private static final double PERCENT = 100;

    private PlanText() {}

    /**
     * The whole text, with a line break at its end.
     *
     * @param plan what was planned
     * @param width of a line
     */
    public static String render(GatePlan plan, int width) {
        StringBuilder text = new StringBuilder("plan for " + Terminal.clean(plan.scenario()) + ", from "
                + (plan.runs().size() == 1 ? "one promoted run" : plan.runs().size() + " promoted runs")
                + (plan.older() == 0 ? "" : " and what " + plan.older() + " older ones differ by")
                + "; it measures "
                + Quantities.clock(plan.planned()) + "\n\n");
        Columns table = new Columns().column("check", false, 0);
        table.column("within a run", true, 2);
        table.column("between runs", true, 1);
        List<Double> changes =
                plan.lengths().stream().map(GatePlan.Length::change).toList();
        changes.forEach(change -> table.column("to tell " + percent(change), true, 0));
        for (GatePlan.Line line : plan.checks()) {
            row(table, line);
        }
        table.lines(width, 2).forEach(line -> text.append(line.stripTrailing()).append('\n'));
        text.append('\n');
        for (GatePlan.Line line : plan.checks()) {
            if (!line.note().isEmpty()) {
                String note = Terminal.clean(line.expression()) + ": " + line.note();
                text.append("  ").append(Terminal.wrap(note, width - 2, 2)).append('\n');
            }
        }
        for (GatePlan.Length length : plan.lengths()) {
            boolean byAll = plan.checks().stream()
                    .flatMap(line -> line.lengths().stream())
                    .filter(one -> one.change() == length.change())
                    .allMatch(one -> one.seconds().isPresent());
            text.append("  ")
                    .append(Terminal.wrap(sentence(length, plan.planned(), byAll), width - 2, 2))
                    .append('\n');
        }
        return text.toString();
    }

    private static void row(Columns table, GatePlan.Line line) {
        List<String> cells = new ArrayList<>();
        cells.add(Terminal.clean(line.expression()));
        cells.add(share(line.within()));
        cells.add(share(line.between()));
        line.lengths()
                .forEach(length ->
                        cells.add(length.seconds().map(Quantities::clock).orElse(Quantities.NONE)));
        table.row(cells.toArray(String[]::new));
    }

    private static String sentence(GatePlan.Length length, double planned, boolean byAll) {
        String change = "a change of " + percent(length.change()) + " beyond or within a limit";
        return length.seconds()
                .map(seconds -> change + " is told in " + Quantities.clock(seconds) + " of measured load"
                        + (byAll ? "" : " by the checks that can tell it")
                        + (seconds <= planned ? "" : ", longer than the scenario measures"))
                .orElse(change + " is told by no check, however long it runs");
    }

    private static String share(Optional<Double> share) {
        return share.map(value -> "± " + percent(value)).orElse(Quantities.NONE);
    }

    private static String percent(double share) {
        return Quantities.digits(share * PERCENT) + " %";
    }
}
