package dev.plimsoll.reports.verdict;

import dev.plimsoll.reports.results.GeneratorFitness;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.scenarios.BaselineCheck;
import dev.plimsoll.scenarios.Gate;
import dev.plimsoll.scenarios.Threshold;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges a run by its gate. Pure: the same evidence gives the same verdict.
 *
 * <p>A failed smoke test, threshold or comparison is ROLLBACK. When the generator was not fit, only failures that it
 * cannot have caused are: of nodes, and of answers by which the target said that it failed. An incomplete run does not
 * excuse a failure, for what was measured was measured; it is never PROMOTE. The confidence is that of each check, not of
 * all together.
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
        List<Judged> checks = new ArrayList<>();
        List<String> doubts = new ArrayList<>(evidence.incomplete());
        smoke(evidence, checks);
        boolean loaded = !checks.stream().anyMatch(c -> c.is(Verdict.CheckOutcome.FAIL));
        for (Threshold threshold : gate.thresholds()) {
            checks.add(new ThresholdCheck(threshold, gate.confidence()).judge(evidence.results()));
        }
        List<String> notes = baseline(evidence, checks);
        GeneratorFitness fitness = GeneratorFitness.of(evidence.results(), GeneratorFitness.Limits.of(gate));
        for (String finding : fitness.findings()) {
            checks.add(new Judged(
                    plain("generator", Verdict.Kind.GENERATOR, Verdict.CheckOutcome.UNDECIDED, finding), false, false));
        }
        if (loaded) {
            doubts.addAll(0, fitness.findings());
        }
        return verdict(evidence, checks, doubts, notes, fitness.fit());
    }

    private Verdict verdict(
            Evidence evidence, List<Judged> checks, List<String> doubts, List<String> notes, boolean fit) {
        List<String> failures = new ArrayList<>();
        List<String> open = new ArrayList<>(doubts);
        List<String> undecided = new ArrayList<>();
        for (Judged judged : checks) {
            Verdict.Check check = judged.check();
            boolean promoted = gate.onUndecided() == Gate.OnUndecided.PROMOTE && judged.keeps();
            if (check.kind() == Verdict.Kind.GENERATOR || judged.is(Verdict.CheckOutcome.PASS)) {
                continue;
            }
            if (judged.is(Verdict.CheckOutcome.FAIL)) {
                (fit || judged.sure() ? failures : open).add(check.sentence());
            } else if (judged.is(Verdict.CheckOutcome.NO_DATA)) {
                open.add(check.sentence());
            } else if (!promoted) {
                undecided.add(check.sentence());
            }
        }
        List<String> reasons = new ArrayList<>(failures);
        boolean undecidedFails = fit && gate.onUndecided() == Gate.OnUndecided.ROLLBACK && !undecided.isEmpty();
        reasons.addAll(undecidedFails ? undecided : open);
        reasons.addAll(undecidedFails ? open : undecided);
        Verdict.Outcome outcome;
        if (!failures.isEmpty() || undecidedFails) {
            outcome = Verdict.Outcome.ROLLBACK;
        } else if (!reasons.isEmpty() || checks.isEmpty()) {
            outcome = Verdict.Outcome.INCONCLUSIVE;
        } else {
            outcome = Verdict.Outcome.PROMOTE;
        }
        if (reasons.isEmpty()) {
            reasons.add(
                    checks.isEmpty() ? "nothing was checked" : "all " + checks.size() + " checks keep their limits");
        }
        reasons.addAll(notes);
        return new Verdict(
                FORMAT,
                evidence.results().run(),
                outcome,
                reasons,
                checks.stream().map(Judged::check).toList());
    }

    private void smoke(Evidence evidence, List<Judged> checks) {
        if (evidence.smoke().isPresent()) {
            checks.add(new Judged(evidence.smoke().get(), true, false));
        } else if (gate.smoke().isPresent()) {
            checks.add(new Judged(
                    plain(
                            "smoke",
                            Verdict.Kind.SMOKE,
                            Verdict.CheckOutcome.NO_DATA,
                            "the smoke test was not reached; run the gate again"),
                    false,
                    false));
        }
    }

    private List<String> baseline(Evidence evidence, List<Judged> checks) {
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
        for (BaselineCheck check : baseline.checks()) {
            checks.add(
                    evidence.baseline().isEmpty()
                            ? new Judged(
                                    BaselineComparison.nothing(check, Verdict.CheckOutcome.NO_DATA, 0, problem),
                                    false,
                                    false)
                            : new BaselineComparison(check, gate.confidence())
                                    .judge(evidence.results(), evidence.baseline()));
        }
        return List.of();
    }

    /** Expressions of thresholds whose estimate breaks the limit by what was measured so far, surely or not. */
    public List<String> atRisk(RunResults soFar) {
        List<String> found = new ArrayList<>();
        for (Threshold threshold : gate.thresholds()) {
            Judged judged = new ThresholdCheck(threshold, gate.confidence()).judge(soFar);
            Optional<Double> value = judged.check().measured();
            if (value.isPresent() && !threshold.operator().holds(value.get(), threshold.limit())) {
                found.add(threshold.expression());
            }
        }
        return found;
    }

    /**
     * Why the run cannot be promoted any more whatever comes, while it still goes on: a threshold that is surely broken.
     * Looking again and again does not raise the error rate above the gate's.
     */
    public Optional<String> hopeless(RunResults soFar) {
        double alpha = (1 - gate.confidence()) / Math.max(1, gate.thresholds().size());
        for (Threshold threshold : gate.thresholds()) {
            Optional<String> reason = new EarlyStop(threshold, alpha).hopeless(soFar);
            if (reason.isPresent()) {
                return reason;
            }
        }
        return Optional.empty();
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
