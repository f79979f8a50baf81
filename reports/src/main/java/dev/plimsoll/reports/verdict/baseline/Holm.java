package dev.plimsoll.reports.verdict.baseline;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Holm's (1979) step-down correction: of all hypotheses that are true, none is rejected more often than alpha, however
 * many there are and however they hang together. Pure.
 */
public final class Holm {
    private Holm() {}

    /**
     * Which hypotheses are rejected.
     *
     * @param chances a p-value each; NaN, which is none, is never rejected and does not count
     * @param alpha for all of them together
     */
    public static boolean[] rejected(double[] chances, double alpha) {
        boolean[] rejected = new boolean[chances.length];
        List<Integer> order = IntStream.range(0, chances.length)
                .filter(i -> !Double.isNaN(chances[i]))
                .boxed()
                .sorted(Comparator.comparingDouble(i -> chances[i]))
                .toList();
        for (int k = 0; k < order.size(); k++) {
            if (chances[order.get(k)] > alpha / (order.size() - k)) {
                break;
            }
            rejected[order.get(k)] = true;
        }
        return rejected;
    }
}
