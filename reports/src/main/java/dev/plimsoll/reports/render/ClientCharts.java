package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.ValueCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Charts of what clients saw over time: latency, its heatmap, tokens, rates and requests in flight. */
final class ClientCharts {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double TOP = 52;
    private static final double HEIGHT = 190;
    private static final double BELOW = 36;
    /* From this ratio between extremes on, a straight axis would hide the lower line. */
    private static final double LOG_FROM = 25;
    /* Rates of a column of which less than this share was measured say nothing. */
    private static final double MEASURED_SHARE = 0.3;

    private final ReportData data;
    private final Timeline timeline;
    private final TimePanel panel;
    private final List<Limit> limits;

    ClientCharts(ReportData data, TimePanel panel, List<Limit> limits) {
        this.data = data;
        this.timeline = data.timeline();
        this.panel = panel;
        this.limits = limits;
    }

    private record Words(String title, String finding, String axis) {}

    private record Line(String name, Ink ink, List<Plot.Point> points) {}

    /** Every chart that there is data for. */
    void render(Markup out) {
        times(out, "latency", "Latency over time", "latency");
        new HeatmapChart(timeline, panel).render(out);
        if (data.hasTokens()) {
            times(out, "ttft", "Time to first token over time", "TTFT");
            times(out, "itl", "Inter-token latency over time", "ITL");
        }
        rates(out);
        if (timeline.columns().stream().anyMatch(c -> c.outputTokens() > 0)) {
            tokens(out);
        }
        inFlight(out);
    }

    private void times(Markup out, String metric, String title, String name) {
        if (!timeline.has(metric)) {
            return;
        }
        List<Line> lines = List.of(
                new Line("p50", Ink.BLUE, TimePanel.points(timeline, c -> percentile(c, metric, 50))),
                new Line("p99", Ink.ORANGE, TimePanel.points(timeline, c -> percentile(c, metric, 99))));
        Timeline.Column worst = timeline.columns().stream()
                .filter(c -> c.time(metric).total() > 0)
                .max((a, b) -> Double.compare(percentile(a, metric, 99), percentile(b, metric, 99)))
                .orElseThrow();
        String finding = String.format(
                Locale.ROOT,
                "p99 %s of %s was %s at most, at %s; p50 was from %s to %s.",
                name,
                timeline.width() > timeline.interval() * 1.5
                        ? "a column of " + Quantities.clock(timeline.width())
                        : "an interval",
                Quantities.millis(percentile(worst, metric, 99)),
                Quantities.clock(worst.t()),
                Quantities.millis(lines.get(0).points().stream()
                        .mapToDouble(Plot.Point::y)
                        .filter(Double::isFinite)
                        .min()
                        .orElse(0)),
                Quantities.millis(lines.get(0).points().stream()
                        .mapToDouble(Plot.Point::y)
                        .filter(Double::isFinite)
                        .max()
                        .orElse(0)));
        List<Limit> drawn = limits.stream()
                .filter(l -> l.metric().equals(metric) && l.statistic().isPresent())
                .toList();
        draw(out, new Words(title, finding, name), Unit.MILLISECONDS, lines, drawn);
    }

    private void rates(Markup out) {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line("offered", Ink.GREY, rate(Timeline.Column::scheduled)));
        lines.add(new Line("succeeded", Ink.BLUE, rate(Timeline.Column::succeeded)));
        lines.add(new Line("failed", Ink.RED, rate(Timeline.Column::failed)));
        long failed =
                timeline.columns().stream().mapToLong(Timeline.Column::failed).sum();
        String finding =
                "At most " + Quantities.rate(max(lines.get(1))) + " requests succeeded per second, where at most "
                        + Quantities.rate(max(lines.get(0))) + " were offered; " + Quantities.count(failed)
                        + (failed == 1 ? " request failed." : " requests failed.");
        List<Limit> drawn =
                limits.stream().filter(l -> l.metric().equals("throughput")).toList();
        draw(
                out,
                new Words("Requests per second over time", finding, "requests per second"),
                Unit.PER_SECOND,
                lines,
                drawn);
    }

    private void tokens(Markup out) {
        Line line = new Line("output tokens", Ink.GREEN, rate(Timeline.Column::outputTokens));
        List<Limit> drawn = limits.stream()
                .filter(l -> l.metric().equals("output_throughput"))
                .toList();
        draw(
                out,
                new Words(
                        "Output tokens per second over time",
                        "At most " + Quantities.rate(max(line)) + " output tokens per second.",
                        "tokens per second"),
                Unit.PER_SECOND,
                List.of(line),
                drawn);
    }

    private void inFlight(Markup out) {
        Line most = new Line("most", Ink.PURPLE, TimePanel.points(timeline, Timeline.Column::inFlightMax));
        List<Line> lines = new ArrayList<>(List.of(most));
        if (timeline.width() > timeline.interval() * 1.5) {
            lines.add(new Line("fewest", Ink.GREY, TimePanel.points(timeline, Timeline.Column::inFlightMin)));
        }
        String finding = "At most " + Quantities.digits(max(most)) + " requests were in flight.";
        draw(out, new Words("Requests in flight over time", finding, "requests"), Unit.COUNT, lines, List.of());
    }

    private void draw(Markup out, Words words, Unit unit, List<Line> lines, List<Limit> drawn) {
        double bottom = TOP + HEIGHT;
        Scale y = scale(lines, drawn, unit, bottom);
        Plot plot = new Plot(out, panel.x(), y);
        String axis = words.axis() + (y.log() ? ", logarithmic" : "");
        figure(out, words.title(), words.finding());
        Plot.begin(
                out,
                TimePanel.WIDTH,
                bottom + BELOW,
                words.title() + ". " + words.finding(),
                "data-time",
                panel.extent());
        List<String> names = new ArrayList<>(lines.stream().map(Line::name).toList());
        Plot.label(out, 4, 13, "start", axis);
        Plot.legend(
                out,
                TimePanel.LEFT + 110,
                13,
                names,
                lines.stream().map(Line::ink).toList());
        panel.backdrop(out, TOP, bottom, true);
        plot.gridY(y.ticks(4), TimePanel.ticks(unit));
        panel.axis(out, plot, bottom);
        panel.marks(out, TOP, bottom, true);
        lines.forEach(line -> plot.line(line.points(), line.ink()));
        drawn.forEach(limit -> plot.limit(limit.value(), limit.expression()));
        panel.titles(out, timeline, TOP, bottom, this::words);
        out.close().close();
    }

    private static Scale scale(List<Line> lines, List<Limit> drawn, Unit unit, double bottom) {
        double min = Double.MAX_VALUE;
        double max = 0;
        for (Line line : lines) {
            for (Plot.Point point : line.points()) {
                if (Double.isFinite(point.y())) {
                    min = Math.min(min, point.y());
                    max = Math.max(max, point.y());
                }
            }
        }
        double measured = max;
        for (Limit limit : drawn) {
            /* A limit far above everything measured would flatten the lines; it is left out then. */
            if (limit.value() <= measured * 3) {
                max = Math.max(max, limit.value());
            }
        }
        boolean log = unit == Unit.MILLISECONDS && min > 0 && max > min * LOG_FROM;
        return log ? Scale.logarithmic(min, max, bottom, TOP) : Scale.linear(0, max, bottom, TOP);
    }

    /** Begins a figure with its title and finding. The caller closes it. */
    static void figure(Markup out, String title, String finding) {
        out.line().open("figure").open("figcaption").element("h3", title);
        out.element("p", finding).close();
    }

    private List<Plot.Point> rate(ToDoubleFunction<Timeline.Column> count) {
        return TimePanel.points(timeline, c -> perSecond(timeline, c, count.applyAsDouble(c)));
    }

    /** So many in a column, per second; not a number where too little of it was measured. */
    static double perSecond(Timeline timeline, Timeline.Column column, double count) {
        return column.seconds() < timeline.interval() * MEASURED_SHARE ? Double.NaN : count / column.seconds();
    }

    /** A percentile of a column in milliseconds; not a number where nothing was recorded. */
    static double percentile(Timeline.Column column, String metric, double percentile) {
        ValueCounts values = column.time(metric);
        return values.total() == 0 ? Double.NaN : values.quantile(percentile / 100) / NANOS_PER_MILLI;
    }

    private static double max(Line line) {
        return line.points().stream()
                .mapToDouble(Plot.Point::y)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
    }

    private String words(Timeline.Column column) {
        StringBuilder text = new StringBuilder();
        text.append("at ").append(Quantities.clock(column.t()));
        text.append("\noffered ")
                .append(orNone(perSecond(timeline, column, (double) column.scheduled())))
                .append("/s");
        text.append(", succeeded ")
                .append(orNone(perSecond(timeline, column, (double) column.succeeded())))
                .append("/s");
        text.append("\nfailed ").append(Quantities.count(column.failed()));
        text.append(", in flight ").append(Quantities.count(column.inFlightMax()));
        for (String metric : List.of("latency", "ttft", "itl")) {
            if (column.time(metric).total() > 0) {
                text.append('\n').append(metric);
                text.append(" p50 ").append(Quantities.millis(percentile(column, metric, 50)));
                text.append(", p99 ").append(Quantities.millis(percentile(column, metric, 99)));
            }
        }
        return text.toString();
    }

    private static String orNone(double value) {
        return Double.isFinite(value) ? Quantities.rate(value) : Quantities.NONE;
    }
}
