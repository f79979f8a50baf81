package dev.plimsoll.reports.verdict;

import static java.util.Objects.requireNonNull;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.reports.quantities.Quantities;
import dev.plimsoll.reports.results.GeneratorFitness;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.Stratum;
import dev.plimsoll.reports.verdict.estimate.Level;
import dev.plimsoll.reports.verdict.estimate.Subject;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.OpenEnd;
import dev.plimsoll.scenarios.Operator;
import dev.plimsoll.scenarios.Threshold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A gate that watches its run while the load goes on, and says when to end it.
 *
 * <p>Every look is one of a confidence sequence, so that looking after each second errs no more often than looking once
 * ({@link Purses} divides what may err). The load ends before its time when a limit is surely broken, and with
 * {@code gate.stop_when_decided} also when every check is surely kept; with {@code gate.extend_until} it goes on after its
 * time while a check is undecided that more load could settle.
 *
 * <p>Comparisons with a baseline are looked at a few times only, at thirds of the planned length or sixths of the
 * longest, and what these looks may err is divided among them (Bonferroni): earlier runs are few, and the tails of
 * Student's t grow faster than what many looks would gain.
 *
 * <p>A look decides only when to end; the verdict is made of what was measured when all requests have ended.
 * Requests under way are slower than those that ended, so an upper limit on requests is not taken for kept while more
 * than {@value #MOST_UNDER_WAY} of them are under way. Not thread-safe.
 */
public final class Watch {
    private static final double MOST_UNDER_WAY = 0.1;
    private static final double LEAD_SECONDS = 2;
    private static final int THIRDS = 3;
    private static final int SIXTHS = 6;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Gate gate;
    private final Optional<OpenEnd> end;
    private final BaselineFamily family;
    private final Purses purses;
    private final List<Item> items = new ArrayList<>();
    private final Map<Item, Watched.Decision> decided = new LinkedHashMap<>();
    private Optional<BaselineFamily.Look> comparisons = Optional.empty();
    private Optional<Boolean> fit = Optional.empty();
    private double written;
    private int looks;
    private int compared;
    private boolean plannedLooked;
    private Optional<Advice> last = Optional.empty();

    /**
     * A watch that has not looked yet.
     *
     * @param gate the limits
     * @param end the end that the gate may move; absent: only a broken limit ends the load early
     * @param baseline earlier runs to compare with; empty when there are none
     */
    public Watch(Gate gate, Optional<OpenEnd> end, EarlierRuns baseline) {
        this.gate = requireNonNull(gate, "gate");
        this.end = requireNonNull(end, "end");
        purses = Purses.of(gate, end);
        for (Threshold threshold : gate.thresholds()) {
            items.add(new Item(
                    Verdict.Kind.THRESHOLD,
                    threshold.expression(),
                    Subject.of(threshold),
                    threshold.operator(),
                    results -> level -> new ThresholdCheck(threshold, level).judge(results)));
        }
        List<BaselineCheck> checks = gate.baseline().map(Gate.Baseline::checks).orElse(List.of());
        family = new BaselineFamily(checks, baseline);
        if (!baseline.isEmpty()) {
            for (int i = 0; i < checks.size(); i++) {
                int index = i;
                items.add(new Item(
                        Verdict.Kind.BASELINE,
                        checks.get(i).expression(),
                        Subject.of(checks.get(i)),
                        checks.get(i).operator(),
                        results -> level -> comparisons(results).judge(index, level)));
            }
        }
    }

    /* Results grow between looks, and stay during one. */
    private BaselineFamily.Look comparisons(RunResults results) {
        if (comparisons.isEmpty()) {
            comparisons = Optional.of(family.look(results));
        }
        return comparisons.get();
    }

    /* A check; compared by identity, for two may be written alike. */
    private static final class Item {
        private final Verdict.Kind kind;
        private final String expression;
        private final Subject subject;
        private final Operator operator;
        private final Function<RunResults, Function<Level, Judged>> judging;

        Item(
                Verdict.Kind kind,
                String expression,
                Subject subject,
                Operator operator,
                Function<RunResults, Function<Level, Judged>> judging) {
            this.kind = kind;
            this.expression = expression;
            this.subject = subject;
            this.operator = operator;
            this.judging = judging;
        }
    }

    /** What to do about the load. */
    public enum Step {
        /** End it now: a limit is surely broken. */
        STOP,
        /** End it as soon as can be: there is nothing left to decide. */
        END,
        /** End the phase at its planned length. */
        END_AS_PLANNED,
        /** Let it go on beyond its planned length. */
        EXTEND
    }

    /**
     * Advice after a look.
     *
     * @param step what to do
     * @param sentence why
     */
    public record Advice(Step step, String sentence) {
        /** Checks the components. */
        public Advice {
            requireNonNull(step, "step");
            requireNonNull(sentence, "sentence");
        }
    }

    /** Looks once; says what to do when that is something new. */
    public Optional<Advice> look(RunResults soFar) {
        if (last.filter(advice -> advice.step() != Step.EXTEND).isPresent()) {
            return Optional.empty();
        }
        looks++;
        written = Math.max(written, written(soFar));
        comparisons = Optional.empty();
        fit = Optional.empty();
        if (gate.abortWhenHopeless() || gate.stopWhenDecided()) {
            Optional<Verdict.Check> broken = broken(soFar);
            if (broken.isPresent()) {
                return advise(Step.STOP, broken.get().sentence());
            }
        }
        double seconds = end.isPresent() ? measured(soFar) : 0;
        if (end.isEmpty() || seconds < firstLook()) {
            return Optional.empty();
        }
        Optional<Advice> advice = atPlannedEnd(soFar, seconds);
        return advice.isPresent() || last.isEmpty() && !gate.stopWhenDecided() ? advice : onTheWay(soFar, seconds);
    }

    private Optional<Advice> advise(Step step, String sentence) {
        last = Optional.of(new Advice(step, sentence));
        return last;
    }

    private double firstLook() {
        return Math.min(EarlyStop.FIRST_LOOK, Math.max(1, planned() - LEAD_SECONDS));
    }

    private double planned() {
        return seconds(end.orElseThrow().planned());
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS_PER_SECOND;
    }

    private double measured(RunResults soFar) {
        String phase = end.orElseThrow().phase();
        return soFar.strata(Optional.of(phase)).stream()
                .mapToDouble(Stratum::measuredSeconds)
                .sum();
    }

    /** A threshold that is surely broken, by the target and not by an unfit generator. */
    Optional<Verdict.Check> broken(RunResults soFar) {
        boolean fit = gate.thresholds().isEmpty() || isFit(soFar);
        double alpha = (1 - purses.promised()) / Math.max(1, items.size());
        for (int i = 0; i < gate.thresholds().size(); i++) {
            Optional<Verdict.Check> broken = new EarlyStop(gate.thresholds().get(i), alpha).hopeless(soFar, fit);
            if (broken.isPresent()) {
                double seconds = end.isPresent()
                        ? measured(soFar)
                        : soFar.total(Optional.empty()).seconds();
                decide(items.get(i), broken.get(), Verdict.CheckOutcome.FAIL, seconds);
                return broken;
            }
        }
        return Optional.empty();
    }

    /* Looked at once a look at most, for it takes longer than most checks. */
    private boolean isFit(RunResults soFar) {
        if (fit.isEmpty()) {
            fit = Optional.of(
                    GeneratorFitness.of(soFar, GeneratorFitness.Limits.of(gate)).fit());
        }
        return fit.get();
    }

    private void decide(Item item, Verdict.Check check, Verdict.CheckOutcome outcome, double seconds) {
        decided.putIfAbsent(
                item,
                new Watched.Decision(
                        item.expression,
                        item.kind,
                        outcome,
                        looks,
                        seconds,
                        check.confidence().orElse(1.0),
                        check));
    }

    /** The look at the planned end, shortly before it, so that the load ends on time when all is decided. */
    private Optional<Advice> atPlannedEnd(RunResults soFar, double seconds) {
        if (plannedLooked || !end.orElseThrow().isExtendable() || seconds < planned() - LEAD_SECONDS) {
            return Optional.empty();
        }
        plannedLooked = true;
        List<String> open = new ArrayList<>();
        boolean failed = false;
        for (Item item : items) {
            Judged judged = item.judging.apply(soFar).apply(purses.planned(item.kind));
            if (judged.is(Verdict.CheckOutcome.PASS) || judged.is(Verdict.CheckOutcome.FAIL)) {
                decide(item, judged.check(), judged.check().outcome(), seconds);
                failed |= judged.is(Verdict.CheckOutcome.FAIL) && isFit(soFar);
            } else if (isSettledByLoad(item, judged, soFar)) {
                open.add(item.expression);
            }
        }
        if (failed || open.isEmpty()) {
            return advise(Step.END_AS_PLANNED, "it lasted as planned");
        }
        return advise(
                Step.EXTEND,
                "the load goes on after its planned " + clock(planned()) + ", for up to "
                        + clock(seconds(end.get().longest())) + " in all, to decide: " + String.join("; ", open));
    }

    private Optional<Advice> onTheWay(RunResults soFar, double seconds) {
        boolean comparing = isTimeToCompare(seconds);
        int open = 0;
        for (Item item : items) {
            if (decided.containsKey(item)) {
                continue;
            }
            if (item.kind == Verdict.Kind.BASELINE && !comparing) {
                open++;
                continue;
            }
            Level level = item.kind == Verdict.Kind.BASELINE ? purses.oneOf(parts() - 1) : purses.look(seconds);
            Judged judged = item.judging.apply(soFar).apply(level);
            boolean tells = tellsOfTheEnd(item, soFar);
            if (judged.is(Verdict.CheckOutcome.PASS) && tells && isWhole(item, soFar)) {
                decide(item, judged.check(), Verdict.CheckOutcome.PASS, seconds);
            } else if (judged.is(Verdict.CheckOutcome.FAIL) && tells && isOfRequests(item) && isFit(soFar)) {
                decide(item, judged.check(), Verdict.CheckOutcome.FAIL, seconds);
                return advise(Step.STOP, judged.check().sentence());
            } else if (last.isEmpty() || isSettledByLoad(item, judged, soFar)) {
                open++;
            }
        }
        if (open > 0 || items.isEmpty() || !isFit(soFar)) {
            return Optional.empty();
        }
        String all = items.size() == 1 ? "the only check is" : "all " + items.size() + " checks are";
        return advise(
                Step.END,
                last.isEmpty() ? all + " surely kept" : "what the planned length had left undecided is decided");
    }

    private int parts() {
        return end.orElseThrow().isExtendable() ? SIXTHS : THIRDS;
    }

    /* Each part of the length is over once; told a second before, so that the load can end with the part. */
    private boolean isTimeToCompare(double seconds) {
        int over = (int) (parts() * (seconds + 1) / seconds(end.orElseThrow().longest()));
        boolean now = over > compared && over < parts();
        compared = Math.max(compared, over);
        return now;
    }

    /* A lower limit on a rate may look broken while the first answers are under way. */
    private static boolean isOfRequests(Item item) {
        return item.subject.metric().kind() == Metric.Kind.REQUEST;
    }

    private static boolean isWhole(Item item, RunResults soFar) {
        if (item.subject.metric().kind() == Metric.Kind.NODE || !item.operator.isUpperLimit()) {
            return true;
        }
        RequestCounts counts = soFar.total(item.subject.phase()).counts(item.subject.on());
        long underWay = counts.scheduled() - counts.succeeded() - counts.failed();
        return underWay <= MOST_UNDER_WAY * counts.scheduled();
    }

    private boolean tellsOfTheEnd(Item item, RunResults soFar) {
        List<PhaseWindow> windows = soFar.windows(item.subject.phase());
        return !item.subject.isFact()
                && windows.size() == 1
                && windows.getFirst().steady()
                && windows.getFirst().phase().equals(end.orElseThrow().phase());
    }

    private boolean isSettledByLoad(Item item, Judged judged, RunResults soFar) {
        return judged.is(Verdict.CheckOutcome.UNDECIDED)
                && judged.byLoad()
                && !decided.containsKey(item)
                && tellsOfTheEnd(item, soFar);
    }

    /**
     * What became of it, once the run is over.
     *
     * @param results everything that was measured
     * @param whole whether the load went to the end that it was given
     */
    public Watched finish(RunResults results, boolean whole) {
        String phase = phase(results);
        double seconds = results.strata(Optional.of(phase)).stream()
                .mapToDouble(Stratum::measuredSeconds)
                .sum();
        double length = Math.max(written, written(results));
        double planned = end.map(one -> seconds(one.planned())).orElse(Math.max(length, seconds));
        double longest = end.map(one -> seconds(one.longest())).orElse(planned);
        Ending ending = ending(whole);
        List<Watched.Decision> decisions =
                items.stream().filter(decided::containsKey).map(decided::get).toList();
        return new Watched(
                phase, planned, longest, seconds, looks, ending, sentence(ending, phase, seconds), decisions);
    }

    private String phase(RunResults results) {
        List<PhaseWindow> measured = results.windows(Optional.empty());
        return end.map(OpenEnd::phase)
                .orElseGet(() -> measured.isEmpty() ? "" : measured.getLast().phase());
    }

    /* How long the last measured phase is to last; a leg that is stopped is cut off, so this is asked before. */
    private double written(RunResults results) {
        return results.windows(Optional.of(phase(results))).stream()
                .mapToDouble(PhaseWindow::seconds)
                .sum();
    }

    private Ending ending(boolean whole) {
        Optional<Step> step = last.map(Advice::step);
        if (step.filter(Step.STOP::equals).isPresent()) {
            return Ending.BROKEN;
        }
        if (!whole) {
            return Ending.BROKEN_OFF;
        }
        if (step.filter(Step.END::equals).isPresent()) {
            return Ending.DECIDED;
        }
        return step.filter(Step.EXTEND::equals).isPresent() ? Ending.AT_LONGEST : Ending.AS_PLANNED;
    }

    private String sentence(Ending ending, String phase, double seconds) {
        String where = "phase " + phase + " ended after " + clock(seconds);
        String why = last.map(Advice::sentence).orElse("");
        return switch (ending) {
            case AS_PLANNED -> where + ", as planned";
            case AT_LONGEST -> where + ", the longest that gate.extend_until allows; planned were " + clock(planned());
            case DECIDED -> where + " instead of " + clock(planned()) + ", for " + why;
            case BROKEN -> "the load ended after " + clock(seconds) + " of phase " + phase + ", for a limit was broken";
            case BROKEN_OFF -> "the load broke off after " + clock(seconds) + " of phase " + phase;
        };
    }

    private static String clock(double seconds) {
        return Quantities.clock(seconds);
    }
}
