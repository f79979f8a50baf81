package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.WindowMetrics;
import dev.plimsoll.scenarios.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * How long one check must be measured to tell a change: a change of a size is told when the interval around it leaves
 * out the limit that lies so far away.
 *
 * <p>A run of length T has a variance of w / T within it, w being that of earlier runs times their lengths, and one
 * between runs that no length makes smaller. The length is the least one whose interval is shorter than the change by
 * what the estimate itself strays in {@value #FOUND} of runs. In a comparison, earlier runs have their own variance, and
 * the interval is the one that {@link BaselineComparison} will make. Less than half the length of an earlier run is not
 * planned: how seconds depend on one another is known too badly after so few.
 */
final class CheckPlan {
    private static final double FOUND = 0.99;
    private static final double LIKELY = 0.2;
    private static final double SHORTEST_SECONDS = 10;
    private static final double SHORTEST_SHARE = 0.5;
    private static final double LONGEST_SECONDS = 24 * 3600.0;
    private static final double MOST_TIMES = 256;
    private static final int ENOUGH_RUNS = 3;
    private static final int HALVINGS = 40;

    private final Subject subject;
    private final Operator operator;
    private final Level level;
    private final double planned;
    private final boolean compared;

    CheckPlan(Subject subject, Operator operator, Level level, double planned, boolean compared) {
        this.subject = subject;
        this.operator = operator;
        this.level = level;
        this.planned = planned;
        this.compared = compared;
    }

    /* What earlier runs tell. Variances are of the value in its unit, w times seconds. */
    private record Past(int runs, double value, double w, double freedomPerSecond, double shortest, double spread) {
        /* The variance of the mean of the runs that their own batches give it, if each lasted so long. */
        double within(double seconds) {
            return w / seconds / runs;
        }

        /* What the variance between runs is likely to be at most: few runs may differ by little only by chance. */
        double likely() {
            double freedom = Math.max(2, runs - 1.0);
            return spread * freedom / ChiSquaredDistribution.of(freedom).inverseCumulativeProbability(LIKELY);
        }

        /* The variance between runs that their batches do not explain. */
        double beyond(double seconds) {
            return runs > 1 ? Math.max(0, likely() - w / seconds) : 0;
        }
    }

    GatePlan.Line line(
            String expression,
            Verdict.Kind kind,
            List<RunResults> earlier,
            List<Double> changes,
            Optional<Double> allowed) {
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
            return line(expression, kind, Optional.empty(), unit, changes, problem);
        }
        if (subject.isFact()) {
            return line(expression, kind, Optional.of(mean), unit, changes, "decided as observed, after any length");
        }
        if (WindowMetrics.isRatio(subject.metric()) && mean == (operator.isUpperLimit() ? 0 : 1)) {
            double rate = samples / seconds;
            return line(expression, kind, Optional.of(mean), unit, changes, flawless(allowed, rate));
        }
        if (!known || mean == 0) {
            return line(
                    expression,
                    kind,
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
        return line(expression, kind, unit, changes, new Past(n, mean, w / n, freedom / seconds, shortest, spread));
    }

    private static String flawless(Optional<Double> allowed, double rate) {
        String none = "no request counted against it in earlier runs";
        return allowed.map(share -> none + "; it passes once " + Quantities.count((long) Math.ceil(1 / share))
                        + " requests came without one, after " + Quantities.clock(1 / share / rate))
                .orElse(none);
    }

    private static GatePlan.Line line(
            String expression,
            Verdict.Kind kind,
            Optional<Double> value,
            String unit,
            List<Double> changes,
            String note) {
        List<GatePlan.Length> none = changes.stream()
                .map(change -> new GatePlan.Length(change, Optional.empty()))
                .toList();
        return new GatePlan.Line(expression, kind, value, unit, Optional.empty(), Optional.empty(), none, note);
    }

    private GatePlan.Line line(String expression, Verdict.Kind kind, String unit, List<Double> changes, Past past) {
        double size = Math.abs(past.value());
        double beyond = Math.sqrt(Math.max(0, past.spread() - past.w() / planned));
        List<GatePlan.Length> lengths = new ArrayList<>();
        boolean never = false;
        for (double change : changes) {
            Optional<Double> seconds = seconds(past, change * size);
            never |= seconds.isEmpty();
            lengths.add(new GatePlan.Length(change, seconds));
        }
        String note = compared && past.runs() < ENOUGH_RUNS
                ? (past.runs() == 1 ? "one earlier run does" : "two earlier runs do")
                        + " not tell how much runs differ, so it may take more; promote three"
                : compared && never ? "earlier runs differ by too much for any length; promote more runs" : "";
        return new GatePlan.Line(
                expression,
                kind,
                Optional.of(past.value()),
                unit,
                Optional.of(Math.sqrt(past.w() / planned) / size),
                past.runs() > 1 ? Optional.of(beyond / size) : Optional.empty(),
                lengths,
                note);
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
        if (!compared) {
            return change >= (quantile(freedom) + strays) * Math.sqrt(own);
        }
        double within = past.within(planned);
        boolean byRuns = past.runs() >= ENOUGH_RUNS && past.spread() / past.runs() > within;
        double base = byRuns ? past.spread() / past.runs() : within;
        double baseFreedom = byRuns ? past.runs() - 1.0 : Math.max(1, past.freedomPerSecond() * planned * past.runs());
        double degrees = (own + base) * (own + base) / (own * own / freedom + base * base / baseFreedom);
        double half = quantile(degrees) * Math.sqrt(own + base);
        if (byRuns) {
            /* The comparison takes this run to differ as much as the earlier ones unless it varies more by itself. */
            half = Math.max(half, quantile(baseFreedom) * Math.sqrt(past.spread() + base));
        }
        double noise = own + (byRuns ? past.likely() / past.runs() : base) + past.beyond(planned);
        return change >= half + strays * Math.sqrt(noise);
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
