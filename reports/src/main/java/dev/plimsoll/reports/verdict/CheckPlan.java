package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.WindowMetrics;
import dev.plimsoll.reports.verdict.estimate.Interval;
import dev.plimsoll.reports.verdict.estimate.Level;
import dev.plimsoll.reports.verdict.estimate.Measured;
import dev.plimsoll.reports.verdict.estimate.Subject;
import dev.plimsoll.scenarios.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * How long a threshold must be measured to tell a change: a change of a size is told when the interval around it leaves
 * out the limit that lies so far away.
 *
 * <p>A run of length T has a variance of w / T, w being that of earlier runs times their lengths. The length is the least
 * one whose interval is shorter than the change by what the estimate itself strays in {@value #FOUND} of runs. Less than half the length of an earlier run is not
 * planned: how seconds depend on one another is known too badly after so few.
 */
final class CheckPlan {
    private static final double FOUND = 0.99;
    private static final double SHORTEST_SECONDS = 10;
    private static final double SHORTEST_SHARE = 0.5;
    private static final double LONGEST_SECONDS = 24 * 3600.0;
    private static final double MOST_TIMES = 256;
    private static final int HALVINGS = 40;

    private final Subject subject;
    private final Operator operator;
    private final Level level;
    private final double planned;

    CheckPlan(Subject subject, Operator operator, Level level, double planned) {
        this.subject = subject;
        this.operator = operator;
        this.level = level;
        this.planned = planned;
    }

    /* What earlier runs tell. Variances are of the value in its unit, w times seconds. */
    private record Past(int runs, double value, double w, double freedomPerSecond, double shortest, double spread) {}

    GatePlan.Line line(String expression, List<RunResults> earlier, List<Double> changes, Optional<Double> allowed) {
        List<Double> values = new ArrayList<>();
        double w = 0;
        double freedom = 0;
        double seconds = 0;
        double shortest = SHORTEST_SECONDS;
        long samples = 0;
        boolean known = true;
        String problem = "";
        for (RunResults run : earlier) {
            Measured one = GatePlan.worst(subject, operator, run, level);
            double length = run.total(subject.phase()).seconds();
            if (one.value().isEmpty() || !(length > 0)) {
                problem = one.problem();
                continue;
            }
            values.add(one.value().get());
            samples += one.samples();
            seconds += length;
            double times = closing(one);
            double half = half(one.outlook().after(times));
            double quantile = quantile(Math.max(1, one.freedom() * times));
            known &= !Double.isNaN(half) && one.freedom() >= 1;
            w += half * half / quantile / quantile * times * length;
            freedom += one.freedom();
            shortest = Math.max(shortest, times > 1 ? times * length : SHORTEST_SHARE * length);
        }
        int n = values.size();
        String unit = subject.metric().unit().symbol();
        double mean = values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
        if (n == 0) {
            return line(expression, Optional.empty(), unit, changes, problem);
        }
        if (subject.isFact()) {
            return line(expression, Optional.of(mean), unit, changes, "decided as observed, after any length");
        }
        if (WindowMetrics.isRatio(subject.metric()) && mean == (operator.isUpperLimit() ? 0 : 1)) {
            double rate = samples / seconds;
            return line(expression, Optional.of(mean), unit, changes, flawless(allowed, rate));
        }
        if (!known || mean == 0) {
            return line(
                    expression,
                    Optional.of(mean),
                    unit,
                    changes,
                    mean == 0
                            ? "0 in earlier runs, of which no share can be told"
                            : "earlier runs are too short to tell how much it varies");
        }
        double squares =
                values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        double spread = n > 1 ? squares / (n - 1) : Double.NaN;
        return line(expression, unit, changes, new Past(n, mean, w / n, freedom / seconds, shortest, spread));
    }

    private static String flawless(Optional<Double> allowed, double rate) {
        String none = "no request counted against it in earlier runs";
        return allowed.map(share -> none + "; it passes once " + Quantities.count((long) Math.ceil(1 / share))
                        + " requests came without one, after " + Quantities.clock(1 / share / rate))
                .orElse(none);
    }

    private static GatePlan.Line line(
            String expression, Optional<Double> value, String unit, List<Double> changes, String note) {
        List<GatePlan.Length> none = changes.stream()
                .map(change -> new GatePlan.Length(change, Optional.empty()))
                .toList();
        return new GatePlan.Line(
                expression, Verdict.Kind.THRESHOLD, value, unit, Optional.empty(), Optional.empty(), none, note);
    }

    private GatePlan.Line line(String expression, String unit, List<Double> changes, Past past) {
        double size = Math.abs(past.value());
        double beyond = Math.sqrt(Math.max(0, past.spread() - past.w() / planned));
        List<GatePlan.Length> lengths = new ArrayList<>();
        for (double change : changes) {
            lengths.add(new GatePlan.Length(change, seconds(past, change * size)));
        }
        return new GatePlan.Line(
                expression,
                Verdict.Kind.THRESHOLD,
                Optional.of(past.value()),
                unit,
                Optional.of(Math.sqrt(past.w() / planned) / size),
                past.runs() > 1 ? Optional.of(beyond / size) : Optional.empty(),
                lengths,
                "");
    }

    private Optional<Double> seconds(Past past, double change) {
        if (!told(past, change, LONGEST_SECONDS)) {
            return Optional.empty();
        }
        double enough = LONGEST_SECONDS;
        double tooFew = past.shortest();
        if (tooFew >= LONGEST_SECONDS) {
            return Optional.empty();
        }
        if (told(past, change, tooFew)) {
            return Optional.of(Math.ceil(tooFew));
        }
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (enough + tooFew) / 2;
            if (told(past, change, middle)) {
                enough = middle;
            } else {
                tooFew = middle;
            }
        }
        return Optional.of(Math.ceil(enough));
    }

    private boolean told(Past past, double change, double seconds) {
        double own = past.w() / seconds;
        double freedom = Math.max(1, past.freedomPerSecond() * seconds);
        double strays = NormalDistribution.of(0, 1).inverseCumulativeProbability(FOUND);
        return change >= (quantile(freedom) + strays) * Math.sqrt(own);
    }

    private double quantile(double freedom) {
        return TDistribution.of(freedom).inverseSurvivalProbability((1 - level.confidence()) / 2);
    }

    /* How many times as long a measurement bounds the value at both ends. */
    private static double closing(Measured one) {
        double times = 1;
        while (Double.isNaN(half(one.outlook().after(times))) && times < MOST_TIMES) {
            times *= Math.sqrt(2);
        }
        return times;
    }

    private static double half(Interval interval) {
        return interval.low().isPresent() && interval.high().isPresent()
                ? (interval.high().get() - interval.low().get()) / 2
                : Double.NaN;
    }
}
