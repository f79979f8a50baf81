package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.results.GeneratorFitness;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.verdict.estimate.Subject;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Threshold;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges a run by its gate. Pure: the same evidence gives the same verdict.
 *
 * <p>A failed smoke test, threshold or comparison is ROLLBACK; failing that, anything that is doubtful, missing or
 * undecided is INCONCLUSIVE; what is left is PROMOTE.
 *
 * <p>A failure counts only where nothing but the target can have caused it:
 * <ul>
 *   <li>When the generator was not fit, failures of upper limits on nodes count, and of {@code errors.ratio} by answers
 *       in which the target said that it failed. All others are doubts.
 *   <li>An incomplete measurement never promotes; it still rolls back on what is sure. Where a run was interrupted or
 *       lost an agent, those same failures count, and those of upper limits on ended requests: what had not ended would
 *       have made them worse. Rates, which lack what is missing, other errors, which may be requests that were broken
 *       off, and changes from a baseline, whose load was another one, do not. Nor does {@code on_undecided: rollback}
 *       apply, for more of the run would have decided.
 * </ul>
 *
 * <p>Reasons come in the order of their weight: failures, then doubts about the measurement and checks without data,
 * then undecided checks. The confidence is that of each check, not of all together; but comparisons with the baseline
 * roll back only where all of them together are as sure ({@link BaselineFamily}).
 */
public final class Judge {
    private static final int FORMAT = 1;

    private final Gate gate;

    /** By that gate. */
    public Judge(Gate gate) {
        this.gate = gate;
    }

    /** The verdict at the end of a run, or of what there is of it. */
    public Verdict judge(Evidence evidence) {
        RunResults results = evidence.results();
        List<Judged> checks = new ArrayList<>();
        smoke(evidence).ifPresent(checks::add);
        boolean broken = checks.stream().anyMatch(c -> c.is(Verdict.CheckOutcome.FAIL));
        FinalLook look = new FinalLook(gate, evidence.watched());
        for (Threshold threshold : gate.thresholds()) {
            checks.add(look.judge(
                    Verdict.Kind.THRESHOLD,
                    threshold.expression(),
                    level -> new ThresholdCheck(threshold, level).judge(results)));
        }
        List<String> notes = baseline(evidence, look, checks);
        GeneratorFitness fitness = GeneratorFitness.of(results, GeneratorFitness.Limits.of(gate));
        boolean incomplete = !evidence.incomplete().isEmpty() || fitness.lostAgents() > 0;
        Reasons reasons = new Reasons();
        for (Judged judged : checks) {
            boolean counts =
                    (!fitness.distorts() || judged.standsUnfit()) && (!incomplete || judged.standsIncomplete());
            boolean promoted = gate.onUndecided() == Gate.OnUndecided.PROMOTE && judged.keeps();
            reasons.add(judged, counts, promoted);
        }
        reasons.open.addAll(0, fitness.findings());
        reasons.open.addAll(0, evidence.incomplete());
        for (String finding : fitness.findings()) {
            checks.add(Judged.of(
                    plain("generator", Verdict.Kind.GENERATOR, Verdict.CheckOutcome.UNDECIDED, finding), false));
        }
        boolean strict = gate.onUndecided() == Gate.OnUndecided.ROLLBACK && fitness.fit() && !incomplete;
        Verdict.Outcome outcome = reasons.outcome(strict);
        List<String> told = broken ? new ArrayList<>(reasons.failures) : reasons.inOrder(strict);
        if (outcome == Verdict.Outcome.PROMOTE) {
            told.add(kept(checks));
        } else if (told.isEmpty()) {
            told.add("nothing was checked");
        }
        told.addAll(notes);
        evidence.watched()
                .filter(one -> one.ending() == Ending.DECIDED || one.ending() == Ending.AT_LONGEST)
                .ifPresent(one -> told.add(one.sentence()));
        return new Verdict(
                FORMAT,
                results.run(),
                outcome,
                told,
                checks.stream().map(Judged::check).toList(),
                evidence.watched());
    }

    /* What speaks against a promotion, by weight. */
    private static final class Reasons {
        private final List<String> failures = new ArrayList<>();
        private final List<String> open = new ArrayList<>();
        private final List<String> undecided = new ArrayList<>();
        private boolean checked;

        void add(Judged judged, boolean counts, boolean promoted) {
            String sentence = judged.check().sentence();
            checked = true;
            if (judged.is(Verdict.CheckOutcome.FAIL)) {
                (counts ? failures : open).add(sentence);
            } else if (judged.is(Verdict.CheckOutcome.NO_DATA)) {
                open.add(sentence);
            } else if (judged.is(Verdict.CheckOutcome.UNDECIDED) && !promoted) {
                undecided.add(sentence);
            }
        }

        Verdict.Outcome outcome(boolean strict) {
            if (!failures.isEmpty() || (strict && !undecided.isEmpty())) {
                return Verdict.Outcome.ROLLBACK;
            }
            return checked && open.isEmpty() && undecided.isEmpty()
                    ? Verdict.Outcome.PROMOTE
                    : Verdict.Outcome.INCONCLUSIVE;
        }

        List<String> inOrder(boolean strict) {
            List<String> all = new ArrayList<>(failures);
            all.addAll(strict ? undecided : open);
            all.addAll(strict ? open : undecided);
            return all;
        }
    }

    private static String kept(List<Judged> checks) {
        long undecided = checks.stream()
                .filter(c -> c.is(Verdict.CheckOutcome.UNDECIDED))
                .count();
        String all = checks.size() == 1
                ? "the only check keeps its limit"
                : "all " + checks.size() + " checks keep their limits";
        return undecided == 0 ? all : all + ", " + undecided + " of them by the estimate alone (on_undecided: promote)";
    }

    private Optional<Judged> smoke(Evidence evidence) {
        if (evidence.smoke().isPresent()) {
            return Optional.of(new Judged(evidence.smoke().get(), true, true, false));
        }
        return gate.smoke()
                .map(smoke -> Judged.of(
                        plain(
                                "smoke",
                                Verdict.Kind.SMOKE,
                                Verdict.CheckOutcome.NO_DATA,
                                "the smoke test was not reached; run the gate again"),
                        false));
    }

    private List<String> baseline(Evidence evidence, FinalLook look, List<Judged> checks) {
        if (gate.baseline().isEmpty()) {
            return List.of();
        }
        Gate.Baseline baseline = gate.baseline().get();
        String problem = evidence.baselineProblem().isBlank()
                ? "there is no baseline to compare with"
                : evidence.baselineProblem();
        if (evidence.baseline().isEmpty() && !baseline.required()) {
            return List.of("not compared with a baseline: " + problem);
        }
        if (evidence.baseline().isEmpty()) {
            for (BaselineCheck check : baseline.checks()) {
                checks.add(
                        Judged.of(BaselineComparison.nothing(check, Verdict.CheckOutcome.NO_DATA, 0, problem), false));
            }
            return List.of();
        }
        BaselineFamily.Look comparisons =
                new BaselineFamily(baseline.checks(), evidence.baseline()).look(evidence.results());
        for (int i = 0; i < baseline.checks().size(); i++) {
            int index = i;
            checks.add(look.judge(
                    Verdict.Kind.BASELINE,
                    baseline.checks().get(i).expression(),
                    level -> comparisons.judge(index, level)));
        }
        return evidence.baselineNotes();
    }

    /**
     * Expressions of thresholds whose estimate breaks the limit by what was measured so far, surely or not. Requests
     * under way are taken to end well.
     */
    public List<String> atRisk(RunResults soFar) {
        List<String> found = new ArrayList<>();
        for (Threshold threshold : gate.thresholds()) {
            Optional<Double> value = new ThresholdCheck(threshold, gate.confidence())
                    .find(soFar)
                    .measured()
                    .value();
            if (value.isPresent()) {
                double best = threshold.operator().isUpperLimit()
                        ? value.get()
                        : Subject.of(threshold).withInFlight(soFar, value.get());
                if (!threshold.operator().holds(best, threshold.limit())) {
                    found.add(threshold.expression());
                }
            }
        }
        return found;
    }

    /**
     * Why the run cannot be promoted any more whatever comes, while it still goes on: a threshold that is surely broken,
     * by the target and not by an unfit generator. Looking again and again does not raise the error rate above the
     * gate's.
     */
    public Optional<String> hopeless(RunResults soFar) {
        return new Watch(gate, Optional.empty(), EarlierRuns.NONE).broken(soFar).map(Verdict.Check::sentence);
    }

    private static Verdict.Check plain(String name, Verdict.Kind kind, Verdict.CheckOutcome outcome, String sentence) {
        return new Verdict.Check(
                name,
                kind,
                outcome,
                Optional.empty(),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                sentence);
    }
}
