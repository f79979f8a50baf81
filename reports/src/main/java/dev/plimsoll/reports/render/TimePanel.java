package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.bundle.RunEvent;
import dev.plimsoll.reports.quantities.Quantities;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What all charts over time share: their place and width, the time axis, the phases behind the lines and the marks of
 * events. Panels below one another have one axis.
 */
final class TimePanel {
    /** Width of every chart. */
    static final double WIDTH = 1000;
    /** Where drawing areas begin. */
    static final double LEFT = 72;
    /** Where they end. */
    static final double RIGHT = 966;

    private static final double CHARACTER = 6.3;
    private static final double MARK_DISTANCE = 18;
    private static final int TICKS = 12;
    private static final int MAX_MARKS = 24;
    /* Of many errors the first ones are marked, so that there is room for what else happened. */
    private static final int MAX_ERRORS = 6;
    /* Phases are bands. */
    private static final Set<String> UNMARKED = Set.of("phase", "note");

    private final List<Timeline.Band> bands;
    private final List<RunEvent> marks;
    private final Scale x;

    TimePanel(ReportData data) {
        this.bands = data.timeline().bands();
        double load = data.timeline().end();
        double end = load > 0
                ? load
                : data.nodes().stream()
                        .flatMap(n -> n.points().stream())
                        .mapToDouble(NodeLane.Point::t)
                        .max()
                        .orElse(1);
        this.x = new Scale(0, Math.max(end, 0.001), false, LEFT, RIGHT);
        List<RunEvent> some = new ArrayList<>();
        int errors = 0;
        for (RunEvent event : data.events()) {
            boolean inside = event.t() >= 0 && event.t() <= end + 1 && !UNMARKED.contains(event.type());
            boolean error = event.type().equals("error");
            if (inside && some.size() < MAX_MARKS && (!error || errors < MAX_ERRORS)) {
                some.add(event);
                errors += error ? 1 : 0;
            }
        }
        this.marks = List.copyOf(some);
    }

    Scale x() {
        return x;
    }

    /** Where the time axis lies and how long it is, for the page's script: {@code left right seconds}. */
    String extent() {
        return Markup.px(LEFT) + " " + Markup.px(RIGHT) + " " + x.high();
    }

    /** The events that are marked; their numbers count from 1. */
    List<RunEvent> marks() {
        return marks;
    }

    /** Phases and marks behind a drawing area, with the phases' names in a strip above it where there is room. */
    void backdrop(Markup out, double top, double bottom, boolean named) {
        for (int i = 0; i < bands.size(); i++) {
            Timeline.Band band = bands.get(i);
            double from = x.at(band.from());
            double width = Math.max(0.5, x.at(band.to()) - from);
            String style = band.measured() ? i % 2 == 0 ? "b0" : "b1" : "b2";
            String colour = band.measured() ? i % 2 == 0 ? "#f6f8fa" : "#eef2f6" : "#fdf3dc";
            out.empty(
                    "path",
                    "class",
                    style,
                    "fill",
                    colour,
                    "d",
                    "M" + Markup.px(from) + " " + Markup.px(named ? top - 16 : top) + "h" + Markup.px(width) + "V"
                            + Markup.px(bottom) + "h-" + Markup.px(width) + "z");
            if (named) {
                String name = band.measured() ? band.phase() : band.phase() + " (not measured)";
                name = name.length() * CHARACTER + 8 > width ? band.phase() : name;
                int room = (int) ((width - 8) / CHARACTER);
                if (room >= 3) {
                    Plot.label(out, from + 4, top - 4, "start", Markup.clip(name, room));
                }
            }
        }
    }

    /** Marks of events over a drawing area, numbered where asked. */
    void marks(Markup out, double top, double bottom, boolean numbered) {
        int i = 0;
        while (i < marks.size()) {
            int first = i;
            double place = x.at(marks.get(i).t());
            while (i + 1 < marks.size() && x.at(marks.get(i + 1).t()) - place < MARK_DISTANCE) {
                i++;
            }
            out.empty(
                    "path",
                    "class",
                    "s6",
                    "stroke",
                    "#57606a",
                    "stroke-dasharray",
                    "3 3",
                    "d",
                    "M" + Markup.px(place) + " " + Markup.px(top) + "V" + Markup.px(bottom));
            if (numbered) {
                String text = first == i ? "▼" + (first + 1) : "▼" + (first + 1) + "–" + (i + 1);
                Plot.label(out, Math.min(place, RIGHT - 14), top - 19, "middle", text);
            }
            i++;
        }
    }

    /** The time axis below a drawing area. */
    void axis(Markup out, Plot plot, double bottom) {
        plot.gridX(x.clockTicks(TICKS), Quantities::clock, true);
        Plot.label(out, RIGHT, bottom + 29, "end", "time since the load began");
    }

    /** The time axis without its labels. */
    void ruler(Plot plot) {
        plot.gridX(x.clockTicks(TICKS), Quantities::clock, false);
    }

    /** Areas over each column that say its numbers where a pointer rests on it. */
    void titles(Markup out, Timeline timeline, double top, double bottom, Function<Timeline.Column, String> text) {
        out.open("g", "fill", "none", "pointer-events", "all");
        for (Timeline.Column column : timeline.columns()) {
            double from = x.at(column.t());
            double width = Math.max(1, x.at(column.t() + timeline.width()) - from);
            out.open(
                    "rect",
                    "x",
                    Markup.px(from),
                    "y",
                    Markup.px(top),
                    "width",
                    Markup.px(width),
                    "height",
                    Markup.px(bottom - top));
            out.element("title", text.apply(column)).close();
        }
        out.close();
    }

    /** Points at the middles of columns, with a gap where load stopped between two. */
    static List<Plot.Point> points(Timeline timeline, ToDoubleFunction<Timeline.Column> value) {
        List<Plot.Point> points = new ArrayList<>();
        double last = Double.NaN;
        for (Timeline.Column column : timeline.columns()) {
            if (column.t() - last > timeline.width() * 1.5) {
                points.add(new Plot.Point(last + timeline.width(), Double.NaN));
            }
            double middle = column.t() + Math.min(column.seconds(), timeline.width()) / 2;
            points.add(new Plot.Point(middle, value.applyAsDouble(column)));
            last = column.t();
        }
        return points;
    }

    /** Ticks as text for a metric's unit. */
    static DoubleFunction<String> ticks(Unit unit) {
        return switch (unit) {
            case MILLISECONDS -> Quantities::millis;
            case BYTES -> Quantities::bytes;
            case BYTES_PER_SECOND -> v -> Quantities.bytes(v) + "/s";
            case RATIO -> v -> Quantities.plain(v * 100) + " %";
            case PERCENT -> v -> Quantities.plain(v) + " %";
            case CELSIUS -> v -> Quantities.plain(v) + " °C";
            case WATTS, JOULES, MEGAHERTZ -> v -> Quantities.plain(v) + " " + unit.symbol();
            default -> v -> Math.abs(v) >= 1e6 ? Quantities.plain(v / 1e6) + " M" : Quantities.plain(v);
        };
    }
}
