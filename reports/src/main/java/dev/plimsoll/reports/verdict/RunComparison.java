package dev.plimsoll.reports.verdict;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.measurements.Unit;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.ValueCounts;
import dev.plimsoll.reports.results.WindowMetrics;
import dev.plimsoll.reports.verdict.baseline.Change;
import dev.plimsoll.reports.verdict.baseline.Circumstances;
import dev.plimsoll.reports.verdict.baseline.Contrast;
import dev.plimsoll.reports.verdict.baseline.Holm;
import dev.plimsoll.reports.verdict.estimate.Estimate;
import dev.plimsoll.reports.verdict.estimate.Interval;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Difference;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Compares two groups of runs metric by metric, as a gate compares a run with its baseline: each change has the interval of
 * a {@link Contrast}. A difference is called one where the changes of all rows together err in at most 1 − confidence
 * ({@link Holm}). Pure.
 */
public final class RunComparison {
    private static final int FORMAT = 1;
    private static final double PERCENT = 100;
    private static final double MOST_OTHER_TOKENS = 0.1;
    private static final List<Statistic> OF_TIMES =
            List.of(Statistic.MEAN, Statistic.percentile(50), Statistic.percentile(95), Statistic.percentile(99));
    private static final Pattern FLOW = Pattern.compile("vllm\\.(ttft|itl|e2e)\\.(count|sum)");
    private static final Set<String> LEFT_OUT = Set.of("send_lag", "connect_time", "tls_time");

    private final List<ComparedRun> before;
    private final List<ComparedRun> after;
    private final double confidence;
    private final List<Measurement> measurements = new ArrayList<>();
    private boolean spreadKnown;

    private RunComparison(List<ComparedRun> before, List<ComparedRun> after, double confidence) {
        this.before = before;
        this.after = after;
        this.confidence = confidence;
    }

    /** One row while it is made. */
    private record Measurement(
            ComparedRun.Figure figure,
            List<ComparedRun.Found> before,
            List<ComparedRun.Found> after,
            Optional<Change> change,
            Optional<Change> tested) {
        double chance(boolean withAssumed) {
            return tested.map(c -> withAssumed ? c : new Change(c.value(), c.variance(), c.freedom(), 0))
                    .map(Change::chanceOfNone)
                    .orElse(Double.NaN);
        }
    }

    /**
     * Compares.
     *
     * @param before the earlier runs, one at least
     * @param after the later runs, one at least
     * @param allow what they may differ in
     * @param confidence of each interval, from 0.5 to below 1
     */
    public static Comparison compare(
            List<ComparedRun> before, List<ComparedRun> after, Set<Difference> allow, double confidence) {
        if (before.isEmpty() || after.isEmpty()) {
            throw new IllegalArgumentException("each side has a run at least");
        }
        return new RunComparison(before, after, confidence).comparison(allow);
    }

    /**
     * The limits on changes, judged as a gate judges them. One whose runs have figures alone is undecided.
     *
     * @param checks limits
     * @param before the earlier runs
     * @param after the later run
     */
    public static List<Verdict.Check> judge(
            List<BaselineCheck> checks, List<ComparedRun> before, ComparedRun after, double confidence) {
        List<RunResults> earlier =
                before.stream().flatMap(run -> run.results().stream()).toList();
        if (after.results().isEmpty() || earlier.size() < before.size()) {
            return checks.stream()
                    .map(check -> BaselineComparison.nothing(
                            check,
                            Verdict.CheckOutcome.UNDECIDED,
                            0,
                            "a file has figures alone, so there is no interval and nothing can be sure; compare files"
                                    + " with a value for each request"))
                    .toList();
        }
        return new BaselineFamily(checks, EarlierRuns.of(earlier))
                .checks(after.results().get(), confidence);
    }

    private Comparison comparison(Set<Difference> allow) {
        List<String> differences = differences(allow);
        for (ComparedRun.Figure figure : figures()) {
            measure(figure);
        }
        double alpha = 1 - confidence;
        boolean[] seen = Holm.rejected(
                measurements.stream().mapToDouble(m -> m.chance(false)).toArray(), alpha);
        boolean[] sure = Holm.rejected(
                measurements.stream().mapToDouble(m -> m.chance(true)).toArray(), alpha);
        List<Comparison.Row> rows = new ArrayList<>();
        for (int i = 0; i < seen.length; i++) {
            rows.add(row(measurements.get(i), seen[i], sure[i], differences.isEmpty()));
        }
        int family = (int) measurements.stream()
                .filter(m -> !Double.isNaN(m.chance(false)))
                .count();
        return new Comparison(
                FORMAT,
                sides(before),
                sides(after),
                differences.isEmpty(),
                differences,
                confidence,
                family,
                spreadKnown,
                rows,
                ranks(),
                notes(),
                List.of());
    }

    private static List<Comparison.Side> sides(List<ComparedRun> runs) {
        return runs.stream()
                .map(run -> new Comparison.Side(run.name(), run.tool()))
                .toList();
    }

    private List<String> differences(Set<Difference> allow) {
        Set<String> found = new LinkedHashSet<>();
        ComparedRun first = before.getFirst();
        List<ComparedRun> others = new ArrayList<>(before.subList(1, before.size()));
        others.addAll(after);
        unfit(first, found);
        for (ComparedRun run : others) {
            unfit(run, found);
            answers(first, run).ifPresent(found::add);
            List<Circumstances.Mismatch> mismatches = run.circumstances().differences(first.circumstances(), allow);
            if (!mismatches.isEmpty()) {
                found.add(Circumstances.sentence(mismatches, "--allow %s"));
            }
        }
        return List.copyOf(found);
    }

    /* Where nothing tells of the loads, answers of another length do. Prompts are counted in too many ways to tell. */
    private Optional<String> answers(ComparedRun first, ComparedRun run) {
        if (run.circumstances().knowsLoadOf(first.circumstances())) {
            return Optional.empty();
        }
        ComparedRun.Figure figure = new ComparedRun.Figure(Metrics.OUTPUT_TOKENS, Optional.of(Statistic.MEAN));
        Optional<Double> before =
                first.find(figure, confidence).map(f -> f.estimate().value());
        Optional<Double> after =
                run.find(figure, confidence).map(f -> f.estimate().value());
        boolean other = before.isPresent()
                && after.isPresent()
                && Math.abs(after.get() - before.get()) > MOST_OTHER_TOKENS * before.get();
        return other
                ? Optional.of("the loads were not the same: " + Wording.value(before.get(), Unit.TOKENS)
                        + " an answer, now " + Wording.value(after.get(), Unit.TOKENS))
                : Optional.empty();
    }

    private static void unfit(ComparedRun run, Set<String> found) {
        run.circumstances()
                .unfit()
                .forEach(reason -> found.add("the generator of " + run.name() + " was not fit: " + reason));
    }

    /* What any run has, in the order of the catalogue. */
    private List<ComparedRun.Figure> figures() {
        List<ComparedRun> all = new ArrayList<>(before);
        all.addAll(after);
        List<ComparedRun.Figure> figures = new ArrayList<>();
        for (Metric metric : metrics(all)) {
            switch (metric.kind()) {
                case WINDOW -> figures.add(new ComparedRun.Figure(metric, Optional.empty()));
                case NODE -> figures.add(new ComparedRun.Figure(metric, Optional.of(Statistic.MEAN)));
                case REQUEST -> {
                    List<Statistic> statistics =
                            metric.unit() == Unit.MILLISECONDS ? OF_TIMES : List.of(Statistic.MEAN);
                    statistics.forEach(s -> figures.add(new ComparedRun.Figure(metric, Optional.of(s))));
                }
            }
        }
        return figures;
    }

    /* The catalogue, and what probes brought along; what a server counts in an interval is for other comparisons. */
    private static Set<Metric> metrics(List<ComparedRun> runs) {
        Set<Metric> known = new LinkedHashSet<>(Metrics.all());
        for (ComparedRun run : runs) {
            run.results()
                    .ifPresent(results -> results.nodes()
                            .forEach(node -> results.series(node).keySet().stream()
                                    .filter(name -> Metrics.find(name).isEmpty())
                                    .sorted()
                                    .forEach(name -> known.add(Metrics.custom(name)))));
        }
        Set<Metric> found = new LinkedHashSet<>();
        for (Metric metric : known) {
            boolean leftOut = LEFT_OUT.contains(metric.name())
                    || metric.name().startsWith("generator.")
                    || FLOW.matcher(metric.name()).matches();
            if (!leftOut && runs.stream().anyMatch(run -> has(run, metric))) {
                found.add(metric);
            }
        }
        return found;
    }

    private static boolean has(ComparedRun run, Metric metric) {
        boolean point = run.points().keySet().stream().anyMatch(f -> f.metric().equals(metric));
        return point
                || run.resultsOf(metric)
                        .map(results -> switch (metric.kind()) {
                            case REQUEST ->
                                results.total(Optional.empty())
                                                .values(Optional.empty(), metric)
                                                .total()
                                        > 0;
                            case WINDOW -> hasWindow(results, metric);
                            case NODE ->
                                results.nodes().stream()
                                        .anyMatch(node -> results.series(node).containsKey(metric.name()));
                        })
                        .orElse(false);
    }

    /* Plain HTTP has no tokens, which is not 0 of them. */
    private static boolean hasWindow(RunResults results, Metric metric) {
        RequestCounts counts = results.total(Optional.empty()).counts(Optional.empty());
        boolean ofTokens = metric.equals(Metrics.OUTPUT_THROUGHPUT) || metric.equals(Metrics.TOTAL_THROUGHPUT);
        return counts.scheduled() > 0 && (!ofTokens || WindowMetrics.numerator(metric, counts) > 0);
    }

    private void measure(ComparedRun.Figure figure) {
        List<ComparedRun.Found> first = found(before, figure);
        List<ComparedRun.Found> second = found(after, figure);
        boolean whole = first.size() == before.size() && second.size() == after.size();
        if (first.isEmpty() && second.isEmpty()) {
            return;
        }
        Optional<Change> change = Optional.empty();
        Optional<Change> tested = Optional.empty();
        if (whole) {
            Contrast contrast = Contrast.of(estimates(first), estimates(second));
            spreadKnown |= contrast.spreadKnown();
            boolean fromZero = contrast.before().value() == 0;
            change = fromZero ? Optional.empty() : Optional.of(contrast.relative());
            /* Of 0 no share can be told, but that errors came up can. */
            tested = fromZero ? Optional.of(contrast.absolute()) : change;
        }
        measurements.add(
                new Measurement(figure, first.size() == before.size() ? first : List.of(), second, change, tested));
    }

    private List<ComparedRun.Found> found(List<ComparedRun> runs, ComparedRun.Figure figure) {
        return runs.stream()
                .flatMap(run -> run.find(figure, confidence).stream())
                .toList();
    }

    private static List<Estimate> estimates(List<ComparedRun.Found> found) {
        return found.stream().map(ComparedRun.Found::estimate).toList();
    }

    private Comparison.Row row(Measurement one, boolean seen, boolean sure, boolean comparable) {
        Metric metric = one.figure().metric();
        Optional<Double> first = mean(one.before());
        Optional<Double> second = mean(one.after());
        boolean bothThere = first.isPresent() && second.isPresent();
        Interval interval = one.change().map(c -> c.interval(confidence)).orElse(Interval.UNKNOWN);
        boolean bothZero = bothThere && first.get() == 0 && second.get() == 0;
        Comparison.Word word;
        if (!bothThere || !comparable) {
            word = Comparison.Word.NOT_COMPARABLE;
        } else if (bothZero) {
            word = Comparison.Word.NO_DIFFERENCE_SEEN;
        } else if (Double.isNaN(one.chance(false))) {
            word = Comparison.Word.NO_INTERVAL;
        } else {
            word = seen ? direction(metric, second.get() > first.get()) : Comparison.Word.NO_DIFFERENCE_SEEN;
        }
        return new Comparison.Row(
                metric.name(),
                one.figure().statistic().map(Statistic::toString),
                metric.unit().symbol(),
                first,
                count(one.before()),
                second,
                count(one.after()),
                one.change().map(c -> c.value() * PERCENT),
                interval.low().map(end -> end * PERCENT),
                interval.high().map(end -> end * PERCENT),
                word,
                seen && sure && comparable,
                caution(metric, first, second));
    }

    private static Comparison.Word direction(Metric metric, boolean grew) {
        boolean rate = metric.unit() == Unit.PER_SECOND && metric.kind() == Metric.Kind.WINDOW;
        boolean time = metric.unit() == Unit.MILLISECONDS;
        boolean asked = metric.equals(Metrics.OFFERED_RATE) || metric.equals(Metrics.SENT_RATE);
        if (time || (rate && !asked)) {
            return time == grew ? Comparison.Word.SLOWER : Comparison.Word.FASTER;
        }
        return grew ? Comparison.Word.HIGHER : Comparison.Word.LOWER;
    }

    private String caution(Metric metric, Optional<Double> first, Optional<Double> second) {
        if (first.isEmpty() || second.isEmpty()) {
            return "only the " + (first.isEmpty() ? "later" : "earlier") + " side has it";
        }
        Set<String> tools = new LinkedHashSet<>();
        Set<String> cautions = new LinkedHashSet<>();
        for (List<ComparedRun> side : List.of(before, after)) {
            for (ComparedRun run : side) {
                String caution = run.cautions().getOrDefault(metric.name(), "");
                tools.add(caution);
                if (!caution.isEmpty()) {
                    cautions.add(caution);
                }
            }
        }
        return tools.size() > 1 ? String.join("; ", cautions) : "";
    }

    private static Optional<Double> mean(List<ComparedRun.Found> found) {
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(found.stream()
                        .mapToDouble(f -> f.estimate().value())
                        .average()
                        .orElseThrow());
    }

    private static long count(List<ComparedRun.Found> found) {
        return found.stream().mapToLong(ComparedRun.Found::count).sum();
    }

    private List<Comparison.Rank> ranks() {
        List<Comparison.Rank> ranks = new ArrayList<>();
        for (Metric metric : List.of(
                Metrics.LATENCY, Metrics.SERVICE_TIME, Metrics.TTFT, Metrics.TTFT_SERVICE, Metrics.TPOT, Metrics.ITL)) {
            ValueCounts first = values(before, metric);
            ValueCounts second = values(after, metric);
            if (first.total() > 0 && second.total() > 0) {
                ranks.add(new Comparison.Rank(metric.name(), first.delta(second)));
            }
        }
        return ranks;
    }

    private static ValueCounts values(List<ComparedRun> runs, Metric metric) {
        ValueCounts sum = ValueCounts.NONE;
        for (ComparedRun run : runs) {
            if (run.results().isPresent()) {
                sum = sum.plus(run.results().get().total(Optional.empty()).values(Optional.empty(), metric));
            }
        }
        return sum;
    }

    private List<String> notes() {
        Set<String> notes = new LinkedHashSet<>();
        List<ComparedRun> all = new ArrayList<>(before);
        all.addAll(after);
        all.forEach(run -> run.notes().forEach(note -> notes.add(run.name() + ": " + note)));
        for (ComparedRun run : all.subList(1, all.size())) {
            List<String> unknown = new ArrayList<>();
            if (!run.circumstances().knowsLoadOf(before.getFirst().circumstances())) {
                unknown.add("the settings of the load");
            }
            run.circumstances().unknown(before.getFirst().circumstances()).forEach(one -> unknown.add(one.what()));
            if (!unknown.isEmpty()) {
                notes.add("not told by both " + before.getFirst().name() + " and " + run.name()
                        + ", so taken as the same: " + String.join(", ", unknown));
            }
        }
        if (all.stream().anyMatch(run -> run.results().isEmpty()) && all.size() <= 2) {
            notes.add("where a file has figures alone, there is no interval: whether such a change is more than chance"
                    + " cannot be told");
        }
        return List.copyOf(notes);
    }
}
