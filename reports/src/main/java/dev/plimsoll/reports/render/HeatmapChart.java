package dev.plimsoll.reports.render;

import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.ValueCounts;
import java.util.Arrays;
import java.util.List;

/**
 * How latencies are spread in every interval: time to the right, latency upwards on a logarithmic axis, the number of
 * requests as a colour from one ordered scale. Shows what a percentile hides: two humps, stalls, bands.
 */
final class HeatmapChart {
    private static final double TOP = 52;
    private static final double HEIGHT = 240;
    private static final double BELOW = 36;
    private static final int ROWS = 36;
    private static final double NANOS_PER_MILLI = 1e6;
    /* Viridis without its palest yellow, from few to many, for a light page; the style sheet has those for a dark one. */
    private static final List<String> COLOURS =
            List.of("#8fd744", "#5ec962", "#35b779", "#21918c", "#2c728e", "#3b528b", "#472d7b", "#440154");

    private final Timeline timeline;
    private final TimePanel panel;

    HeatmapChart(Timeline timeline, TimePanel panel) {
        this.timeline = timeline;
        this.panel = panel;
    }

    void render(Markup out) {
        double min = Double.MAX_VALUE;
        double max = 0;
        for (Timeline.Column column : timeline.columns()) {
            ValueCounts values = column.time("latency");
            if (values.total() > 0) {
                min = Math.min(min, Math.max(1, values.quantile(0)) / NANOS_PER_MILLI);
                max = Math.max(max, values.quantile(1) / NANOS_PER_MILLI);
            }
        }
        if (max == 0) {
            return;
        }
        double bottom = TOP + HEIGHT;
        Scale y = Scale.logarithmic(min, max, bottom, TOP);
        long[][] cells = cells(y);
        long most = Arrays.stream(cells).flatMapToLong(Arrays::stream).max().orElse(0);
        String finding = "Latencies lie between " + Quantities.millis(min) + " and " + Quantities.millis(max)
                + "; a darker cell (on a dark page: a brighter one) holds more requests, " + Quantities.count(most)
                + " at most.";
        ClientCharts.figure(out, "Latency heatmap", finding);
        Plot.begin(out, TimePanel.WIDTH, bottom + BELOW, "Latency heatmap. " + finding, "data-time", panel.extent());
        Plot.label(out, 4, 13, "start", "latency, logarithmic");
        legend(out, most);
        panel.backdrop(out, TOP, bottom, true);
        Plot plot = new Plot(out, panel.x(), y);
        plot.gridY(y.ticks(6), Quantities::millis);
        panel.axis(out, plot, bottom);
        paint(out, cells, most);
        panel.marks(out, TOP, bottom, true);
        out.close().close();
    }

    private long[][] cells(Scale y) {
        List<Timeline.Column> columns = timeline.columns();
        long[][] cells = new long[columns.size()][ROWS];
        for (int c = 0; c < columns.size(); c++) {
            long[] rows = cells[c];
            ValueCounts values = columns.get(c).time("latency");
            long above = values.total();
            for (int row = 0; row < ROWS; row++) {
                double edge = y.low() * Math.pow(y.high() / y.low(), (row + 1.0) / ROWS);
                long higher = row + 1 == ROWS ? 0 : values.countAbove(edge * NANOS_PER_MILLI);
                rows[row] = above - higher;
                above = higher;
            }
        }
        return cells;
    }

    private void paint(Markup out, long[][] cells, long most) {
        StringBuilder[] paths = new StringBuilder[COLOURS.size()];
        for (int level = 0; level < paths.length; level++) {
            paths[level] = new StringBuilder();
        }
        double height = HEIGHT / ROWS;
        for (int row = 0; row < ROWS; row++) {
            String place = Markup.px(TOP + HEIGHT - (row + 1) * height);
            int c = 0;
            while (c < cells.length) {
                int level = level(cells[c][row], most);
                int end = c + 1;
                while (end < cells.length && level(cells[end][row], most) == level && follows(end)) {
                    end++;
                }
                if (level >= 0) {
                    double from = panel.x().at(timeline.columns().get(c).t());
                    double to = panel.x().at(timeline.columns().get(end - 1).t() + timeline.width());
                    paths[level].append('M').append(Markup.px(from)).append(' ').append(place);
                    paths[level].append('H').append(Markup.px(Math.max(from + 1, to)));
                    paths[level].append('v').append(Markup.px(height));
                    paths[level].append('H').append(Markup.px(from)).append('z');
                }
                c = end;
            }
        }
        for (int level = 0; level < paths.length; level++) {
            if (!paths[level].isEmpty()) {
                out.empty(
                        "path",
                        "class",
                        "h" + level,
                        "fill",
                        COLOURS.get(level),
                        "shape-rendering",
                        "crispEdges",
                        "d",
                        paths[level].toString());
            }
        }
    }

    private boolean follows(int column) {
        List<Timeline.Column> columns = timeline.columns();
        return columns.get(column).t() - columns.get(column - 1).t() < timeline.width() * 1.5;
    }

    /* Equal steps of the logarithm, so that a single slow request is seen beside a thousand quick ones. */
    private static int level(long count, long most) {
        if (count == 0) {
            return -1;
        }
        double share = most <= 1 ? 1 : Math.log((double) count) / Math.log((double) most);
        return (int) Math.min(COLOURS.size() - 1, Math.floor(share * COLOURS.size()));
    }

    private static void legend(Markup out, long most) {
        double at = TimePanel.LEFT + 150;
        Plot.label(out, at - 8, 13, "end", "1");
        for (int level = 0; level < COLOURS.size(); level++) {
            out.empty(
                    "path",
                    "class",
                    "h" + level,
                    "fill",
                    COLOURS.get(level),
                    "d",
                    "M" + Markup.px(at + 22.0 * level) + " 3h22v11h-22z");
        }
        String text = Quantities.count(most) + (most == 1 ? " request" : " requests") + " in a cell, logarithmic";
        Plot.label(out, at + 22.0 * COLOURS.size() + 8, 13, "start", text);
    }
}
