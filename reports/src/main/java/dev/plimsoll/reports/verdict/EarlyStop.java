package dev.plimsoll.reports.verdict;

import dev.plimsoll.measurements.Metrics;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.results.Batch;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.reports.results.Stratum;
import dev.plimsoll.reports.verdict.estimate.Level;
import dev.plimsoll.reports.verdict.estimate.ShareInterval;
import dev.plimsoll.reports.verdict.estimate.Subject;
import dev.plimsoll.scenarios.Threshold;
import java.util.List;
import java.util.Optional;

/**
 * Whether a threshold is surely broken while the load goes on.
 *
 * <p>Every interval may be a look, from {@value #FIRST_LOOK} s on: the looks are those of a confidence sequence
 * ({@link Level#anytime}), which all together err with α, however many they are. α is divided by the number of checks
 * (Bonferroni). A phase whose load changes tells nothing of its end, nor does one round of several tell of the others. A
 * largest value above an upper limit, or a smallest below a lower one, stays whatever comes. So do errors: they are held
 * against all requests that the phase can still schedule, as if each of those ended well.
 */
final class EarlyStop {
    /** How much must have been measured before the first look, in seconds. */
    static final int FIRST_LOOK = 10;

    private static final double TIGHTEST = 0.5;
    private static final double FASTER_USERS = 2;

    private final Threshold threshold;
    private final double alpha;

    EarlyStop(Threshold threshold, double alpha) {
        this.threshold = threshold;
        this.alpha = alpha;
    }

    /**
     * What is surely broken; nothing when it is not, or when an unfit generator may have caused it.
     *
     * @param fit whether nothing speaks against the generator so far
     */
    Optional<Verdict.Check> hopeless(RunResults soFar, boolean fit) {
        if (isExtremeThatStays()) {
            return failed(soFar, Level.fixed(1 - alpha), fit);
        }
        if (threshold.metric().equals(Metrics.ERRORS_RATIO)
                && threshold.operator().isUpperLimit()) {
            return errorsThatStay(soFar, fit);
        }
        double seconds = soFar.total(threshold.phase()).seconds();
        if (Subject.of(threshold).isFact() || seconds < FIRST_LOOK || !tellsOfTheEnd(soFar)) {
            return Optional.empty();
        }
        double planned = soFar.windows(threshold.phase()).stream()
                .mapToDouble(PhaseWindow::seconds)
                .sum();
        return failed(soFar, Level.anytime(1 - alpha, seconds / (TIGHTEST * planned)), fit);
    }

    private boolean isExtremeThatStays() {
        return threshold
                .statistic()
                .filter(s -> s.equals(threshold.operator().isUpperLimit() ? Statistic.MAX : Statistic.MIN))
                .isPresent();
    }

    private boolean tellsOfTheEnd(RunResults soFar) {
        return isOneSteadyLoad(soFar)
                && (soFar.windows(threshold.phase()).size() == 1
                        || soFar.strata(threshold.phase()).size() > 1);
    }

    private boolean isOneSteadyLoad(RunResults soFar) {
        List<PhaseWindow> windows = soFar.windows(threshold.phase());
        return windows.stream().allMatch(PhaseWindow::steady)
                && windows.stream().map(PhaseWindow::phase).distinct().count() == 1;
    }

    private Optional<Verdict.Check> errorsThatStay(RunResults soFar, boolean fit) {
        RequestCounts counts = soFar.total(threshold.phase()).counts(threshold.on());
        long failed = fit ? counts.failed() : Subject.targetErrors(counts);
        if (failed == 0 || !isOneSteadyLoad(soFar)) {
            return Optional.empty();
        }
        double all = counts.scheduled() + mostToCome(soFar);
        double low = ShareInterval.of(failed / all, all, 1 - alpha).low();
        if (threshold.operator().holds(low, threshold.limit())) {
            return Optional.empty();
        }
        ThresholdCheck check = new ThresholdCheck(threshold, 1 - alpha);
        return Optional.of(check.check(check.find(soFar)));
    }

    /* Users who wait for answers may become faster; arrivals by the clock do not. */
    private double mostToCome(RunResults soFar) {
        double perSecond = 0;
        double measured = 0;
        for (Stratum stratum : soFar.strata(threshold.phase())) {
            measured += stratum.measuredSeconds();
            double factor = stratum.window().openLoop() ? 1 : FASTER_USERS;
            for (Batch batch : stratum.batches()) {
                if (batch.seconds() > 0) {
                    double rate = batch.counts(threshold.on()).scheduled() / batch.seconds();
                    perSecond = Math.max(perSecond, factor * rate);
                }
            }
        }
        double planned = soFar.windows(threshold.phase()).stream()
                .mapToDouble(PhaseWindow::seconds)
                .sum();
        return perSecond * Math.max(0, planned - measured);
    }

    private Optional<Verdict.Check> failed(RunResults soFar, Level level, boolean fit) {
        ThresholdCheck check = new ThresholdCheck(threshold, level);
        ThresholdCheck.Finding finding = check.find(soFar);
        if (finding.outcome() != Verdict.CheckOutcome.FAIL || !(fit || check.isOfTheTarget(soFar))) {
            return Optional.empty();
        }
        Optional<Double> best = finding.measured().high();
        boolean mayYetHold = !threshold.operator().isUpperLimit()
                && best.isPresent()
                && threshold.operator().holds(Subject.of(threshold).withInFlight(soFar, best.get()), threshold.limit());
        return mayYetHold ? Optional.empty() : Optional.of(check.check(finding));
    }
}
