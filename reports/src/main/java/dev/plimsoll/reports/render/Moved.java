package dev.plimsoll.reports.render;

import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.causes.Causes;
import dev.plimsoll.reports.quantities.Quantities;
import java.util.List;

/** What moved in a run: events that tell of drift, and of anomalies and their likeliest causes. */
final class Moved {
    private static final int MAX_SENTENCE = 900;
    private static final int MAX_ROWS = 60;
    private static final int MAX_HEADER = 3;

    private Moved() {}

    /** Those among all events, in their order. */
    static List<RunEvent> of(List<RunEvent> events) {
        return events.stream()
                .filter(event -> Causes.TYPES.contains(event.type()))
                .toList();
    }

    /** The first sentences, for the head of a page. */
    static void header(Markup out, List<RunEvent> events) {
        List<RunEvent> moved = of(events);
        for (RunEvent event : moved.subList(0, Math.min(MAX_HEADER, moved.size()))) {
            out.open("p")
                    .element("em", Markup.clip(event.sentence(), MAX_SENTENCE))
                    .close();
        }
        if (moved.size() > MAX_HEADER) {
            out.element("p", "… and " + (moved.size() - MAX_HEADER) + " more below, under What moved.");
        }
    }

    /** A section with every finding; nothing where there is none. */
    static void section(Markup out, List<RunEvent> events) {
        List<RunEvent> moved = of(events);
        if (moved.isEmpty()) {
            return;
        }
        out.line().open("section").element("h2", "What moved");
        out.element(
                "p",
                "Signals that moved at the same time as an anomaly, by more than chance. Strength is the correlation in"
                        + " time, from 0 to 1. Timing tells what coincides; it does not prove a cause.");
        HtmlTables.begin(out, "at", "what", "cause", "of", "earlier by", "strength", "finding");
        for (RunEvent event : moved.subList(0, Math.min(MAX_ROWS, moved.size()))) {
            out.open("tr");
            HtmlTables.number(out, Quantities.clock(event.t()));
            out.element("td", what(event));
            out.open("td").element("code", text(event, "cause")).close();
            out.element("td", text(event, "node"));
            HtmlTables.number(out, number(event, "lag_s", true));
            HtmlTables.number(out, number(event, "strength", false));
            out.element("td", Markup.clip(event.sentence(), MAX_SENTENCE)).close();
        }
        HtmlTables.end(out);
        if (moved.size() > MAX_ROWS) {
            out.element("p", "… and " + (moved.size() - MAX_ROWS) + " more in events.ndjson.");
        }
        out.close();
    }

    private static String what(RunEvent event) {
        String kind = text(event, "kind");
        return kind.isEmpty() ? text(event, "metric") : kind + " drift";
    }

    private static String text(RunEvent event, String name) {
        Object value = event.detail().get(name);
        return value instanceof String text ? text : "";
    }

    private static String number(RunEvent event, String name, boolean seconds) {
        Object value = event.detail().get(name);
        if (!(value instanceof Number number)) {
            return "";
        }
        return seconds ? Quantities.clock(number.doubleValue()) : Quantities.plain(number.doubleValue());
    }
}
