package dev.plimsoll.reports.render;

import java.util.List;
import java.util.Locale;

/**
 * How a line is drawn: a colour, a dash pattern and a marker, so that no line is told from another by its colour alone.
 * The colour is a presentation attribute, which a page without its style sheet keeps; the style sheet replaces it by
 * class, for light and dark. Each has at least 3:1 contrast to white.
 */
enum Ink {
    BLUE("1", "#0b62c4", "", Marker.DISC),
    ORANGE("2", "#b45309", "8 3", Marker.SQUARE),
    GREEN("3", "#047857", "2 3", Marker.TRIANGLE),
    PURPLE("4", "#7c3aed", "10 3 2 3", Marker.DIAMOND),
    RED("5", "#c0262d", "5 2", Marker.CROSS),
    GREY("6", "#57606a", "1 3", Marker.DISC);

    /** What marks a point. */
    enum Marker {
        DISC,
        SQUARE,
        TRIANGLE,
        DIAMOND,
        CROSS
    }

    private static final List<Ink> ORDER = List.of(BLUE, ORANGE, GREEN, PURPLE, RED, GREY);

    private final String number;
    private final String colour;
    private final String dash;
    private final Marker marker;

    Ink(String number, String colour, String dash, Marker marker) {
        this.number = number;
        this.colour = colour;
        this.dash = dash;
        this.marker = marker;
    }

    /** The n-th line's ink. */
    static Ink of(int index) {
        return ORDER.get(index % ORDER.size());
    }

    /** Attributes of a stroked shape. */
    String[] stroke(double width) {
        String thickness = String.format(Locale.ROOT, "%.1f", width);
        return dash.isEmpty()
                ? new String[] {"class", "s" + number, "fill", "none", "stroke", colour, "stroke-width", thickness}
                : new String[] {
                    "class",
                    "s" + number,
                    "fill",
                    "none",
                    "stroke",
                    colour,
                    "stroke-width",
                    thickness,
                    "stroke-dasharray",
                    dash
                };
    }

    /** Attributes of a filled shape. */
    String[] fill() {
        return new String[] {"class", "f" + number, "fill", colour};
    }

    /** Attributes of a filled shape that lets what is behind shine through. */
    String[] veil() {
        return new String[] {"class", "f" + number, "fill", colour, "fill-opacity", "0.22"};
    }

    /** The marker around a point, as path data. */
    String marker(double x, double y) {
        return switch (marker) {
            case DISC -> path(x - 2.2, y, "a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0 -4.4 0z");
            case SQUARE -> path(x - 2, y - 2, "h4v4h-4z");
            case TRIANGLE -> path(x, y - 2.8, "l2.6 4.6h-5.2z");
            case DIAMOND -> path(x, y - 3, "l3 3l-3 3l-3 -3z");
            case CROSS -> path(x - 3, y - 1, "h2v-2h2v2h2v2h-2v2h-2v-2h-2z");
        };
    }

    private static String path(double x, double y, String rest) {
        return "M" + Markup.px(x) + " " + Markup.px(y) + rest;
    }
}
