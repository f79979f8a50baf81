package dev.plimsoll.reports.verdict;

import dev.plimsoll.measurements.Metric;
import dev.plimsoll.measurements.RequestCounts;
import dev.plimsoll.measurements.Statistic;
import dev.plimsoll.reports.results.PhaseWindow;
import dev.plimsoll.reports.results.RunResults;
import dev.plimsoll.scenarios.Threshold;
import java.util.List;
import java.util.Optional;

/**
 * Whether a threshold is surely broken while the load goes on.
 *
 * <p>Every interval may be a look. The look after n intervals spends {@value #FIRST_LOOK} α / (n (n + 1)) of the total α,
 * from n = {@value #FIRST_LOOK} on; all together spend α (alpha spending, Lan and DeMets 1983, with a union bound, so the
 * number of looks and their correlation do not matter). α is divided by the number of thresholds (Bonferroni).
 */
final class EarlyStop {
    private static final int FIRST_LOOK = 30;

    private final Threshold threshold;
    private final double alpha;

    EarlyStop(Threshold threshold, double alpha) {
        this.threshold = threshold;
        this.alpha = alpha;
    }

    Optional<String> hopeless(RunResults soFar) {
        if (isExtremeThatStays()) {
            return failed(soFar, 1 - alpha, false);
        }
        int n = soFar.intervals();
        boolean fact = threshold
                .statistic()
                .filter(s -> s.equals(Statistic.MIN) || s.equals(Statistic.MAX) || s.equals(Statistic.STDDEV))
                .isPresent();
        boolean longEnough = soFar.total(threshold.phase()).seconds() >= FIRST_LOOK;
        if (fact || n < FIRST_LOOK || !longEnough || !isOneSteadyLoad(soFar)) {
            return Optional.empty();
        }
        double spent = FIRST_LOOK * alpha / ((double) n * (n + 1));
        return failed(soFar, 1 - spent, true);
    }

    private boolean isExtremeThatStays() {
        return threshold
                .statistic()
                .filter(s -> s.equals(threshold.operator().isUpperLimit() ? Statistic.MAX : Statistic.MIN))
                .isPresent();
    }

    private boolean isOneSteadyLoad(RunResults soFar) {
        List<PhaseWindow> windows = soFar.windows(threshold.phase());
        return windows.stream().allMatch(PhaseWindow::steady)
                && windows.stream().map(PhaseWindow::phase).distinct().count() == 1;
    }

    private Optional<String> failed(RunResults soFar, double confidence, boolean credit) {
        Judged judged = new ThresholdCheck(threshold, confidence).judge(soFar);
        if (!judged.is(Verdict.CheckOutcome.FAIL)) {
            return Optional.empty();
        }
        boolean lowerOfWindow = threshold.metric().kind() == Metric.Kind.WINDOW
                && !threshold.operator().isUpperLimit();
        if (credit && lowerOfWindow) {
            // What is in flight may yet end well.
            RequestCounts counts = soFar.total(threshold.phase()).counts(threshold.on());
            double ended = counts.succeeded() + counts.failed();
            double best = judged.check().high().orElseThrow() * counts.scheduled() / Math.max(1, ended);
            if (threshold.operator().holds(best, threshold.limit())) {
                return Optional.empty();
            }
        }
        return Optional.of(judged.check().sentence());
    }
}
