package dev.plimsoll.reports.causes;

import java.util.List;

/**
 * A stretch of a phase in which requests took longer, or fewer ended, than in the rest of it by more than chance.
 *
 * @param symptom where it shows most clearly
 * @param from its first interval on the phase's grid
 * @param to the interval after its last one
 * @param before the symptom's usual value, in its unit
 * @param during its value in the stretch
 * @param excess how far beyond chance, in standard deviations
 * @param edge whether the phase begins or ends with it
 * @param with the other symptoms that show it
 */
record Anomaly(
        Symptom symptom,
        int from,
        int to,
        double before,
        double during,
        double excess,
        Shift.Edge edge,
        List<Symptom> with) {
    /** Up to this length a queue that drains may be all that a short stop left behind. */
    private static final int ONE_DISTURBANCE = 30;

    private static final int SPREAD = 8;

    /** Copies the list. */
    Anomaly {
        with = List.copyOf(with);
    }

    int length() {
        return to - from;
    }

    /** How much longer requests took, in ms; not a number where it is no time that changed. */
    double extraMillis() {
        return symptom == Symptom.THROUGHPUT ? Double.NaN : during - before;
    }

    /** The change as a share of the usual value. */
    double change() {
        return during / before - 1;
    }

    /** The same, shown by others too. */
    Anomaly shownBy(List<Symptom> others) {
        return new Anomaly(symptom, from, to, before, during, excess, edge, others);
    }

    /** Whether both can be one thing that shows in two series: near in time, and one not much longer than the other. */
    boolean isLike(Anomaly other, int distance) {
        int longer = Math.max(length(), other.length());
        int shorter = Math.min(length(), other.length());
        return from <= other.to + distance
                && other.from <= to + distance
                && longer <= Math.max(ONE_DISTURBANCE, SPREAD * shorter);
    }
}
