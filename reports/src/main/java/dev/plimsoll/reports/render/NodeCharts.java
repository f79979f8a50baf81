package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.quantities.Quantities;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Lanes of small charts on the time axis of the client's charts: one lane for each metric of a node or of the generator. */
final class NodeCharts {
    private static final double TITLE = 17;
    private static final double LANE = 46;
    private static final double GAP = 14;
    private static final double BELOW = 36;
    private static final int MAX_GENERATOR = 12;

    private final ReportData data;
    private final TimePanel panel;
    private final List<Limit> limits;

    NodeCharts(ReportData data, TimePanel panel, List<Limit> limits) {
        this.data = data;
        this.panel = panel;
        this.limits = limits;
    }

    /** One figure for each node, then one for the generator. */
    void render(Markup out) {
        Map<String, List<NodeLane>> nodes = new LinkedHashMap<>();
        for (NodeLane series : data.nodes()) {
            nodes.computeIfAbsent(series.node(), node -> new ArrayList<>()).add(series);
        }
        nodes.forEach((node, list) -> lanes(out, "Node " + node, list));
        List<NodeLane> generator = generator();
        if (!generator.isEmpty()) {
            lanes(out, "Load generator, the worst of all agents", generator);
        }
    }

    private void lanes(Markup out, String title, List<NodeLane> all) {
        List<NodeLane> list = all.stream()
                .map(s -> new NodeLane(
                        s.node(),
                        s.metric(),
                        s.points().stream()
                                .filter(p -> p.t() >= 0 && p.t() <= panel.x().high())
                                .toList(),
                        s.failures()))
                .filter(s -> !s.points().isEmpty())
                .toList();
        if (list.isEmpty()) {
            return;
        }
        double height = list.size() * (TITLE + LANE + GAP) + 20;
        StringBuilder finding = new StringBuilder();
        for (NodeLane series : list) {
            finding.append(finding.isEmpty() ? "" : "; ")
                    .append(series.metric())
                    .append(' ')
                    .append(range(series));
        }
        ClientCharts.figure(
                out,
                title,
                list.size() + (list.size() == 1 ? " metric" : " metrics")
                        + " on the time axis of the charts above; the line is the mean, the band goes from the smallest to the"
                        + " largest sample.");
        Plot.begin(out, TimePanel.WIDTH, height + BELOW, title + ". " + finding + ".", "data-time", panel.extent());
        double top = 20;
        for (int i = 0; i < list.size(); i++) {
            lane(out, list.get(i), top + TITLE, i == list.size() - 1);
            top += TITLE + LANE + GAP;
        }
        out.close().close();
    }

    private void lane(Markup out, NodeLane series, double top, boolean last) {
        Unit unit = unit(series.metric());
        double bottom = top + LANE;
        List<Limit> drawn = limits.stream()
                .filter(l -> l.metric().equals(series.metric())
                        && l.on().map(series.node()::equals).orElse(true))
                .toList();
        double max = series.max();
        for (Limit limit : drawn) {
            max = limit.value() <= Math.abs(series.max()) * 3 ? Math.max(max, limit.value()) : max;
        }
        Scale y = axis(series.min(), max, unit, bottom, top);
        Plot plot = new Plot(out, panel.x(), y);
        String failures = series.failures() == 0 ? "" : ", " + Quantities.count(series.failures()) + " readings failed";
        out.element(
                "text",
                series.metric() + "  " + range(series) + failures,
                "class",
                "t",
                "fill",
                "#3d444d",
                "font-size",
                Plot.SMALL,
                "x",
                Markup.px(TimePanel.LEFT),
                "y",
                Markup.px(top - 5));
        panel.backdrop(out, top, bottom, false);
        plot.gridY(List.of(y.low(), y.high()), TimePanel.ticks(unit));
        if (last) {
            panel.axis(out, plot, bottom);
        } else {
            panel.ruler(plot);
        }
        panel.marks(out, top, bottom, false);
        drawn.forEach(limit -> plot.limit(limit.value(), limit.expression()));
        List<Plot.Point> means = new ArrayList<>();
        List<Plot.Point> lows = new ArrayList<>();
        List<Plot.Point> highs = new ArrayList<>();
        double spacing = spacing(series.points());
        double before = Double.NaN;
        for (NodeLane.Point point : series.points()) {
            if (point.t() - before > spacing * 3.5) {
                for (List<Plot.Point> points : List.of(means, lows, highs)) {
                    points.add(new Plot.Point(before + spacing, Double.NaN));
                }
            }
            means.add(new Plot.Point(point.t(), point.mean()));
            lows.add(new Plot.Point(point.t(), point.min()));
            highs.add(new Plot.Point(point.t(), point.max()));
            before = point.t();
        }
        if (series.points().stream().anyMatch(p -> p.max() > p.min())) {
            plot.envelope(lows, highs, Ink.BLUE);
        }
        plot.line(means, Ink.BLUE);
    }

    private static Scale axis(double min, double max, Unit unit, double bottom, double top) {
        if (unit == Unit.PERCENT && max <= 100 && max > 20) {
            return new Scale(0, 100, false, bottom, top);
        }
        if (unit == Unit.RATIO && max <= 1 && max > 0.2) {
            return new Scale(0, 1, false, bottom, top);
        }
        return Scale.linear(min, max, bottom, top);
    }

    private static double spacing(List<NodeLane.Point> points) {
        if (points.size() < 2) {
            return 1;
        }
        double[] gaps = new double[points.size() - 1];
        for (int i = 1; i < points.size(); i++) {
            gaps[i - 1] = points.get(i).t() - points.get(i - 1).t();
        }
        java.util.Arrays.sort(gaps);
        return Math.max(gaps[gaps.length / 2], 1e-3);
    }

    private List<NodeLane> generator() {
        Timeline timeline = data.timeline();
        TreeSet<String> names = new TreeSet<>();
        timeline.columns().forEach(c -> names.addAll(c.generator().keySet()));
        List<NodeLane> list = new ArrayList<>();
        List<NodeLane.Point> lags = new ArrayList<>();
        for (Timeline.Column column : timeline.columns()) {
            double lag = ClientCharts.percentile(column, "send_lag", 99);
            if (Double.isFinite(lag)) {
                lags.add(point(column.t(), lag));
            }
        }
        if (!lags.isEmpty()) {
            list.add(new NodeLane("generator", "send_lag.p99", lags, 0));
        }
        for (String name : names) {
            List<NodeLane.Point> points = new ArrayList<>();
            for (Timeline.Column column : timeline.columns()) {
                Double value = column.generator().get(name);
                if (value != null) {
                    points.add(point(column.t(), value));
                }
            }
            if (list.size() < MAX_GENERATOR) {
                list.add(new NodeLane("generator", name, points, 0));
            }
        }
        return list;
    }

    private static NodeLane.Point point(double t, double value) {
        return new NodeLane.Point(t, value, value, value, 1);
    }

    private static String range(NodeLane series) {
        Unit unit = unit(series.metric());
        return series.min() == series.max()
                ? "always " + Quantities.value(series.min(), unit)
                : "from " + Quantities.value(series.min(), unit) + " to " + Quantities.value(series.max(), unit)
                        + ", mean " + Quantities.value(series.mean(), unit);
    }

    private static Unit unit(String metric) {
        if (metric.equals("send_lag.p99")) {
            return Unit.MILLISECONDS;
        }
        return Metrics.find(metric).map(Metric::unit).orElse(Unit.COUNT);
    }
}
