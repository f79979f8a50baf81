package dev.plimsoll.reports.render;

import dev.plimsoll.reports.quantities.Quantities;
import java.util.ArrayList;
import java.util.List;

/** A run's progress on one line: overwritten on a terminal, or one line every few seconds in a log. Pure. */
public final class ProgressLine {
    private static final int BAR = 20;
    private static final int BAR_FROM_WIDTH = 100;

    private ProgressLine() {}

    /**
     * Where the run is.
     *
     * @param elapsedSeconds since the load began
     * @param totalSeconds of all phases; 0 where it is not known
     * @param phase the current phase's name
     * @param atRisk expressions of the checks that are broken by what was measured so far
     */
    public record Place(double elapsedSeconds, double totalSeconds, String phase, List<String> atRisk) {
        /** Copies the list. */
        public Place {
            atRisk = List.copyOf(atRisk);
        }
    }

    /** The line for a terminal: no line break, at most that wide, figures of the last interval. */
    public static String live(Place place, Progress progress, int width, boolean colour) {
        Terminal terminal = new Terminal(colour);
        List<String> parts = parts(place, progress);
        String bar = width >= BAR_FROM_WIDTH && place.totalSeconds() > 0 ? bar(place) + " " : "";
        StringBuilder line = new StringBuilder();
        for (String part : parts) {
            String next = line.isEmpty() ? bar + part : " · " + part;
            if (line.length() + next.length() > width - 1) {
                break;
            }
            line.append(next);
        }
        if (line.isEmpty()) {
            return Markup.clip(bar + parts.getFirst(), Math.max(1, width - 1));
        }
        if (place.atRisk().isEmpty()) {
            return line.toString();
        }
        int room = width - 1 - line.length() - 3;
        String risk = risk(place);
        return room < 12 ? line.toString() : line + " · " + terminal.paint("unsure", Markup.clip(risk, room));
    }

    /** The line for a log: plain words, no escape sequences, no limit of width. */
    public static String plain(Place place, Progress progress) {
        List<String> parts = parts(place, progress);
        if (!place.atRisk().isEmpty()) {
            parts.add(risk(place));
        }
        return String.join(", ", parts);
    }

    private static List<String> parts(Place place, Progress progress) {
        List<String> parts = new ArrayList<>();
        String total = place.totalSeconds() > 0 ? " / " + Quantities.clock(place.totalSeconds()) : "";
        parts.add(Quantities.clock(Math.floor(place.elapsedSeconds())) + total + " " + Terminal.clean(place.phase()));
        parts.add(Quantities.rate(progress.sentRate()) + "/s");
        parts.add(Quantities.count(progress.succeeded()) + " ok");
        parts.add(Quantities.count(progress.failed()) + (progress.failed() == 1 ? " error" : " errors"));
        parts.add(Quantities.count(progress.inFlight()) + " in flight");
        progress.ttftP50Millis().ifPresent(v -> parts.add("ttft p50 " + Quantities.millis(v)));
        progress.latencyP99Millis().ifPresent(v -> parts.add("latency p99 " + Quantities.millis(v)));
        return parts;
    }

    private static String risk(Place place) {
        String first = Terminal.clean(place.atRisk().getFirst());
        int more = place.atRisk().size() - 1;
        return "at risk: " + first + (more == 0 ? "" : " and " + more + " more");
    }

    private static String bar(Place place) {
        double share = Math.max(0, Math.min(1, place.elapsedSeconds() / place.totalSeconds()));
        int full = (int) Math.floor(share * BAR);
        return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "]";
    }
}
