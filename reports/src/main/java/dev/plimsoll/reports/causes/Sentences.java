package dev.plimsoll.reports.causes;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.quantities.Quantities;
import java.util.List;
import java.util.Locale;

/** Findings in words, with their figures. */
final class Sentences {
    private static final int MOST_OTHERS = 2;

    private Sentences() {}

    /**
     * What is said of an anomaly.
     *
     * @param grid the phase's intervals
     * @param anomaly the clearest of its kind
     * @param times how many there are of the kind
     * @param causes what moved with it, the likeliest first
     * @param watched whether anything was watched that could have moved
     */
    static String attribution(Grid grid, Anomaly anomaly, int times, List<Attribution.Cause> causes, boolean watched) {
        StringBuilder text = new StringBuilder();
        text.append(anomaly.symptom().label())
                .append(anomaly.symptom().bad() > 0 ? " rose from " : " fell from ")
                .append(anomaly.symptom().value(anomaly.before()))
                .append(" to ")
                .append(anomaly.symptom().value(anomaly.during()))
                .append(" (")
                .append(change(anomaly.change()))
                .append(") at ")
                .append(Quantities.clock(grid.t(anomaly.from())));
        if (anomaly.edge() == Shift.Edge.END) {
            text.append(" until the end of ").append(grid.window().phase());
        } else {
            text.append(" for ").append(Quantities.clock(anomaly.length() * grid.step()));
        }
        if (times > 1) {
            text.append(", and ").append(times - 1).append(times == 2 ? " more time" : " more times");
        }
        if (causes.isEmpty()) {
            return text.append(watched ? "; nothing that was watched moved with it" : "; no node was watched")
                    .toString();
        }
        Attribution.Cause first = causes.getFirst();
        text.append(": ").append(first.suspect().says()).append(", ").append(move(first));
        text.append(when(first.lagSeconds()));
        List<Attribution.Cause> others = causes.subList(1, Math.min(causes.size(), 1 + MOST_OTHERS));
        for (int i = 0; i < others.size(); i++) {
            text.append(i == 0 ? "; with it " : " and ").append(move(others.get(i)));
        }
        return text.toString();
    }

    private static String move(Attribution.Cause cause) {
        String metric = cause.suspect().metric();
        Unit unit = Metrics.find(metric).map(Metric::unit).orElse(Unit.COUNT);
        return metric + " of " + cause.node() + " went from " + Quantities.value(cause.before(), unit) + " to "
                + Quantities.value(cause.during(), unit);
    }

    private static String when(double lagSeconds) {
        return lagSeconds > 0 ? " " + Quantities.clock(lagSeconds) + " earlier" : " at the same time";
    }

    /** A change as a signed percentage. */
    static String change(double ratio) {
        double percent = ratio * 100;
        return String.format(Locale.ROOT, Math.abs(percent) < 100 ? "%+.1f %%" : "%+,.0f %%", percent)
                .replace('-', '−');
    }
}
