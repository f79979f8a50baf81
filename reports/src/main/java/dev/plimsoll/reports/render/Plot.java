package dev.plimsoll.reports.render;

import java.util.List;
import java.util.function.DoubleFunction;

/**
 * The drawing area of one chart inside an SVG image, with its two scales. Everything is drawn with presentation
 * attributes, so that it needs no style sheet.
 */
final class Plot {
    /** Height of small text. */
    static final String SMALL = "11";

    private static final double MARKED_POINTS = 40;
    private static final int MAX_LIMIT = 60;

    private final Markup out;
    private final Scale x;
    private final Scale y;

    /**
     * A point of a line; a {@code y} that is not a number is a gap.
     *
     * @param x in values of the chart's x scale
     * @param y in values of its y scale
     */
    record Point(double x, double y) {}

    Plot(Markup out, Scale x, Scale y) {
        this.out = out;
        this.x = x;
        this.y = y;
    }

    /** Begins an image. Its content says the same as {@code finding}, which is what a screen reader reads. */
    static void begin(Markup out, double width, double height, String finding, String... attributes) {
        String[] all = new String[12 + attributes.length];
        String[] own = {
            "viewBox",
            "0 0 " + Markup.px(width) + " " + Markup.px(height),
            "width",
            Markup.px(width),
            "height",
            Markup.px(height),
            "role",
            "img",
            "aria-label",
            finding,
            "font-family",
            "system-ui, sans-serif"
        };
        System.arraycopy(own, 0, all, 0, own.length);
        System.arraycopy(attributes, 0, all, own.length, attributes.length);
        out.line().open("svg", all);
    }

    /** A text in the image. */
    static void label(Markup out, double x, double y, String anchor, String text) {
        out.element(
                "text",
                text,
                "class",
                "t",
                "fill",
                "#3d444d",
                "font-size",
                SMALL,
                "text-anchor",
                anchor,
                "x",
                Markup.px(x),
                "y",
                Markup.px(y));
    }

    /** Horizontal lines with their values at the left. */
    void gridY(List<Double> ticks, DoubleFunction<String> text) {
        for (double tick : ticks) {
            double place = y.at(tick);
            straight(x.from(), place, x.to(), place, "g", "#d8dee4", "");
            label(out, x.from() - 6, place + 4, "end", text.apply(tick));
        }
    }

    /** Vertical lines with their values below. */
    void gridX(List<Double> ticks, DoubleFunction<String> text, boolean labelled) {
        for (double tick : ticks) {
            double place = x.at(tick);
            straight(place, y.from(), place, y.to(), "g", "#d8dee4", "");
            if (labelled) {
                label(out, place, y.from() + 15, "middle", text.apply(tick));
            }
        }
    }

    /** A line through points; where there are few, each is marked. */
    void line(List<Point> points, Ink ink) {
        StringBuilder path = new StringBuilder();
        StringBuilder markers = new StringBuilder();
        boolean marked = points.size() <= MARKED_POINTS;
        boolean pen = false;
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            if (!Double.isFinite(point.y())) {
                pen = false;
                continue;
            }
            double px = x.at(point.x());
            double py = y.at(point.y());
            boolean lonely = !pen
                    && (i + 1 == points.size()
                            || !Double.isFinite(points.get(i + 1).y()));
            path.append(pen ? 'L' : 'M').append(Markup.px(px)).append(' ').append(Markup.px(py));
            if (marked || lonely) {
                markers.append(ink.marker(px, py));
            }
            pen = true;
        }
        if (!path.isEmpty()) {
            out.empty("path", with(ink.stroke(1.6), "d", path.toString()));
        }
        if (!markers.isEmpty()) {
            out.empty("path", with(ink.fill(), "d", markers.toString()));
        }
    }

    /** The area between two lines over the same places. */
    void envelope(List<Point> low, List<Point> high, Ink ink) {
        StringBuilder path = new StringBuilder();
        int i = 0;
        while (i < low.size()) {
            int end = i;
            while (end < low.size() && Double.isFinite(low.get(end).y())) {
                end++;
            }
            for (int k = i; k < end; k++) {
                corner(path, k == i ? 'M' : 'L', high.get(k));
            }
            for (int k = end - 1; k >= i; k--) {
                corner(path, 'L', low.get(k));
            }
            if (end > i) {
                path.append('z');
            }
            i = end + 1;
        }
        if (!path.isEmpty()) {
            out.empty("path", with(ink.veil(), "d", path.toString()));
        }
    }

    /** A limit, across the whole area, with its text above the line at the right. */
    void limit(double value, String text) {
        if (value < y.low() || value > y.high()) {
            return;
        }
        double place = y.at(value);
        straight(x.from(), place, x.to(), place, "s5", "#c0262d", "12 4");
        double textPlace = place - Math.min(y.from(), y.to()) < 14 ? place + 12 : place - 4;
        limitText(out, text, "end", Math.max(x.from(), x.to()) - 4, textPlace);
    }

    /** A limit's text, legible over lines. */
    static void limitText(Markup out, String text, String anchor, double x, double y) {
        out.element(
                "text",
                Markup.clip(text, MAX_LIMIT),
                "class",
                "limit",
                "fill",
                "#c0262d",
                "stroke",
                "#ffffff",
                "stroke-width",
                "3",
                "paint-order",
                "stroke",
                "font-size",
                SMALL,
                "text-anchor",
                anchor,
                "x",
                Markup.px(x),
                "y",
                Markup.px(y));
    }

    /** A straight line. */
    void straight(double x1, double y1, double x2, double y2, String style, String colour, String dash) {
        String[] line = {
            "class",
            style,
            "stroke",
            colour,
            "d",
            "M" + Markup.px(x1) + " " + Markup.px(y1) + "L" + Markup.px(x2) + " " + Markup.px(y2)
        };
        out.empty("path", dash.isEmpty() ? line : with(line, "stroke-dasharray", dash));
    }

    /** The names of lines with their samples, from the left at that height. */
    static void legend(Markup out, double left, double height, List<String> names, List<Ink> inks) {
        double at = left;
        for (int i = 0; i < names.size(); i++) {
            String sample = "M" + Markup.px(at) + " " + Markup.px(height - 4) + "h28";
            out.empty("path", with(inks.get(i).stroke(1.8), "d", sample));
            out.empty("path", with(inks.get(i).fill(), "d", inks.get(i).marker(at + 14, height - 4)));
            label(out, at + 34, height, "start", names.get(i));
            at += 34 + 6.4 * names.get(i).length() + 24;
        }
    }

    Scale x() {
        return x;
    }

    Scale y() {
        return y;
    }

    /** Those attributes and one more. */
    static String[] with(String[] attributes, String name, String value) {
        String[] more = new String[attributes.length + 2];
        System.arraycopy(attributes, 0, more, 0, attributes.length);
        more[attributes.length] = name;
        more[attributes.length + 1] = value;
        return more;
    }

    private void corner(StringBuilder path, char command, Point point) {
        path.append(command).append(Markup.px(x.at(point.x()))).append(' ').append(Markup.px(y.at(point.y())));
    }
}
