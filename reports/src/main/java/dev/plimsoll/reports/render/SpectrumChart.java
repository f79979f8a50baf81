package dev.plimsoll.reports.render;

import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.ValueCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The percentile spectrum: how slow the slowest tenth, hundredth, thousandth … is. To the right runs 1 / (1 − p) on a
 * logarithmic axis, as HdrHistogram's own plots have it, so that each nine is equally wide.
 */
final class SpectrumChart {
    private static final double TOP = 30;
    private static final double HEIGHT = 260;
    private static final double BELOW = 36;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double LOG_FROM = 25;
    private static final double STEP = 1.12;
    private static final double[] PERCENTILES = {0, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 99.9999};

    private final List<Limit> limits;

    SpectrumChart(List<Limit> limits) {
        this.limits = limits;
    }

    /**
     * One line.
     *
     * @param name in the legend
     * @param values in nanoseconds
     */
    record Line(String name, ValueCounts values) {}

    /** Draws lines of one metric; the ones without values are left out. */
    void render(Markup out, String title, String metric, List<Line> all) {
        List<Line> lines = all.stream().filter(l -> l.values().total() > 0).toList();
        if (lines.isEmpty()) {
            return;
        }
        long most = lines.stream().mapToLong(l -> l.values().total()).max().orElse(1);
        double bottom = TOP + HEIGHT;
        Scale x = new Scale(1, Math.max(4, most), true, TimePanel.LEFT, TimePanel.RIGHT);
        List<Limit> drawn = limits.stream()
                .filter(l -> l.metric().equals(metric)
                        && l.statistic().isPresent()
                        && l.statistic().get().kind() == Statistic.Kind.PERCENTILE)
                .toList();
        Scale y = scale(lines, drawn, bottom);
        String finding = lines.stream().map(SpectrumChart::words).collect(Collectors.joining("; ")) + ".";
        ClientCharts.figure(out, title, finding);
        Plot.begin(out, TimePanel.WIDTH, bottom + BELOW, title + ". " + finding);
        Plot.label(out, 4, 13, "start", y.log() ? "time, logarithmic" : "time");
        List<Ink> inks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            inks.add(Ink.of(i));
        }
        Plot.legend(
                out, TimePanel.LEFT + 110, 13, lines.stream().map(Line::name).toList(), inks);
        Plot plot = new Plot(out, x, y);
        plot.gridY(y.ticks(5), Quantities::millis);
        List<Double> ticks = new ArrayList<>();
        for (double percentile : PERCENTILES) {
            if (odds(percentile) <= x.high() * 1.001) {
                ticks.add(odds(percentile));
            }
        }
        plot.gridX(ticks, SpectrumChart::tick, true);
        Plot.label(out, TimePanel.RIGHT, bottom + 29, "end", "percentile, by 1 / (1 − p), logarithmic");
        for (int i = 0; i < lines.size(); i++) {
            out.empty(
                    "path",
                    Plot.with(inks.get(i).stroke(1.8), "d", path(lines.get(i).values(), x, y)));
        }
        drawn.forEach(limit -> limit(out, plot, limit));
        out.close().close();
    }

    private static Scale scale(List<Line> lines, List<Limit> drawn, double bottom) {
        double min = Double.MAX_VALUE;
        double max = 0;
        for (Line line : lines) {
            min = Math.min(min, line.values().quantile(0) / NANOS_PER_MILLI);
            max = Math.max(max, line.values().quantile(1) / NANOS_PER_MILLI);
        }
        double measured = max;
        for (Limit limit : drawn) {
            if (limit.value() <= measured * 3) {
                max = Math.max(max, limit.value());
            }
        }
        return max > min * LOG_FROM && min > 0
                ? Scale.logarithmic(min, max, bottom, TOP)
                : Scale.linear(0, max, bottom, TOP);
    }

    /* A limit on one percentile is a step: from there to the right nothing is asked, to the left it holds all the more. */
    private static void limit(Markup out, Plot plot, Limit limit) {
        double odds = odds(limit.statistic().orElseThrow().percentile());
        if (odds > plot.x().high()
                || limit.value() > plot.y().high()
                || limit.value() < plot.y().low()) {
            return;
        }
        double x = plot.x().at(odds);
        double y = plot.y().at(limit.value());
        plot.straight(plot.x().from(), y, x, y, "s5", "#c0262d", "12 4");
        plot.straight(x, plot.y().to(), x, y, "s5", "#c0262d", "12 4");
        double textAt = y - TOP < 14 ? y + 13 : y - 4;
        Plot.limitText(out, limit.expression(), "start", plot.x().from() + 4, textAt);
    }

    /* Stairs between percentiles would show the histogram's buckets; the points lie so close that straight lines do. */
    private static String path(ValueCounts values, Scale x, Scale y) {
        StringBuilder path = new StringBuilder();
        double last = values.total();
        for (double odds = 1; odds < last; odds *= STEP) {
            point(path, values, odds, x, y);
        }
        point(path, values, last, x, y);
        return path.toString();
    }

    private static void point(StringBuilder path, ValueCounts values, double odds, Scale x, Scale y) {
        double share = odds >= values.total() ? 1 : 1 - 1 / odds;
        double millis = values.quantile(share) / NANOS_PER_MILLI;
        path.append(path.isEmpty() ? 'M' : 'L')
                .append(Markup.px(x.at(odds)))
                .append(' ')
                .append(Markup.px(y.at(millis)));
    }

    private static String words(Line line) {
        double p50 = line.values().quantile(0.5) / NANOS_PER_MILLI;
        double max = line.values().quantile(1) / NANOS_PER_MILLI;
        String p99 = line.values().total() < Samples.needed(99)
                ? ""
                : ", p99 " + Quantities.millis(line.values().quantile(0.99) / NANOS_PER_MILLI);
        return String.format(
                Locale.ROOT,
                "%s: p50 %s%s, max %s of %s values",
                line.name(),
                Quantities.millis(p50),
                p99,
                Quantities.millis(max),
                Quantities.count(line.values().total()));
    }

    private static double odds(double percentile) {
        return 1 / (1 - percentile / 100);
    }

    private static String tick(double odds) {
        return Quantities.plain(100 - 100 / odds) + " %";
    }
}
